import { type Command, NOTHING, sh } from '../remote/command.ts';
import { waitForLock } from './lock-wait.ts';
import type { PackageFolder, WantedPackage } from './package-manager.ts';
import { FITS, wordsOf } from './version.ts';

/** What distributions with rpm have in common. */

/** Debian's names of web servers, by those of most other distributions. */
export const WEB_SERVER_NAMES = {
  'nginx-light': 'nginx',
  'nginx-core': 'nginx',
  'nginx-full': 'nginx',
  'nginx-extras': 'nginx',
} as const;

/** Red Hat's names by Debian's, where they differ. */
export const RED_HAT_NAMES = {
  ...WEB_SERVER_NAMES,
  apache2: 'httpd',
  iproute2: 'iproute',
  'iputils-arping': 'iputils',
  'libnl-3-200': 'libnl3',
  'libnl-genl-3-200': 'libnl3',
  libpopt0: 'popt',
} as const;

/** Red Hat's service names by Debian's, where they differ. */
export const RED_HAT_UNITS = { apache2: 'httpd' } as const;

const VERSION = '%|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE}';

/** A missing package is a line on stdout: `package NAME is not installed`. */
export function queryRpm(packages: readonly string[]): Command {
  return sh`rpm -q --qf ${`installed %{NAME} ${VERSION}\\n`} -- ${packages} 2>/dev/null | while read -r state name version rest; do
[ "$state" = installed ] && echo "$name $version"
done`;
}

/** Some package managers skip names that they do not know, and succeed. */
export function requireRpms(packages: readonly WantedPackage[]): Command {
  const names = packages.map(({ name }) => name);
  return sh`rpm -q -- ${names} > /dev/null || { rpm -q -- ${names} | sed -n 's/^package .* is not installed$/error: &, and no repository has it/p'; exit 1; }`;
}

/**
 * Sets `m`, and defines `offers NAME`, which prints the version and the .rpm file of each package of that name in the
 * folder, separated by a tab, the newest last; and `pick NAME WANTED` for the newest that fits.
 */
function pickFrom(folder: string): Command {
  return sh`m=${folder}
${FITS}
offers() {
for file in "$m/$1"-[0-9]*.rpm; do
[ -f "$file" ] || continue
rpm -qp --nosignature --qf '%{NAME} %{ARCH} %|EPOCH?{%{EPOCH}}:{0}|:%{VERSION}-%{RELEASE}\\n' -- "$file" 2>/dev/null | {
read -r name arch version || exit 0
[ "$name" = "$1" ] || exit 0
case $arch in noarch | "$(rpm --eval '%{_target_cpu}')") printf '%s\\t%s\\n' "$version" "$file" ;; esac
}
done | sort -V | sed 's/^0://'
}
pick() {
offers "$1" | while IFS='\t' read -r found file; do
! fits "$found" "$2" || printf '%s\\t%s\\n' "$found" "$file"
done | tail -n 1
}`;
}

/** Prints `mount` and the version when the folder has the package, else runs `otherwise`. */
export function sourceOfRpm(name: string, folder: PackageFolder | undefined, otherwise: Command): Command {
  if (folder === undefined) return otherwise;
  return sh`${pickFrom(folder.path)}
v=$(pick ${name} '')
if [ -n "$v" ]; then
printf 'mount\\nversion %s\\n' "\${v%%\t*}"
else
${otherwise}
fi`;
}

/** The versions in the folder, then `others`. */
export function versionsOfRpm(name: string, folder: PackageFolder | undefined, others: Command): Command {
  if (folder === undefined) return others;
  return sh`${pickFrom(folder.path)}
offers ${name} | cut -f 1
${others}`;
}

/** Rounds of looking for what the files of the last round need. */
const ROUNDS = 20;

/**
 * Sets `files` to the newest .rpm files of the packages in a folder and to those that they need and the host lacks, one
 * a line; `absent` to the packages that the folder does not have, and `needs` to what neither it nor the host provides.
 * rpm(8) itself says what is needed, so that a folder without an index will do.
 */
export function chooseFiles(packages: readonly WantedPackage[], folder: string, between: '=' | '-' = '='): Command {
  return chooseFilesOf(sh`${wordsOf(packages)}`, folder, between);
}

