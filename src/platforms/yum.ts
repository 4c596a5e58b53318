import { type Command, sh } from '../remote/command.ts';
import { collectWithYum } from './collect-rpm.ts';
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

/** Red Hat Enterprise Linux 5 to 7 and relatives. By documentation: its Python 2 is in no distribution of today. */
export const yum: PackageManager = {
  id: 'yum',
  title: 'yum',
  proof: 'documentation',
  distributions: 'Red Hat Enterprise Linux and relatives up to release 7',
  detect: sh`command -v yum >/dev/null`,
  ...RED_HAT,
  collect: collectWithYum,

  // -C: from metadata on the host, because a network may be slow. `keepalived.x86_64  1.2.13-5.el6_6  base`
  source: (name, folder) =>
    sourceOfRpm(
      name,
      folder,
      sh`v=$(yum -C -q list available ${name} 2>/dev/null | sed -n ${`s/${listed(name)}/version \\1/p`} | tail -n 1)
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
yum -C -q --showduplicates list ${name} 2>/dev/null | sed -n ${`s/${listed(name)}/\\1/p`}`,
    ),

  install: (packages, folder) => sh`get() { yum -y --setopt=timeout=15 --setopt=retries=2 "$@" 2>&1; }
${waitForPidFiles(['/var/run/yum.pid'])}
${folder === undefined ? fromRepositories(packages) : fromMount(packages, folder)}
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

/** A line of `yum list`, with the version as its group: `keepalived.x86_64  1.2.13-5.el6_6  base`. */
function listed(name: string): string {
  return `^${name.replaceAll('.', '[.]')}[.][^[:space:]]*[[:space:]]*\\([^[:space:]]*\\).*`;
}

const HAS_METADATA = sh`{ find /var/cache/yum -maxdepth 4 -name repomd.xml 2>/dev/null | grep -q .; }`;

/** `install` skips a package that is older than the installed one. */
function fromRepositories(packages: readonly WantedPackage[], options = sh``): Command {
  const older = rpmSpecs(packages.filter(({ downgrade }) => downgrade === true));
  const others = rpmSpecs(packages.filter(({ downgrade }) => downgrade !== true));
  if (older.length === 0) return sh`get ${options}install ${others}`;
  const downgrade = sh`get ${options}downgrade ${older}`;
  return others.length === 0 ? downgrade : sh`{ ${downgrade} && get ${options}install ${others}; }`;
}

/** A folder with metadata is a repository of a configuration of its own; of another its files are given by name. */
function fromMount(packages: readonly WantedPackage[], folder: PackageFolder): Command {
  const { path, trusted } = folder;
  const check = trusted ? 0 : 1;
  const verb = packages.some(({ downgrade }) => downgrade) ? 'downgrade' : 'install';
  return sh`m=${path}
if [ -e "$m/repodata/repomd.xml" ]; then
p=$(mktemp -d) && mkdir "$p/none" || exit 1
printf '[main]\\nreposdir=%s/none\\ncachedir=%s/cache\\ngpgcheck=%s\\n[lvsctl-mount]\\nname=lvsctl-mount\\nbaseurl=file://%s\\ngpgcheck=%s\\n' "$p" "$p" ${check} "$m" ${check} > "$p/yum.conf"
rc=0
${fromRepositories(packages, sh`-c "$p/yum.conf" `)} || rc=$?
rm -rf "$p"
[ "$rc" = 0 ] || ${fromRepositories(packages)}
else
${installFiles(packages, folder, '-', (files) => sh`get --setopt=localpkg_gpgcheck=${check} ${verb} ${files}`)}
fi`;
}
