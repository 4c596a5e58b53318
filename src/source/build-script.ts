import type { PackageManager } from '../platforms/package-manager.ts';
import { type Command, NOTHING, sh } from '../remote/command.ts';
import { BUILT_FOLDERS, SOURCE_FOLDER, fileNameOf, listHead, treeOf } from '../resources/built.ts';
import { requireGuard } from '../resources/guarded-path.ts';
import type { Build } from '../resources/resource.ts';

/** The user that builds: one that no program runs as, just below those that systemd gives away. */
const BUILDER = 61_183;

/** Printed before each step. */
export const STEP = 'lvsctl-step ';

/** Where the output of a build stays. */
export function logOf({ name }: Pick<Build, 'name'>): string {
  return `${SOURCE_FOLDER}/${name}.log`;
}

/** Where a tarball of the operator's machine is put. */
export function tarballOf({ tarball }: Pick<Build, 'tarball'>): string {
  return tarball.mounted ? tarball.path : `${SOURCE_FOLDER}/tarballs/${fileNameOf(tarball)}`;
}

/** Installs what a build needs and the host lacks. @param missing packages by the names of that host */
export function installPackages(
  manager: PackageManager,
  missing: readonly string[],
  { localMount }: Pick<Build, 'localMount'>,
): Command {
  return sh`echo ${`${STEP}installing ${missing.join(' ')}`}
${manager.install(
  missing.map((name) => ({ name })),
  localMount,
)}`;
}

/**
 * Builds a program as a user without rights, in a folder that goes with the build, and leaves an archive of its files
 * and their list. Prints `tree SHA256 SIZE`, also where the archive is there already.
 */
export function buildScript(build: Build): Command {
  const { program, tarball, configure } = build;
  const tree = treeOf(build);
  const log = logOf(build);
  const source = tarballOf(build);
  return sh`${requireGuard([tree, log])}
umask 077
mkdir -p ${`${SOURCE_FOLDER}/trees`}
work=
fail() { printf '%s\\n' "$1" >&2; exit 1; }
leave() { [ -z "$work" ] || { as_builder sh -c 'kill -9 -1' 2>/dev/null; cd /; rm -rf "$work"; }; }
trap leave EXIT
trap 'exit 1' HUP INT TERM
as_builder() {
if chroot --userspec=0:0 / true 2>/dev/null; then nice -n 19 chroot --userspec=${BUILDER}:${BUILDER} --groups=${BUILDER} / "$@"
elif command -v setpriv >/dev/null && setpriv --reuid 0 true 2>/dev/null; then nice -n 19 setpriv --reuid ${BUILDER} --regid ${BUILDER} --clear-groups "$@"
else return 125
fi
}
[ -f ${source} ] || { ls -- ${source.slice(0, source.lastIndexOf('/') + 1)} 2>/dev/null | grep ${`^${program}[-_].*[.]tar`} | sed 's/^/there is /' >&2; fail ${`${source} is not on this host`}; }
${tarball.sha256 === undefined ? NOTHING : sh`[ "$(sha256sum < ${source})" = ${`${tarball.sha256}  -`} ] || fail ${`${source} has another digest than the inventory says`}`}
as_builder true || fail 'this host cannot run a program as another user: it has neither chroot of coreutils nor setpriv'
for folder in /var/tmp /usr/local/src /usr/src /root; do
work=$(mktemp -d "$folder/lvsctl-build-XXXXXXXX" 2>/dev/null) || { work=; continue; }
printf '#!/bin/sh\\n' > "$work/try" && chmod 755 "$work" "$work/try" && as_builder "$work/try" 2>/dev/null && break
rm -rf "$work"
work=
done
[ -n "$work" ] || fail 'no folder on this host allows another user to run programs; looked in /var/tmp, /usr/local/src and /usr/src'
cat ${source} > "$work/tarball" && chmod 644 "$work/tarball" && mkdir "$work/build" && chown ${BUILDER}:${BUILDER} "$work/build" && cd "$work/build" || fail 'the tarball cannot be copied: is the disk full?'
: > ${log}
step() {
name=$1
shift
echo ${STEP}"$name"
as_builder env -i PATH="$PATH" LC_ALL=C HOME="$work/build" TMPDIR="$work/build/tmp" sh -euc "$@" >> ${log} 2>&1 || {
tail -n 30 ${log} >&2
exit 1
}
}
step unpack 'umask 022; cd "$HOME"; mkdir tmp source; cd source; tar -xf ../../tarball; set -- */; [ -d "$1" ] && [ $# -eq 1 ] || { echo "the tarball does not hold one folder, as that of a program does" >&2; exit 1; }'
step configure ${`cd "$HOME"/source/*/
[ ! -f configure ] || exec sh ./configure "$@"`} sh --prefix=/usr/local --sysconfdir=/etc --localstatedir=/var ${configure}
step make ${MAKE.get(program) ?? MAKE.get('keepalived') ?? ''} sh "$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)"
step install ${INSTALL.get(program) ?? INSTALL.get('keepalived') ?? ''}
step pack ${packText(program)} sh "$(
${listHead(build)}
)"
[ -f "$work/build/tree.tar.gz" ] && [ ! -L "$work/build/tree.tar.gz" ] || fail 'the build left no archive'
cat "$work/build/tree.tar.gz" > ${`${tree}.new`} && mv -f ${`${tree}.new`} ${tree} || fail 'the archive cannot be kept: is the disk full?'
sync`;
}

/** Prints `tree SHA256 SIZE` for the archive of a build that is on the host. */
export function treeProbe(build: Build): Command {
  const tree = treeOf(build);
  return sh`${requireGuard([tree])}
[ ! -f ${tree} ] || [ -L ${tree} ] || printf 'tree %s %s\\n' "$(sha256sum < ${tree} | cut -c 1-64)" "$(wc -c < ${tree})"`;
}

/** Scripts for `sh -c`, with the number of processors as \`$1\`. That of ipvsadm builds one thing after the other. */
const MAKE: ReadonlyMap<string, string> = new Map(
  Object.entries<string>({
    keepalived: 'cd "$HOME"/source/*/; exec make -j "$1"',
    ipvsadm: 'cd "$HOME"/source/*/; exec make',
  }),
);

const INSTALL: ReadonlyMap<string, string> = new Map(
  Object.entries<string>({
    keepalived: 'umask 022; cd "$HOME"/source/*/; exec make install DESTDIR="$HOME/tree"',
    ipvsadm:
      'umask 022; cd "$HOME"/source/*/; exec make install BUILD_ROOT="$HOME/tree/usr/local" DESTDIR= MANDIR=share/man INIT="$HOME/init"',
  }),
);

/** Only programs and manual pages are kept: units, scripts and configuration are lvsctl's. */
function packText(program: string): string {
  const folders = BUILT_FOLDERS.map((folder) => `.${folder}`).join(' ');
  return `umask 022
cd "$HOME"/tree
[ -f ./usr/local/sbin/${program} ] || { echo 'make install has made no ${program}' >&2; exit 1; }
printf '%s\\n' "$1" > list
set --
for folder in ${folders}; do
for file in "$folder"/*; do
[ -f "$file" ] && [ ! -L "$file" ] || continue
mode=644
case $folder in *bin) mode=755; strip "$file" 2>/dev/null || : ;; esac
printf 'file %s %s %s\\n' "$mode" "$(sha256sum < "$file" | cut -c 1-64)" "\${file#.}" >> list
set -- "$@" "$file"
done
done
tar -czf ../tree.tar.gz list "$@"`;
}
