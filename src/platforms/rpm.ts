import { NOTHING, sh } from '../remote/command.ts';
import { isWaitingForLock, waitForLock } from './lock-wait.ts';
import type { PackageManager } from './package-manager.ts';
import { RED_HAT, REQUIRE_SIGNED, chooseFiles, isRpmError, sourceOfRpm, versionsOfRpm } from './rpm-family.ts';

const HAS_DATABASE = sh`for folder in /var/lib/rpm /usr/lib/sysimage/rpm; do for base in Packages Packages.db rpmdb.sqlite; do [ -e "$folder/$base" ] && break 2; done; false; done`;

/** rpm alone, with a folder of .rpm files: a host without repositories, and no other package manager. */
export const rpm: PackageManager = {
  id: 'rpm',
  title: 'rpm alone with a folder of packages',
  proof: 'tools',
  distributions: 'hosts with rpm and no other package manager',
  ...RED_HAT,
  folder: 'any folder of .rpm files, which must hold what the packages need',
  // busybox has an rpm that knows no database.
  detect: sh`command -v rpm >/dev/null && ${HAS_DATABASE}`,
  collect: () => sh`echo 'error: rpm has no repositories'
exit 1`,
  source: (name, folder) => sourceOfRpm(name, folder, sh`echo none`),
  versions: (name, folder) => versionsOfRpm(name, folder, NOTHING),

  // rpm refuses to replace a package by an older one.
  install: (packages, folder) =>
    folder === undefined
      ? sh`echo 'error: rpm has no repositories. Set packages.local_mount to a folder on the host that holds .rpm files.'
exit 1`
      : sh`${waitForLock(sh`"$(rpm --eval '%{_dbpath}')/.rpm.lock"`)}
${chooseFiles(packages, folder.path)}
[ -z "$absent" ] || { printf 'error: %s has no .rpm file of%s for this host\\n' "$m" "$absent"; exit 1; }
[ -z "$needs" ] || { printf 'error: neither the host nor %s provides %s\\n' "$m" "$(printf '%s\\n' "$needs" | paste -sd , - | sed 's/,/, /g')"; exit 1; }
${folder.trusted ? NOTHING : REQUIRE_SIGNED}
IFS='
'
set -f
rpm -Uvh --nosignature ${packages.some(({ downgrade }) => downgrade) ? ['--oldpackage'] : []} -- $files 2>&1`,

  isWaiting: (line) => isWaitingForLock(line) || /^warning: waiting for .* lock/.test(line),
  isError: isRpmError,
  causeOf: (_lines, last) => last,
};
