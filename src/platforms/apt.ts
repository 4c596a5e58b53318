import { type Command, sh } from '../remote/command.ts';
import { collectDebs, indexDebs } from './collect-apt.ts';
import type { PackageFolder, PackageManager, WantedPackage } from './package-manager.ts';
import { FITS, wordsOf } from './version.ts';

/** Seconds to wait for the lock of another installation. */
const LOCK_SECONDS = 300;

/** Both apt and `REPORT_WAIT` begin a line with it. */
const WAITING = 'Waiting for cache lock';

const ERROR = 'E: ';

const UNKNOWN_PACKAGE =
  /^E: (?:Unable to locate package|Version .* was not found|Package .* has no installation candidate)/;

const LISTS_FAILED = /^[EW]: (?:Failed to fetch|GPG error|Release file|The repository)/;

/** apt names the lock holder only on a terminal, so ask the kernel first (proc_locks(5)). */
const REPORT_WAIT = sh`if inode=$(stat -c %i /var/lib/dpkg/lock-frontend 2>/dev/null); then
while read -r number kind mode access pid place range; do
case $place in *:"$inode")
name=unknown
read -r name 2>/dev/null < "/proc/$pid/comm" || :
printf '%s\\n' "Waiting for cache lock: process $pid ($name) is installing something" ;;
esac
done < /proc/locks
fi`;

/** Debian, Ubuntu and derivatives. */
export const apt: PackageManager = {
  id: 'apt',
  title: 'apt',
  proof: 'lab',
  distributions: 'Debian, Ubuntu',
  folder: 'a folder with an index, Packages or Packages.gz, beside its .deb files',

  detect: sh`command -v apt-get >/dev/null && command -v dpkg-query >/dev/null`,

  format: 'deb',
  collect: collectDebs,
  index: indexDebs,
  names: {},
  buildPackages: [
    'gcc',
    'make',
    'libc6-dev',
    'libssl-dev',
    'libnl-3-dev',
    'libnl-genl-3-dev',
    'libpopt-dev',
    'pkg-config',
  ],
  units: {},

  query: (
    packages,
  ) => sh`dpkg-query -W -f='\${db:Status-Status} \${Package} \${Version}\\n' -- ${packages} 2>/dev/null | while read -r state name version; do
[ "$state" = installed ] && echo "$name $version"
done`,

  source: (name, folder) => sh`m=${folder?.path ?? ''}
v=
if [ -n "$m" ]; then
v=$(${READ_INDEX} | sed -n ${versionsInIndex(name, 'version ')})
fi
if [ -n "$v" ]; then
printf 'mount\\n%s\\n' "$v"
else
p=$(apt-cache policy ${name} 2>/dev/null)
case $p in
*'Candidate: (none)'* | '')
if ${IS_READ}; then echo none; else echo unread; fi ;;
*)
p=\${p#*Candidate: }
echo candidate
echo "version \${p%%[[:space:]]*}" ;;
esac
fi`,

  versions: (name, folder) => sh`m=${folder?.path ?? ''}
[ -z "$m" ] || ${READ_INDEX} | sed -n ${versionsInIndex(name, '')}
${IS_READ} || echo unread
apt-cache madison ${name} 2>/dev/null | ${MADISON}`,

  // An index is signed, and has the checksums of the packages. apt itself judges the signature, with lists of its own.
  unsigned: (folder) => sh`m=${folder}
found=
for name; do ! ${READ_INDEX} | grep -qxF "Package: $name" || found=yes; done
if [ -n "$found" ]; then
if [ -e "$m/InRelease" ]; then index=$m/InRelease; elif [ -e "$m/Release.gpg" ]; then index=$m/Release.gpg; else index=; fi
if [ -z "$index" ]; then
for index in "$m/Packages" "$m/Packages.gz"; do [ ! -e "$index" ] || break; done
printf '%s\\n' "$index"
else
${privateLists(false)}
said=$(apt-get -q "$@" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= update 2>&1) ||
printf '%s\\t%s\\n' "$index" "$(printf '%s\\n' "$said" | sed -n 's/^[WE]: //p' | head -n 1)"
rm -rf "$p"
fi
fi`,

  install: (packages, folder) => sh`export DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=a
get() { apt-get -q -y -o DPkg::Lock::Timeout=${LOCK_SECONDS} -o Acquire::Retries=2 -o Dpkg::Options::=--force-confold --no-install-recommends ${downgrading(packages)}"$@" 2>&1; }
${REPORT_WAIT}
${isOpen(packages) ? defineSpecs(packages) : sh``}${folder === undefined ? fromDistribution(packages) : fromMount(packages, folder)}`,

  // What apt would install in its place is needed as well.
  neededBy: (packages) => sh`for package in ${packages}; do
apt-get -s -q remove "$package" 2>/dev/null | sed -En "s/^(Remv|Inst) ([^ :]+).*/$package \\2/p"
done`,

  // apt would remove what needs them.
  remove: (packages) => sh`export DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=a
${REPORT_WAIT}
others=$(apt-get -s -q remove ${packages} | sed -En 's/^(Remv|Inst) ([^ :]+).*/\\2/p' | grep -vxF ${packages.flatMap((name) => ['-e', name])} | paste -sd ' ' -) || :
[ -z "$others" ] || { printf 'E: %s cannot stay without them\\n' "$others"; exit 1; }
apt-get -q -y -o DPkg::Lock::Timeout=${LOCK_SECONDS} remove ${packages} 2>&1`,

  isWaiting: (line) => line.startsWith(WAITING),

  isError: (line) => /E:/i.test(line),

  // apt ends with several errors, of which the first is the cause. After lists that could not be fetched, which may be a
  // mere warning, it does not know the package.
  causeOf: (lines, last) => {
    if (UNKNOWN_PACKAGE.test(lines[last] ?? '')) {
      const fetched = lines.findIndex((line) => LISTS_FAILED.test(line));
      if (fetched >= 0 && fetched < last) return fetched;
    }
    let index = last;
    while (lines[index]?.startsWith(ERROR) === true && lines[index - 1]?.startsWith(ERROR) === true) index -= 1;
    return index;
  },
};

