import { type Command, sh } from '../remote/command.ts';

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
} as const;

/** Red Hat's service names by Debian's, where they differ. */
export const RED_HAT_UNITS = { apache2: 'httpd' } as const;

/** A missing package is a line on stdout: `package NAME is not installed`. */
export function queryRpm(packages: readonly string[]): Command {
  return sh`rpm -q --qf 'installed %{NAME}\\n' -- ${packages} 2>/dev/null | while read -r state name rest; do
[ "$state" = installed ] && echo "$name"
done`;
}

/** Some package managers skip names that they do not know, and succeed. */
export function requireRpms(packages: readonly string[]): Command {
  return sh`rpm -q -- ${packages} > /dev/null || { rpm -q -- ${packages} | sed -n 's/^package .* is not installed$/error: &, and no repository has it/p'; exit 1; }`;
}

/** Sets `m`, and defines `pick NAME`, which prints the version and the newest .rpm file of a package in that folder, separated by a tab. */
function pickFrom(folder: string): Command {
  return sh`m=${folder}
pick() {
for file in "$m/$1"-[0-9]*.rpm; do
[ -f "$file" ] || continue
rpm -qp --nosignature --qf '%{NAME} %{ARCH} %|EPOCH?{%{EPOCH}}:{0}|:%{VERSION}-%{RELEASE}\\n' -- "$file" 2>/dev/null | {
read -r name arch version || exit 0
[ "$name" = "$1" ] || exit 0
case $arch in noarch | "$(rpm --eval '%{_target_cpu}')") printf '%s\\t%s\\n' "$version" "$file" ;; esac
}
done | sort -V | tail -n 1
}`;
}

/** Prints `mount` and the version when the folder has the package, else runs `otherwise`. */
export function sourceOfRpm(name: string, localMount: string | undefined, otherwise: Command): Command {
  if (localMount === undefined) return otherwise;
  return sh`${pickFrom(localMount)}
v=$(pick ${name})
if [ -n "$v" ]; then
printf 'mount\\nversion %s\\n' "\${v%%\t*}"
else
${otherwise}
fi`;
}

/** Rounds of looking for what the files of the last round need. */
const ROUNDS = 20;

/**
 * Sets `files` to the newest .rpm files of the packages in a folder and to those that they need and the host lacks, one
 * a line; `absent` to the packages that the folder does not have, and `needs` to what neither it nor the host provides.
 * rpm(8) itself says what is needed, so that a folder without an index will do.
 */
export function chooseFiles(packages: readonly string[], folder: string): Command {
  return sh`${pickFrom(folder)}
files= absent= needs= offers= round=0
for package in ${packages}; do
f=$(pick "$package")
if [ -n "$f" ]; then files="$files\${f#*\t}
"; else absent="$absent $package"; fi
done
IFS='
'
set -f
while [ -n "$files" ] && [ "$round" -lt ${ROUNDS} ]; do
round=$((round + 1))
needs=$(rpm -U --test --nosignature -- $files 2>&1 | sed -n 's/^[[:space:]]*\\(.*\\) is needed by .*/\\1/p' | sed 's/ [<>=]\\{1,2\\} .*//' | sort -u)
[ -n "$needs" ] || break
set +f
[ -n "$offers" ] || offers=$(rpm -qp --nosignature --qf '[%{=NAME}-%{=VERSION}-%{=RELEASE}.%{=ARCH}.rpm\\t%{PROVIDES}\\n]' -- "$m"/*.rpm 2>/dev/null || :)
set -f
more=$({ printf '%s\\n' "$needs" | sed 's/^/?/'; printf '%s\\n' "$offers"; } | awk -F '\\t' 'substr($0, 1, 1) == "?" { wanted[substr($0, 2)]; next }
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

/** Repositories on the host that a package manager would use. */
export const HAS_REPOSITORIES = sh`grep -qsE '^[[:space:]]*(baseurl|mirrorlist|metalink)' /etc/yum.repos.d/*.repo /etc/yum.conf /etc/dnf/dnf.conf`;

export function isRpmError(line: string): boolean {
  return /^(?:error|fatal error):/i.test(line);
}
