import { type Command, NOTHING, sh } from '../remote/command.ts';
import { WHOLE, collectWithPacman, markWhole } from './collect-pacman.ts';
import { isWaitingForLock, waitForFile } from './lock-wait.ts';
import type { PackageFolder, PackageManager, WantedPackage } from './package-manager.ts';
import { WEB_SERVER_NAMES } from './rpm-family.ts';
import { FITS, wordsOf } from './version.ts';

/** Arch Linux and derivatives. */
export const pacman: PackageManager = {
  id: 'pacman',
  title: 'pacman',
  proof: 'tools',
  distributions: 'Arch Linux',
  folder: 'any folder of package files',
  detect: sh`command -v pacman >/dev/null && [ -d /var/lib/pacman/local ]`,
  format: 'pacman',
  collect: collectWithPacman,
  index: markWhole,
  names: {
    ...WEB_SERVER_NAMES,
    apache2: 'apache',
    'iputils-arping': 'iputils',
    'libnl-3-200': 'libnl',
    'libnl-genl-3-200': 'libnl',
    libpopt0: 'popt',
  },
  buildPackages: ['gcc', 'make', 'openssl', 'libnl', 'popt', 'pkgconf'],
  units: { apache2: 'httpd' },

  query: (packages) => sh`pacman -Q -- ${packages} 2>/dev/null`,

  source: (name, folder) => sh`${
    folder === undefined
      ? sh`f=`
      : sh`${pickFrom(folder.path)}
f=$(pick ${name} '')`
  }
v=$(pacman -Si -- ${name} 2>/dev/null | sed -n 's/^Version *: */version /p' | head -n 1)
if [ -n "$f" ]; then
printf 'mount\\nversion %s\\n' "\${f%%\t*}"
elif [ -n "$v" ]; then
printf 'candidate\\n%s\\n' "$v"
else
if ${IS_READ}; then echo none; else echo unread; fi
fi`,

  versions: (name, folder) => sh`${
    folder === undefined
      ? NOTHING
      : sh`${pickFrom(folder.path)}
offers ${name} | cut -f 1`
  }
${IS_READ} || echo unread
pacman -Si -- ${name} 2>/dev/null | sed -n 's/^Version *: *//p'`,

  unsigned: (folder) => sh`${pickFrom(folder)}
${SIGNED}
for package; do
f=$(pick "$package" '')
[ -z "$f" ] || signed "\${f#*\t}" || { printf '%s\\n' "\${f#*\t}"; break; }
done`,

  // pacman refuses while the lock exists, and gives up a mirror that is silent for ten seconds.
  install: (packages, folder) => sh`get() { pacman --noconfirm --noprogressbar --needed "$@" 2>&1; }
${waitForFile('/var/lib/pacman/db.lck')}
${folder === undefined ? fromDistribution(packages) : fromMount(packages, folder)}`,

  neededBy: (packages) => sh`LC_ALL=C pacman -Qi -- ${packages} 2>/dev/null | awk '/^[^ ]/ { list = 0 }
/^Name / { name = $3 }
/^Required By / { list = 1; sub(/^[^:]*:/, "") }
list { for (i = 1; i <= NF; i++) if ($i != "None") print name " " $i }'`,

  remove: (packages) => sh`${waitForFile('/var/lib/pacman/db.lck')}
pacman --noconfirm --noprogressbar -R -- ${packages} 2>&1`,

  isWaiting: isWaitingForLock,
  isError: (line) => line.startsWith('error: '),

  /** `error: failed to synchronize all databases` and `error: target not found` follow the mirror that cannot be reached. */
  causeOf: (lines, last) => {
    const failed = lines.findIndex((line) => line.startsWith('error: failed retrieving file'));
    return failed >= 0 && failed < last ? failed : last;
  },
};

/** Whether the databases of the repositories are on the host. */
const IS_READ = sh`{ set -- /var/lib/pacman/sync/*.db; [ -e "$1" ] || ! grep -qsE '^[[:space:]]*(Server|Include)' /etc/pacman.conf; }`;

