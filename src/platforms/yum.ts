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

/** Red Hat Enterprise Linux 5 to 7 and relatives. By documentation: its Python 2 is in no distribution of today. */
export const yum: PackageManager = {
  id: 'yum',
  title: 'yum',
  proof: 'documentation',
  distributions: 'Red Hat Enterprise Linux and relatives up to release 7',
  folder: 'any folder of .rpm files; its metadata (repodata), if there is some',
  detect: sh`command -v yum >/dev/null`,
  names: RED_HAT_NAMES,
  units: RED_HAT_UNITS,
  query: queryRpm,

  // -C: from metadata on the host, because a network may be slow. `keepalived.x86_64  1.2.13-5.el6_6  base`
  source: (name, localMount) =>
    sourceOfRpm(
      name,
      localMount,
      sh`v=$(yum -C -q list available ${name} 2>/dev/null | sed -n ${`s/^${name.replaceAll('.', '[.]')}[.][^[:space:]]*[[:space:]]*\\([^[:space:]]*\\).*/version \\1/p`} | tail -n 1)
if [ -n "$v" ]; then
printf 'candidate\\n%s\\n' "$v"
else
read_before=
for list in /var/cache/yum/*/repomd.xml /var/cache/yum/*/*/repomd.xml /var/cache/yum/*/*/*/repomd.xml; do [ ! -e "$list" ] || read_before=yes; done
if [ -n "$read_before" ] || ! ${HAS_REPOSITORIES}; then echo none; else echo unread; fi
fi`,
    ),

  install: (packages, localMount) => sh`get() { yum -y --setopt=timeout=15 --setopt=retries=2 "$@" 2>&1; }
${waitForPidFiles(['/var/run/yum.pid'])}
${localMount === undefined ? sh`get install ${packages}` : fromMount(packages, localMount)}
${requireRpms(packages)}`,

  isWaiting: (line) => isWaitingForLock(line) || line.startsWith('Another app is currently holding the yum lock'),
  isError: isRpmError,

  /** `Error: Nothing to do` follows the reason. */
  causeOf: (lines, last) => {
    const unreachable = lines.findIndex((line) => /\[Errno 1[24]\]/.test(line));
    return /^Error: Nothing to do|^error: package .* is not installed/.test(lines[last] ?? '') && unreachable >= 0
      ? unreachable
      : last;
  },
};

/** A folder with metadata is a repository of a configuration of its own; of another its files are given by name. */
function fromMount(packages: readonly string[], mount: string): Command {
  return sh`m=${mount}
if [ -e "$m/repodata/repomd.xml" ]; then
p=$(mktemp -d) && mkdir "$p/none" || exit 1
printf '[main]\\nreposdir=%s/none\\ncachedir=%s/cache\\ngpgcheck=0\\n[lvsctl-mount]\\nname=lvsctl-mount\\nbaseurl=file://%s\\ngpgcheck=0\\n' "$p" "$p" "$m" > "$p/yum.conf"
rc=0
get -c "$p/yum.conf" install ${packages} || rc=$?
rm -rf "$p"
[ "$rc" = 0 ] || get install ${packages}
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
