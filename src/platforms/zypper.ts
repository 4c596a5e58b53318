import { type Command, lines, sh } from '../remote/command.ts';
import { collectWithZypper } from './collect-rpm.ts';
import { LOCK_SECONDS, isWaitingForLock, waitForPidFiles } from './lock-wait.ts';
import type { PackageFolder, PackageManager, WantedPackage } from './package-manager.ts';
import {
  RPM_FOLDER,
  WEB_SERVER_NAMES,
  installFiles,
  isRpmError,
  requireRpms,
  sourceOfRpm,
  versionsOfRpm,
} from './rpm-family.ts';
import { FITS, wordsOf } from './version.ts';

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
  detect: sh`command -v zypper >/dev/null`,
  collect: collectWithZypper,
  names: {
    ...WEB_SERVER_NAMES,
    'iputils-arping': 'iputils',
    'libnl-3-200': 'libnl3-200',
    'libnl-genl-3-200': 'libnl3-200',
  },
  buildPackages: ['gcc', 'make', 'libopenssl-devel', 'libnl3-devel', 'popt-devel'],
  units: {},
  ...RPM_FOLDER,

  // From metadata on the host, because a network may be slow.
  source: (name, folder) =>
    sourceOfRpm(
      name,
      folder,
      sh`if ${HAS_METADATA}; then
v=$(zypper --non-interactive --no-refresh --quiet search --match-exact --details --type package ${name} 2>/dev/null | awk -F '|' -v name=${name} '{ gsub(/^ +| +$/, "", $2); gsub(/^ +| +$/, "", $4) } $2 == name { print "version " $4; exit }')
if [ -n "$v" ]; then printf 'candidate\\n%s\\n' "$v"; else echo none; fi
elif grep -qsE '^[[:space:]]*(baseurl|mirrorlist)' /etc/zypp/repos.d/*.repo; then echo unread
else echo none
fi`,
    ),

  versions: (name, folder) =>
    versionsOfRpm(
      name,
      folder,
      sh`if ${HAS_METADATA}; then
${listVersions(sh`zypper`, name)}
elif grep -qsE '^[[:space:]]*(baseurl|mirrorlist)' /etc/zypp/repos.d/*.repo; then echo unread
fi`,
    ),

  // Some exit codes are advice: a restart is needed, a repository was skipped.
  install: (packages, folder) => sh`export ZYPP_LOCK_TIMEOUT=${LOCK_SECONDS}
get() {
zypper --non-interactive "$@" 2>&1 || { rc=$?; case $rc in 102 | 103 | 106) ;; *) return "$rc" ;; esac; }
}
install() { get --no-refresh install --no-recommends ${downgrading(packages)} --no-allow-vendor-change "$@"; }
refresh() {
timeout ${REFRESH_SECONDS} zypper --non-interactive refresh 2>&1 || {
rc=$?
[ "$rc" != 124 ] || printf 'error: the repositories could not be refreshed: timed out after %s s\\n' ${REFRESH_SECONDS}
return "$rc"
}
}
${waitForPidFiles(['/run/zypp.pid', '/var/run/zypp.pid'])}
${folder === undefined ? fromDistribution(packages) : fromMount(packages, folder)}
${requireRpms(packages)}`,

  isWaiting: (line) => isWaitingForLock(line) || line.startsWith('System management is locked'),
  isError: (line) => isRpmError(line) || /^(?:Problem: |No provider of |Package '.*' not found)/.test(line),

  // A mirror that cannot be reached comes first, and then all that follows from it.
  causeOf: (lines, last) => {
    const line = lines[last] ?? '';
    const unreachable = lines.findIndex((one) =>
      /^(?:Curl error \d+|Error message: |Timeout exceeded|- Permission to access)/i.test(one),
    );
    if (unreachable >= 0 && /refresh|is not installed|not found|No provider|skipped/i.test(line)) return unreachable;
    const problem = lines.findIndex((one) => /^(?:Problem: |No provider of |Package '.*' not found)/.test(one));
    return problem >= 0 && problem <= last ? problem : last;
  },
};

/** Without it even `--no-refresh` waits for the network. */
const HAS_METADATA = sh`{ for solv in /var/cache/zypp/solv/*/solv; do case $solv in */@System/solv) ;; *) [ ! -e "$solv" ] || break ;; esac; false; done; }`;

function downgrading(packages: readonly WantedPackage[]): string {
  return packages.some(({ downgrade }) => downgrade) ? '--oldpackage' : '--no-allow-downgrade';
}

/** Prints the versions that the repositories have, the newest first. @param zypper with options of its own */
function listVersions(zypper: Command, name: string): Command {
  return sh`${zypper} --non-interactive --no-refresh --quiet search --match-exact --details --type package ${name} 2>/dev/null | awk -F '|' -v name=${name} '{ gsub(/^ +| +$/, "", $2); gsub(/^ +| +$/, "", $4) } $2 == name && !seen[$4]++ { print $4 }'`;
}

/** zypper takes whole versions only: appends `NAME=VERSION` for each beginning of one to `specs`. */
function resolve(packages: readonly WantedPackage[], zypper: Command): Command {
  const open = packages.filter(({ version }) => version?.endsWith('*') === true);
  const others = wordsOf(packages.filter((one) => !open.includes(one)));
  if (open.length === 0) return sh`specs=${others.join(' ')}`;
  return lines([
    FITS,
    sh`specs=${others.join(' ')}`,
    ...open.map(
      ({ name, version = '' }) => sh`wanted=${version}
found=$(${listVersions(zypper, name)} | while read -r one; do
! fits "$one" "$wanted" || { printf '%s\\n' "$one"; break; }
done)
specs="$specs "${name}"=\${found:-$wanted}"`,
    ),
  ]);
}

/** Fetches metadata only when the packages cannot be installed with those on the host. */
function fromDistribution(packages: readonly WantedPackage[]): Command {
  const work = sh`{
${resolve(packages, sh`zypper`)}
install $specs
}`;
  return sh`{ ${HAS_METADATA} && ${work}; } || { refresh && ${work}; }`;
}

/** A folder with metadata is a repository for this run; of another its files are given by name. Its packages need a signature, its metadata does not. */
function fromMount(packages: readonly WantedPackage[], folder: PackageFolder): Command {
  const { path, trusted } = folder;
  return sh`m=${path}
if [ -e "$m/repodata/repomd.xml" ]; then
p=$(mktemp -d) && mkdir "$p/repos" || exit 1
printf '[%s]\\nname=%s\\nenabled=1\\nbaseurl=dir:%s\\ntype=rpm-md\\n%s\\n' ${MOUNT} ${MOUNT} "$m" ${trusted ? 'gpgcheck=0' : 'gpgcheck=1\nrepo_gpgcheck=0\npkg_gpgcheck=1'} > "$p/repos/mount.repo"
rc=0
{
get --reposd-dir "$p/repos" --cache-dir "$p/cache" refresh
${resolve(packages, sh`zypper --reposd-dir "$p/repos" --cache-dir "$p/cache"`)}
get --reposd-dir "$p/repos" --cache-dir "$p/cache" --no-refresh install --no-recommends ${downgrading(packages)} $specs
} || rc=$?
rm -rf "$p"
[ "$rc" = 0 ] || ${sh`{ ${fromDistribution(packages)}; }`}
else
${installFiles(
  packages,
  folder,
  '=',
  (files) => sh`[ -z "$absent" ] || ${HAS_METADATA} || refresh
install ${trusted ? ['--allow-unsigned-rpm'] : []} ${files}`,
)}
fi`;
}
