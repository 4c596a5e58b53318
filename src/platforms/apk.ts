import { sh } from '../remote/command.ts';
import { collectApks, indexApks } from './collect-apk.ts';
import { LOCK_SECONDS } from './lock-wait.ts';
import type { PackageManager, WantedPackage } from './package-manager.ts';
import { WEB_SERVER_NAMES } from './rpm-family.ts';

/** Alpine Linux. By documentation (apk(8), apk-add(8), apk-repositories(5)): other distributions do not have apk. */
export const apk: PackageManager = {
  id: 'apk',
  title: 'apk',
  proof: 'documentation',
  distributions: 'Alpine Linux',
  folder: 'a repository: a folder with ARCH/APKINDEX.tar.gz',
  detect: sh`command -v apk >/dev/null && [ -e /lib/apk/db/installed ]`,
  format: 'apk',
  collect: collectApks,
  index: indexApks,
  names: { ...WEB_SERVER_NAMES, 'libnl-3-200': 'libnl3', 'libnl-genl-3-200': 'libnl3', libpopt0: 'popt' },
  buildPackages: ['build-base', 'linux-headers', 'openssl-dev', 'libnl3-dev', 'popt-dev', 'pkgconf'],
  units: {},

  // The database of installed packages: `P:keepalived`, then `V:2.3.1-r1`.
  query: (packages) => sh`for package in ${packages}; do
sed -n "/^P:$package\\$/,/^\\$/s/^V:/$package /p" /lib/apk/db/installed
done`,

  // `keepalived-2.3.1-r1 - Loadbalancer and …`, from indexes on the host.
  source: (name, folder) => sh`m=${folder?.path ?? ''}
found() { sed -n ${`s/${found(name)}/version \\1/p`} | tail -n 1; }
v=
if [ -n "$m" ] && [ -e "$m/$(apk --print-arch)/APKINDEX.tar.gz" ]; then
v=$(apk --no-network --allow-untrusted --repositories-file /dev/null --repository "$m" search -v -x ${name} 2>/dev/null | found)
fi
if [ -n "$v" ]; then
printf 'mount\\n%s\\n' "$v"
else
v=$(apk --no-network search -v -x ${name} 2>/dev/null | found)
if [ -n "$v" ]; then printf 'candidate\\n%s\\n' "$v"
elif ${IS_READ}; then echo none
else echo unread
fi
fi`,

  versions: (name, folder) => sh`m=${folder?.path ?? ''}
${IS_READ} || echo unread
{
[ -z "$m" ] || apk --no-network --allow-untrusted --repositories-file /dev/null --repository "$m" search -a -v -x ${name}
apk --no-network search -a -v -x ${name}
} 2>/dev/null | sed -n ${`s/${found(name)}/\\1/p`}`,

  // An index is signed, and has the checksums of the packages.
  unsigned: (folder) => sh`m=${folder}
i=$m/$(apk --print-arch)/APKINDEX.tar.gz
given() { apk --no-network --repositories-file /dev/null --repository "$m" "$@" 2>/dev/null; }
for package; do
if [ -e "$i" ] && [ -n "$(given --allow-untrusted search -x "$package")" ] && [ -z "$(given search -x "$package")" ]; then printf '%s\\n' "$i"; break; fi
done`,

  // An index is fetched only when the packages cannot be installed with those on the host. Nothing is upgraded.
  install: (packages, folder) => sh`get() { apk --no-progress --wait ${LOCK_SECONDS} "$@" 2>&1; }
m=${folder?.path ?? ''}
rc=1
if [ -n "$m" ] && [ -e "$m/$(apk --print-arch)/APKINDEX.tar.gz" ]; then
rc=0
get --no-network ${folder?.trusted === true ? ['--allow-untrusted'] : []} --repositories-file /dev/null --repository "$m" add ${specs(packages)} || rc=$?
elif [ -n "$m" ]; then
printf 'no package index (%s/APKINDEX.tar.gz) in %s; using the repositories of the distribution\\n' "$(apk --print-arch)" "$m"
fi
[ "$rc" = 0 ] || get --no-network add ${specs(packages)} || { get update && get add ${specs(packages)}; }`,

  // `keepalived-2.3.1-r1 is required by:`, then a line for each.
  neededBy: (packages) => sh`for package in ${packages}; do
apk --no-network info -r "$package" 2>/dev/null | sed -n "/ is required by:\\$/d; /^\\$/d; s/-[0-9][^-]*-r[0-9]*\\$//; s/^/$package /p"
done`,

  // A package that another one needs only loses its entry in world, and stays.
  remove: (packages) => sh`apk --no-progress --wait ${LOCK_SECONDS} del ${packages} 2>&1`,

  isWaiting: (line) => line.startsWith('Waiting for repository lock'),
  isError: (line) => /^(?:ERROR|WARNING: fetching|WARNING: updating)/.test(line),

  /** An unreachable mirror is a warning, and then all packages are missing. */
  causeOf: (lines, last) => {
    const warning = lines.findIndex((line) => /^WARNING: (?:fetching|updating|opening)/.test(line));
    return warning >= 0 && warning <= last ? warning : last;
  },
};

/** Whether the indexes of the repositories are on the host. */
const IS_READ = sh`{ set -- /var/cache/apk/APKINDEX.* /etc/apk/cache/APKINDEX.*; [ -e "$1" ] || [ -e "$2" ] || ! grep -qsE '^[^#[:space:]]' /etc/apk/repositories; }`;

/** A line of `apk search -v`, with the version as its group. */
function found(name: string): string {
  return `^${name.replaceAll(/[.+]/g, '[$&]')}-\\([0-9][^[:space:]]*\\).*`;
}

/** `=` is a version, `~` one that begins so. */
function specs(packages: readonly WantedPackage[]): readonly string[] {
  return packages.map(({ name, version }) => {
    if (version === undefined) return name;
    return version.endsWith('*') ? `${name}~${version.slice(0, -1)}` : `${name}=${version}`;
  });
}
