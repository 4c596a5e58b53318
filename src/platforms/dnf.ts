import { type Command, sh } from '../remote/command.ts';
import { isWaitingForLock, waitForPidFiles } from './lock-wait.ts';
import type { PackageManager } from './package-manager.ts';
import {
  HAS_REPOSITORIES,
  RED_HAT_NAMES,
  RED_HAT_UNITS,
  chooseFiles,
  isRpmError,
  queryRpm,
  requireRpms,
  sourceOfRpm,
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
  proof: 'tools',
  distributions: 'Fedora, and Red Hat Enterprise Linux and relatives from release 8',
  folder: 'any folder of .rpm files; its metadata (repodata), if there is some',
  detect: sh`command -v dnf >/dev/null`,
  names: RED_HAT_NAMES,
  units: RED_HAT_UNITS,
  query: queryRpm,

  // -C: from metadata on the host, because a network may be slow.
  source: (name, localMount) =>
    sourceOfRpm(
      name,
      localMount,
      sh`v=$(dnf -C -q repoquery --latest-limit=1 --arch "$(rpm --eval '%{_target_cpu}'),noarch" --qf 'version %{evr}\\n' -- ${name} 2>/dev/null | sed '/^$/d')
if [ -n "$v" ]; then
printf 'candidate\\n%s\\n' "$v"
else
set -- /var/cache/dnf/*.solv /var/cache/libdnf5/*/repodata
if [ -e "$1" ] || [ -e "$2" ] || ! ${HAS_REPOSITORIES}; then echo none; else echo unread; fi
fi`,
    ),

  install: (
    packages,
    localMount,
  ) => sh`get() { dnf -y ${TIMEOUT} ${RETRIES} --setopt=install_weak_deps=False "$@" 2>&1; }
${waitForPidFiles(['/var/lib/dnf/rpmdb_lock.pid', '/var/cache/dnf/metadata_lock.pid'])}
${localMount === undefined ? sh`get install ${packages}` : fromMount(packages, localMount)}
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

/** A folder with metadata is a repository; of another its files are given by name. The distribution supplies what it lacks. */
function fromMount(packages: readonly string[], mount: string): Command {
  return sh`m=${mount}
if [ -e "$m/repodata/repomd.xml" ]; then
set -- --repofrompath=${MOUNT}",file://$m" --setopt=${MOUNT}.gpgcheck=0 --setopt=${MOUNT}.metadata_expire=1 --setopt=${MOUNT}.priority=1
get "$@" --disablerepo='*' --enablerepo=${MOUNT} install ${packages} || get "$@" install ${packages}
else
${chooseFiles(packages, mount)}
[ -n "$files" ] || printf '%s has no .rpm file of%s; using the repositories of the distribution\\n' "$m" "$absent"
IFS='
'
set -f
set -- $files
set +f
unset IFS
get install "$@" $absent
fi`;
}