/** Whether the signature beside a file is of a key that the host trusts. */
const SIGNED = sh`signed() {
[ -e "$1.sig" ] && pacman-key --verify "$1.sig" "$1" >/dev/null 2>&1
}`;

/** Fetches databases only when there are none, or when their packages are no longer on the mirrors. */
function fromDistribution(packages: readonly WantedPackage[]): Command {
  if (packages.every(({ version }) => version === undefined || !version.endsWith('*'))) {
    const words = wordsOf(packages);
    return sh`get -S -- ${words} || get -Sy -- ${words}`;
  }
  return sh`${FITS}
${fromRepositories(sh`${wordsOf(packages)}`)}`;
}

/** A repository has one version of a package: it is installed when it fits. */
function fromRepositories(words: Command): Command {
  return sh`fetch() {
specs=
for package in ${words}; do
name=\${package%%=*}
wanted=\${package#"$name"}
found=$(pacman -Si -- "$name" 2>/dev/null | sed -n 's/^Version *: *//p' | head -n 1)
[ -z "$found" ] || fits "$found" "\${wanted#=}" || { printf 'error: %s is not %s: the repositories have %s\\n' "$name" "\${wanted#=}" "$found"; return 1; }
specs="$specs $name"
done
get "$1" -- $specs
}
fetch -S || fetch -Sy`;
}

/**
 * Sets `m`, and defines `offers NAME`, which prints the version and the file of each package of that name in the
 * folder, and `pick NAME WANTED` for the newest that fits.
 */
function pickFrom(folder: string): Command {
  return sh`m=${folder}
${FITS}
offers() {
for file in "$m/$1"-*.pkg.tar*; do
case $file in *.sig) continue ;; esac
[ -f "$file" ] || continue
found=$(pacman -Qp -- "$file" 2>/dev/null) || continue
[ "\${found%% *}" != "$1" ] || printf '%s\\t%s\\n' "\${found#* }" "$file"
done
}
pick() {
offers "$1" | {
best= newest=
while IFS='\t' read -r found file; do
fits "$found" "$2" || continue
if [ -z "$newest" ] || [ "$(vercmp "$found" "$newest")" -gt 0 ]; then newest=$found best=$file; fi
done
[ -z "$best" ] || printf '%s\\t%s\\n' "$newest" "$best"
}
}`;
}

/** pacman itself would replace a newer package by a file with no more than a warning, and take one without a signature. */
function fromMount(packages: readonly WantedPackage[], { path, trusted }: PackageFolder): Command {
  const older = packages.filter(({ downgrade }) => downgrade).map(({ name }) => name);
  return sh`${pickFrom(path)}
${trusted ? NOTHING : SIGNED}
set --
others=
for package in ${wordsOf(packages)}; do
name=\${package%%=*}
wanted=\${package#"$name"}
f=$(pick "$name" "\${wanted#=}")
if [ -z "$f" ]; then
others="$others $package"
else
have=$(pacman -Q -- "$name" 2>/dev/null | cut -d ' ' -f 2)
case " "${older.join(' ')}" " in *" $name "*) have= ;; esac
[ -z "$have" ] || [ "$(vercmp "\${f%%\t*}" "$have")" -ge 0 ] || { printf 'error: %s %s is installed, and %s has only the older %s\\n' "$name" "$have" "$m" "\${f%%\t*}"; exit 1; }
${trusted ? NOTHING : sh`signed "\${f#*\t}" || { printf 'error: %s has no signature that pacman accepts\\n' "\${f#*\t}"; exit 1; }`}
set -- "$@" "\${f#*\t}"
fi
done
if [ $# -gt 0 ] && [ -e "$m/"${WHOLE} ]; then
for f in "$m"/*.pkg.tar*; do
name=$(pacman -Qp -- "$f" | cut -d ' ' -f 1)
case " $* " in *" $f "*) continue ;; esac
pacman -Q -- "$name" > /dev/null 2>&1 || set -- "$@" "$f"
done
fi
[ $# -eq 0 ] || get -U -- "$@" || { get -Sy && get -U -- "$@"; }
[ -z "$others" ] || { printf '%s has no package of%s; using the repositories of the distribution\\n' "$m" "$others"; ${fromRepositories(sh`$others`)}; }`;
}