/** Prints the index of the folder `m`. */
const READ_INDEX = sh`{ cat "$m/Packages" || gzip -dc "$m/Packages.gz"; } 2>/dev/null`;

/** Whether the lists of the repositories are on the host. */
const IS_READ = sh`{ set -- /var/lib/apt/lists/*Packages*; [ -e "$1" ] || ! grep -qsE '^[[:space:]]*(deb[[:space:]]|Types:.*deb)' /etc/apt/sources.list /etc/apt/sources.list.d/*; }`;

/** A sed script that prints the version of each entry of a package in an index. */
function versionsInIndex(name: string, before: string): string {
  return `/^Package: ${name.replaceAll(/[.+]/g, '[$&]')}$/,/^$/s/^Version: /${before}/p`;
}

function downgrading(packages: readonly WantedPackage[]): Command {
  return packages.some(({ downgrade }) => downgrade) ? sh`--allow-downgrades ` : sh``;
}

/** `madison NAME` prints the versions that the sources have, the best first. */
const MADISON = sh`sed -n 's/^[^|]*|[[:space:]]*\\([^[:space:]|]*\\).*/\\1/p'`;

/**
 * Defines `specs`, which prints the packages as apt-get takes them: it knows the beginning of a version only with its
 * epoch. Arguments are options of apt.
 */
function defineSpecs(packages: readonly WantedPackage[]): Command {
  return sh`${FITS}
specs() {
for package in ${wordsOf(packages)}; do
case $package in
*'*')
found=$(apt-cache "$@" madison "\${package%%=*}" 2>/dev/null | ${MADISON} | while read -r one; do
! fits "$one" "\${package#*=}" || { printf '%s\\n' "$one"; break; }
done)
printf '%s\\n' "\${package%%=*}=\${found:-\${package#*=}}" ;;
*) printf '%s\\n' "$package" ;;
esac
done
}
`;
}

/** What follows `install`, once `defineSpecs` has run. @param options of apt */
function specsOf(packages: readonly WantedPackage[], options: Command): Command {
  return isOpen(packages) ? sh`$(specs ${options})` : sh`${wordsOf(packages)}`;
}

/** Whether the package manager has to choose a version. */
function isOpen(packages: readonly WantedPackage[]): boolean {
  return packages.some(({ version }) => version?.endsWith('*') === true);
}

/** Fetches package lists only when the packages cannot be installed with those on the host. */
function fromDistribution(packages: readonly WantedPackage[]): Command {
  const specs = specsOf(packages, sh``);
  return sh`get install ${specs} || { get update && get install ${specs}; }`;
}

/** The folder `m` as the only repository, as options in `$@`; its lists are in `p`, so that the host's sources do not change. */
function privateLists(trusted: boolean): Command {
  return sh`p=$(mktemp -d) && chmod 755 "$p" && mkdir -p "$p/lists/partial" || exit 1
printf ${trusted ? 'deb [trusted=yes] file:%s ./\\n' : 'deb file:%s ./\\n'} "$m" > "$p/sources.list"
set -- -o Dir::Etc::SourceList="$p/sources.list" -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists="$p/lists" -o APT::Sandbox::User=root`;
}

/**
 * Installs from a flat repository (a `Packages` index beside its .deb files). It has private package lists, so that the
 * host's sources do not change. The distribution supplies what the folder lacks.
 */
function fromMount(packages: readonly WantedPackage[], { path, trusted }: PackageFolder): Command {
  return sh`m=${path}
if [ -e "$m/Packages" ] || [ -e "$m/Packages.gz" ]; then
${privateLists(trusted)}
rc=0
{ get "$@" update && get "$@" install ${specsOf(packages, sh`"$@"`)}; } || rc=$?
rm -rf "$p"
else
printf '%s\\n' "no package index (Packages or Packages.gz) in $m; using the distribution's repository"
rc=1
fi
[ $rc = 0 ] || ${sh`{ ${fromDistribution(packages)}; }`}`;
}
