import { type Command, sh } from '../remote/command.ts';
import { collectWithDnf } from './collect-rpm.ts';
import { isWaitingForLock, waitForPidFiles } from './lock-wait.ts';
import type { PackageFolder, PackageManager, WantedPackage } from './package-manager.ts';
import {
  HAS_REPOSITORIES,
  RED_HAT,
  installFiles,
  isRpmError,
  requireRpms,
  rpmSpecs,
  sourceOfRpm,
  versionsOfRpm,
} from './rpm-family.ts';

/** Seconds that an unreachable mirror is waited for, and how often it is tried. */
const TIMEOUT = '--setopt=timeout=15';
const RETRIES = '--setopt=retries=2';

/** The folder as a repository, where it has metadata. */
const MOUNT = 'lvsctl-mount';

/** Fedora, and Red Hat Enterprise Linux with its relatives from release 8. */
export const dnf: PackageManager = {
  id: 'dnf',
  title: 'dnf',
  proof: 'lab',
  distributions: 'Fedora, and Red Hat Enterprise Linux and relatives from release 8',
  detect: sh`command -v dnf >/dev/null`,
  ...RED_HAT,
  collect: collectWithDnf,

  // -C: from metadata on the host, because a network may be slow.
  source: (name, folder) =>
    sourceOfRpm(
      name,
      folder,
      sh`v=$(dnf -C -q repoquery --latest-limit=1 --arch "$(rpm --eval '%{_target_cpu}'),noarch" --qf 'version %{evr}\\n' -- ${name} 2>/dev/null | sed '/^$/d')
if [ -n "$v" ]; then
printf 'candidate\\n%s\\n' "$v"
else
if ${HAS_METADATA} || ! ${HAS_REPOSITORIES}; then echo none; else echo unread; fi
fi`,
    ),

  versions: (name, folder) =>
    versionsOfRpm(
      name,
      folder,
      sh`${HAS_METADATA} || ! ${HAS_REPOSITORIES} || echo unread
dnf -C -q repoquery --arch "$(rpm --eval '%{_target_cpu}'),noarch" --qf '%{evr}\\n' -- ${name} 2>/dev/null | sed '/^$/d'`,
    ),

  install: (packages, folder) => sh`get() { dnf -y ${TIMEOUT} ${RETRIES} --setopt=install_weak_deps=False "$@" 2>&1; }
${waitForPidFiles(['/var/lib/dnf/rpmdb_lock.pid', '/var/cache/dnf/metadata_lock.pid'])}
${folder === undefined ? sh`get install ${rpmSpecs(packages)}` : fromMount(packages, folder)}
${requireRpms(packages)}`,

  isWaiting: (line) => isWaitingForLock(line) || /^Waiting for process with pid \d+/.test(line),
  isError: isRpmError,
  causeOf,
};

/** dnf reports each repository that it cannot reach, and then only that it has no such package; reasons follow `Error:`. */
function causeOf(lines: readonly string[], last: number): number {
  const line = lines[last] ?? '';
  const reason = lines.findIndex((one, index) => index > last && one.startsWith('- '));
  if (/^(?:Error:$|Problem: )/.test(line)) return reason < 0 ? last : reason;
  if (!/^Error: Unable to find a match|^error: package .* is not installed/.test(line)) return last;
  const unreachable = lines.findIndex((one) => /^- Curl error|^- Status code/.test(one));
  return unreachable < 0 ? last : unreachable;
}

const HAS_METADATA = sh`{ set -- /var/cache/dnf/*.solv /var/cache/libdnf5/*/repodata; [ -e "$1" ] || [ -e "$2" ]; }`;

/** A folder with metadata is a repository; of another its files are given by name. The distribution supplies what it lacks. */
function fromMount(packages: readonly WantedPackage[], folder: PackageFolder): Command {
  const { path, trusted } = folder;
  const check = trusted ? 0 : 1;
  const specs = rpmSpecs(packages);
  return sh`m=${path}
if [ -e "$m/repodata/repomd.xml" ]; then
set -- --repofrompath=${MOUNT}",file://$m" --setopt=${MOUNT}.gpgcheck=${check} --setopt=${MOUNT}.metadata_expire=1 --setopt=${MOUNT}.priority=1
get "$@" --disablerepo='*' --enablerepo=${MOUNT} install ${specs} || get "$@" install ${specs}
else
${installFiles(packages, folder, '-', (files) => sh`get --setopt=localpkg_gpgcheck=${check} install ${files}`)}
fi`;
}
