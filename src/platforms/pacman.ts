import { type Command, sh } from '../remote/command.ts';
import { isWaitingForLock, waitForFile } from './lock-wait.ts';
import type { PackageManager } from './package-manager.ts';
import { WEB_SERVER_NAMES } from './rpm-family.ts';

/** Arch Linux and derivatives. */
export const pacman: PackageManager = {
  id: 'pacman',
  title: 'pacman',
  proof: 'tools',
  distributions: 'Arch Linux',
  folder: 'any folder of package files',
  detect: sh`command -v pacman >/dev/null && [ -d /var/lib/pacman/local ]`,
  names: { ...WEB_SERVER_NAMES, apache2: 'apache', 'iputils-arping': 'iputils' },
  units: { apache2: 'httpd' },

  query: (packages) => sh`pacman -Q -- ${packages} 2>/dev/null | while read -r name version; do echo "$name"; done`,

  source: (name, localMount) => sh`${
    localMount === undefined
      ? sh`f=`
      : sh`${pickFrom(localMount)}
f=$(pick ${name})`
  }
v=$(pacman -Si -- ${name} 2>/dev/null | sed -n 's/^Version *: */version /p' | head -n 1)
if [ -n "$f" ]; then
printf 'mount\\nversion %s\\n' "\${f%%\t*}"
elif [ -n "$v" ]; then
printf 'candidate\\n%s\\n' "$v"
else
set -- /var/lib/pacman/sync/*.db
if [ -e "$1" ] || ! grep -qsE '^[[:space:]]*(Server|Include)' /etc/pacman.conf; then echo none; else echo unread; fi
fi`,

  // pacman refuses while the lock exists, and gives up a mirror that is silent for ten seconds.
  install: (packages, localMount) => sh`get() { pacman --noconfirm --noprogressbar --needed "$@" 2>&1; }
${waitForFile('/var/lib/pacman/db.lck')}
${localMount === undefined ? fromDistribution(packages) : fromMount(packages, localMount)}`,

  isWaiting: isWaitingForLock,
  isError: (line) => line.startsWith('error: '),

  /** `error: failed to synchronize all databases` and `error: target not found` follow the mirror that cannot be reached. */
  causeOf: (lines, last) => {
    const failed = lines.findIndex((line) => line.startsWith('error: failed retrieving file'));
    return failed >= 0 && failed < last ? failed : last;
  },
};

/** Fetches databases only when there are none, or when their packages are no longer on the mirrors. */
function fromDistribution(packages: readonly string[]): Command {
  return sh`get -S -- ${packages} || get -Sy -- ${packages}`;
}

/** Sets `m`, and defines `pick NAME`, which prints the version and the newest file of a package in that folder. */
function pickFrom(folder: string): Command {
  return sh`m=${folder}
pick() {
best= newest=
for file in "$m/$1"-*.pkg.tar*; do
case $file in *.sig) continue ;; esac
[ -f "$file" ] || continue
found=$(pacman -Qp -- "$file" 2>/dev/null) || continue
[ "\${found%% *}" = "$1" ] || continue
if [ -z "$newest" ] || [ "$(vercmp "\${found#* }" "$newest")" -gt 0 ]; then newest=\${found#* } best=$file; fi
done
[ -z "$best" ] || printf '%s\\t%s\\n' "$newest" "$best"
}`;
}

/** pacman itself would replace a newer package by a file with no more than a warning. */
function fromMount(packages: readonly string[], mount: string): Command {
  return sh`${pickFrom(mount)}
set --
others=
for package in ${packages}; do
f=$(pick "$package")
if [ -z "$f" ]; then
others="$others $package"
else
have=$(pacman -Q -- "$package" 2>/dev/null | cut -d ' ' -f 2)
[ -z "$have" ] || [ "$(vercmp "\${f%%\t*}" "$have")" -ge 0 ] || { printf 'error: %s %s is installed, and %s has only the older %s\\n' "$package" "$have" "$m" "\${f%%\t*}"; exit 1; }
set -- "$@" "\${f#*\t}"
fi
done
[ $# -eq 0 ] || get -U -- "$@" || { get -Sy && get -U -- "$@"; }
[ -z "$others" ] || { printf '%s has no package of%s; using the repositories of the distribution\\n' "$m" "$others"; get -S -- $others || get -Sy -- $others; }`;
}
