import { sh } from '../remote/command.ts';
import { LOCK_SECONDS } from './lock-wait.ts';
import type { PackageManager } from './package-manager.ts';
import { WEB_SERVER_NAMES } from './rpm-family.ts';

/** Alpine Linux. By documentation (apk(8), apk-add(8), apk-repositories(5)): other distributions do not have apk. */
export const apk: PackageManager = {
  id: 'apk',
  title: 'apk',
  proof: 'documentation',
  distributions: 'Alpine Linux',
  folder: 'a repository: a folder with ARCH/APKINDEX.tar.gz',
  detect: sh`command -v apk >/dev/null && [ -e /lib/apk/db/installed ]`,
  names: WEB_SERVER_NAMES,
  units: {},

  // It prints the names of those that are installed, and fails when one is not.
  query: (packages) => sh`apk info -e ${packages} 2>/dev/null`,

  // `keepalived-2.3.1-r1 - Loadbalancer and …`, from indexes on the host.
  source: (name, localMount) => sh`m=${localMount ?? ''}
found() { sed -n ${`s/^${name.replaceAll(/[.+]/g, '[$&]')}-\\([0-9][^[:space:]]*\\).*/version \\1/p`} | tail -n 1; }
v=
if [ -n "$m" ] && [ -e "$m/$(apk --print-arch)/APKINDEX.tar.gz" ]; then
v=$(apk --no-network --allow-untrusted --repositories-file /dev/null --repository "$m" search -v -x ${name} 2>/dev/null | found)
fi
if [ -n "$v" ]; then
printf 'mount\\n%s\\n' "$v"
else
v=$(apk --no-network search -v -x ${name} 2>/dev/null | found)
set -- /var/cache/apk/APKINDEX.* /etc/apk/cache/APKINDEX.*
if [ -n "$v" ]; then printf 'candidate\\n%s\\n' "$v"
elif [ -e "$1" ] || [ -e "$2" ] || ! grep -qsE '^[^#[:space:]]' /etc/apk/repositories; then echo none
else echo unread
fi
fi`,

  // An index is fetched only when the packages cannot be installed with those on the host. Nothing is upgraded.
  install: (packages, localMount) => sh`get() { apk --no-progress --wait ${LOCK_SECONDS} "$@" 2>&1; }
m=${localMount ?? ''}
rc=1
if [ -n "$m" ] && [ -e "$m/$(apk --print-arch)/APKINDEX.tar.gz" ]; then
rc=0
get --no-network --allow-untrusted --repositories-file /dev/null --repository "$m" add ${packages} || rc=$?
elif [ -n "$m" ]; then
printf 'no package index (%s/APKINDEX.tar.gz) in %s; using the repositories of the distribution\\n' "$(apk --print-arch)" "$m"
fi
[ "$rc" = 0 ] || get --no-network add ${packages} || { get update && get add ${packages}; }`,

  isWaiting: (line) => line.startsWith('Waiting for repository lock'),
  isError: (line) => /^(?:ERROR|WARNING: fetching|WARNING: updating)/.test(line),

  /** An unreachable mirror is a warning, and then all packages are missing. */
  causeOf: (lines, last) => {
    const warning = lines.findIndex((line) => /^WARNING: (?:fetching|updating|opening)/.test(line));
    return warning >= 0 && warning <= last ? warning : last;
  },
};
