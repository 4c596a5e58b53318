import { type Command, sh } from '../remote/command.ts';
import type { PackageManager } from './package-manager.ts';

/** Seconds to wait for the lock of another installation. */
const LOCK_SECONDS = 300;

/** Both apt and `REPORT_WAIT` begin a line with it. */
const WAITING = 'Waiting for cache lock';

const ERROR = 'E: ';

/** apt names the lock holder only on a terminal, so ask the kernel first (proc_locks(5)). */
const REPORT_WAIT = sh`if inode=$(stat -c %i /var/lib/dpkg/lock-frontend 2>/dev/null); then
while read -r number kind mode access pid place range; do
case $place in *:"$inode")
name=unknown
read -r name 2>/dev/null < "/proc/$pid/comm" || :
printf '%s\\n' "Waiting for cache lock: process $pid ($name) is installing something" ;;
esac
done < /proc/locks
fi`;

/** Debian, Ubuntu and derivatives. */
export const apt: PackageManager = {
  id: 'apt',
  title: 'apt',
  proof: 'lab',
  distributions: 'Debian, Ubuntu',
  folder: 'a folder with an index, Packages or Packages.gz, beside its .deb files',

  detect: sh`command -v apt-get >/dev/null && command -v dpkg-query >/dev/null`,

  names: {},
  units: {},

  query: (
    packages,
  ) => sh`dpkg-query -W -f='\${db:Status-Status} \${Package}\\n' -- ${packages} 2>/dev/null | while read -r state name; do
[ "$state" = installed ] && echo "$name"
done`,

  source: (name, localMount) => sh`m=${localMount ?? ''}
v=
if [ -n "$m" ] && { [ -e "$m/Packages" ] || [ -e "$m/Packages.gz" ]; }; then
v=$({ cat "$m/Packages" || gzip -dc "$m/Packages.gz"; } 2>/dev/null | sed -n ${versionsInIndex(name)})
fi
if [ -n "$v" ]; then
printf 'mount\\n%s\\n' "$v"
else
p=$(apt-cache policy ${name} 2>/dev/null)
case $p in
*'Candidate: (none)'* | '')
set -- /var/lib/apt/lists/*Packages*
if [ -e "$1" ] || ! grep -qsE '^[[:space:]]*(deb[[:space:]]|Types:.*deb)' /etc/apt/sources.list /etc/apt/sources.list.d/*; then echo none; else echo unread; fi ;;
*)
p=\${p#*Candidate: }
echo candidate
echo "version \${p%%[[:space:]]*}" ;;
esac
fi`,

  install: (packages, localMount) => sh`export DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=a
get() { apt-get -q -y -o DPkg::Lock::Timeout=${LOCK_SECONDS} -o Acquire::Retries=2 -o Dpkg::Options::=--force-confold --no-install-recommends "$@" 2>&1; }
${REPORT_WAIT}
${localMount === undefined ? fromDistribution(packages) : fromMount(packages, localMount)}`,

  isWaiting: (line) => line.startsWith(WAITING),

  isError: (line) => /E:/i.test(line),

  // apt ends with several errors, of which the first is the cause.
  causeOf: (lines, last) => {
    let index = last;
    while (lines[index]?.startsWith(ERROR) === true && lines[index - 1]?.startsWith(ERROR) === true) index -= 1;
    return index;
  },
};

/** A sed script that prints `version VERSION` for each entry of a package in an index. */
function versionsInIndex(name: string): string {
  return `/^Package: ${name.replaceAll(/[.+]/g, '[$&]')}$/,/^$/s/^Version: /version /p`;
}

/** Fetches package lists only when the packages cannot be installed with those on the host. */
function fromDistribution(packages: readonly string[]): Command {
  return sh`get install ${packages} || { get update && get install ${packages}; }`;
}

/**
 * Installs from a flat repository (a `Packages` index beside its .deb files). It has private package lists, so that the
 * host's sources do not change. The distribution supplies what the folder lacks.
 */
function fromMount(packages: readonly string[], mount: string): Command {
  return sh`m=${mount}
if [ -e "$m/Packages" ] || [ -e "$m/Packages.gz" ]; then
p=$(mktemp -d) && chmod 755 "$p" && mkdir -p "$p/lists/partial" || exit 1
printf 'deb [trusted=yes] file:%s ./\\n' "$m" > "$p/sources.list"
set -- -o Dir::Etc::SourceList="$p/sources.list" -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists="$p/lists" -o APT::Sandbox::User=root
rc=0
{ get "$@" update && get "$@" install ${packages}; } || rc=$?
rm -rf "$p"
else
printf '%s\\n' "no package index (Packages or Packages.gz) in $m; using the distribution's repository"
rc=1
fi
[ $rc = 0 ] || ${sh`{ ${fromDistribution(packages)}; }`}`;
}