function chooseFilesOf(words: Command, folder: string, between: '=' | '-'): Command {
  return sh`${pickFrom(folder)}
files= absent= needs= provided= round=0
for package in ${words}; do
name=\${package%%=*}
wanted=\${package#"$name"}
f=$(pick "$name" "\${wanted#=}")
if [ -n "$f" ]; then files="$files\${f#*\t}
"; else absent="$absent $name\${wanted:+${between}\${wanted#=}}"; fi
done
IFS='
'
set -f
while [ -n "$files" ] && [ "$round" -lt ${ROUNDS} ]; do
round=$((round + 1))
needs=$(rpm -U --test --nosignature -- $files 2>&1 | sed -n 's/^[[:space:]]*\\(.*\\) is needed by .*/\\1/p' | sed 's/ [<>=]\\{1,2\\} .*//' | sort -u)
[ -n "$needs" ] || break
set +f
[ -n "$provided" ] || provided=$(rpm -qp --nosignature --qf '[%{=NAME}-%{=VERSION}-%{=RELEASE}.%{=ARCH}.rpm\\t%{PROVIDES}\\n]' -- "$m"/*.rpm 2>/dev/null || :)
set -f
more=$({ printf '%s\\n' "$needs" | sed 's/^/?/'; printf '%s\\n' "$provided"; } | awk -F '\\t' 'substr($0, 1, 1) == "?" { wanted[substr($0, 2)]; next }
$2 in wanted { print $1 }' | grep -E "\\.(noarch|$(rpm --eval '%{_target_cpu}'))\\.rpm\\$" | sort -uV)
fresh=
for f in $more; do
case "
$files" in *"
$m/$f
"*) continue ;; esac
[ ! -f "$m/$f" ] || fresh="$fresh$m/$f
"
done
[ -n "$fresh" ] || break
files="$files$fresh"
done
set +f
unset IFS`;
}

/** What rpm says of a file whose signature is of a key that it has: `digests signatures OK`, before 4.14 `rsa sha1 (md5) pgp md5 OK`. */
const SIGNED = sh`signed() {
checked=$(rpm -K -- "$1" 2>&1) || return 1
case \${checked##*: } in *pgp*OK | *gpg*OK | *signatures*OK) return 0 ;; esac
return 1
}`;

/** Prints the first file without such a signature, of those in `files`. */
const FIRST_UNSIGNED = sh`${SIGNED}
printf '%s' "$files" | while IFS= read -r file; do
signed "$file" || { printf '%s\\n' "$file"; break; }
done`;

function unsignedRpm(folder: string): Command {
  return sh`${chooseFilesOf(sh`"$@"`, folder, '=')}
${FIRST_UNSIGNED}`;
}

/** Fails when one of `files` has no signature that rpm accepts; rpm itself installs such files. */
export const REQUIRE_SIGNED = sh`unsigned=$(${FIRST_UNSIGNED})
[ -z "$unsigned" ] || { printf 'error: %s has no signature that rpm accepts\\n' "$unsigned"; exit 1; }`;

/**
 * Installs from a folder without metadata: its files are given by path, and what it lacks comes from repositories.
 */
export function installFiles(
  packages: readonly WantedPackage[],
  { path, trusted }: PackageFolder,
  between: '=' | '-',
  install: (specs: Command) => Command,
): Command {
  return sh`${chooseFiles(packages, path, between)}
[ -n "$files" ] || printf '%s has no .rpm file of%s; using the repositories of the distribution\\n' "$m" "$absent"
${trusted ? NOTHING : REQUIRE_SIGNED}
IFS='
'
set -f
set -- $files
unset IFS
${install(sh`"$@" $absent`)}
set +f`;
}

/** `keepalived is needed by (installed) monitor-1.0-1.noarch` */
function neededByRpms(packages: readonly string[]): Command {
  return sh`for package in ${packages}; do
rpm -e --test -- "$package" 2>&1 | sed -n 's/^.* is needed by (installed) //p' | sort -u | while read -r other; do
name=$(rpm -q --qf '%{NAME}\\n' -- "$other" 2>/dev/null | head -n 1)
case $name in '' | *' '*) name=$other ;; esac
printf '%s %s\\n' "$package" "$name"
done
done`;
}

/** By rpm itself, which removes no other package. */
function removeRpms(packages: readonly string[]): Command {
  return sh`${waitForLock(sh`"$(rpm --eval '%{_dbpath}')/.rpm.lock"`)}
rpm -e -- ${packages} 2>&1`;
}

/** A package as dnf and yum take it: NAME-VERSION. */
export function rpmSpecs(packages: readonly WantedPackage[]): readonly string[] {
  return packages.map(({ name, version }) => (version === undefined ? name : `${name}-${version}`));
}

/** Repositories on the host that a package manager would use. */
export const HAS_REPOSITORIES = sh`grep -qsE '^[[:space:]]*(baseurl|mirrorlist|metalink)' /etc/yum.repos.d/*.repo /etc/yum.conf /etc/dnf/dnf.conf`;

export function isRpmError(line: string): boolean {
  return /^(?:error|fatal error):/i.test(line);
}

/** The headers need pkg-config. */
const BUILD = ['gcc', 'make', 'openssl-devel', 'libnl3-devel', 'popt-devel'];

/** What all but rpm alone have in common. */
export const RPM_FOLDER = {
  folder: 'any folder of .rpm files; its metadata (repodata), if there is some',
  format: 'rpm',
  query: queryRpm,
  // A folder of .rpm files needs no index.
  index: () => NOTHING,
  unsigned: unsignedRpm,
  neededBy: neededByRpms,
  remove: removeRpms,
} as const;

/** What dnf and yum have in common. */
export const RED_HAT = { ...RPM_FOLDER, names: RED_HAT_NAMES, units: RED_HAT_UNITS, buildPackages: BUILD } as const;
