import { type Command, sh } from '../remote/command.ts';
import { LOCK_SECONDS, isWaitingForLock, waitForPidFiles } from './lock-wait.ts';
import type { PackageManager } from './package-manager.ts';
import { WEB_SERVER_NAMES, chooseFiles, isRpmError, queryRpm, requireRpms, sourceOfRpm } from './rpm-family.ts';

/** The repository of the local folder, in a configuration of its own. */
const MOUNT = 'lvsctl-mount';

/** Seconds that repositories may take to be refreshed; zypper itself waits minutes for each mirror. */
const REFRESH_SECONDS = 120;

/** SUSE Linux Enterprise and openSUSE. */
export const zypper: PackageManager = {
  id: 'zypper',
  title: 'zypper',
  proof: 'tools',
  distributions: 'SUSE Linux Enterprise, openSUSE',
  folder: 'any folder of .rpm files; its metadata (repodata), if there is some',
  detect: sh`command -v zypper >/dev/null`,
  names: { ...WEB_SERVER_NAMES, 'iputils-arping': 'iputils' },
  units: {},
  query: queryRpm,

  // From metadata on the host, because a network may be slow.
  source: (name, localMount) =>
    sourceOfRpm(
      name,
      localMount,
      sh`if ${HAS_METADATA}; then
v=$(zypper --non-interactive --no-refresh --quiet search --match-exact --details --type package ${name} 2>/dev/null | awk -F '|' -v name=${name} '{ gsub(/^ +| +$/, "", $2); gsub(/^ +| +$/, "", $4) } $2 == name { print "version " $4; exit }')
if [ -n "$v" ]; then printf 'candidate\\n%s\\n' "$v"; else echo none; fi
elif grep -qsE '^[[:space:]]*(baseurl|mirrorlist)' /etc/zypp/repos.d/*.repo; then echo unread
else echo none
fi`,
    ),

  // Some exit codes are advice: a restart is needed, a repository was skipped.
  install: (packages, localMount) => sh`export ZYPP_LOCK_TIMEOUT=${LOCK_SECONDS}
get() {
zypper --non-interactive "$@" 2>&1 || { rc=$?; case $rc in 102 | 103 | 106) ;; *) return "$rc" ;; esac; }
}
install() { get --no-refresh install --no-recommends --no-allow-downgrade --no-allow-vendor-change "$@"; }
refresh() {
timeout ${REFRESH_SECONDS} zypper --non-interactive refresh 2>&1 || {
rc=$?
[ "$rc" != 124 ] || printf 'error: the repositories could not be refreshed: timed out after %s s\\n' ${REFRESH_SECONDS}
return "$rc"
}
}
${waitForPidFiles(['/run/zypp.pid', '/var/run/zypp.pid'])}
${localMount === undefined ? fromDistribution(packages) : fromMount(packages, localMount)}
${requireRpms(packages)}`,

  isWaiting: (line) => isWaitingForLock(line) || line.startsWith('System management is locked'),
  isError: (line) => isRpmError(line) || /^(?:Problem: |No provider of |Package '.*' not found)/.test(line),

  // A mirror that cannot be reached comes first, and then all that follows from it.
  causeOf: (lines, last) => {
    const line = lines[last] ?? '';
    const unreachable = lines.findIndex((one) => /^(?:Curl error \d+|Error message: |Timeout exceeded)/i.test(one));
    if (unreachable >= 0 && /refresh|is not installed|not found|No provider|skipped/i.test(line)) return unreachable;
    const problem = lines.findIndex((one) => /^(?:Problem: |No provider of |Package '.*' not found)/.test(one));
    return problem >= 0 && problem <= last ? problem : last;
  },
};

/** Without it even `--no-refresh` waits for the network. */
const HAS_METADATA = sh`{ for solv in /var/cache/zypp/solv/*/solv; do case $solv in */@System/solv) ;; *) [ ! -e "$solv" ] || break ;; esac; false; done; }`;

/** Fetches metadata only when the packages cannot be installed with those on the host. */
function fromDistribution(packages: readonly string[]): Command {
  return sh`{ ${HAS_METADATA} && install ${packages}; } || { refresh && install ${packages}; }`;
}

/** A folder with metadata is a repository for this run; of another its files are given by name. */
function fromMount(packages: readonly string[], mount: string): Command {
  return sh`m=${mount}
if [ -e "$m/repodata/repomd.xml" ]; then
p=$(mktemp -d) && mkdir "$p/repos" || exit 1
printf '[%s]\\nname=%s\\nenabled=1\\nbaseurl=dir:%s\\ntype=rpm-md\\ngpgcheck=0\\n' ${MOUNT} ${MOUNT} "$m" > "$p/repos/mount.repo"
rc=0
{ get --reposd-dir "$p/repos" --cache-dir "$p/cache" refresh && get --reposd-dir "$p/repos" --cache-dir "$p/cache" --no-refresh install --no-recommends --no-allow-downgrade ${packages}; } || rc=$?
rm -rf "$p"
[ "$rc" = 0 ] || ${sh`{ ${fromDistribution(packages)}; }`}
else
${chooseFiles(packages, mount)}
[ -n "$files" ] || printf '%s has no .rpm file of%s; using the repositories of the distribution\\n' "$m" "$absent"
IFS='
'
set -f
set -- $files
set +f
unset IFS
[ -z "$absent" ] || ${HAS_METADATA} || refresh
install --allow-unsigned-rpm "$@" $absent
fi`;
}
