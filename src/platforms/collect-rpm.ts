import { type Command, sh } from '../remote/command.ts';
import { collecting } from './collect.ts';

/** What every host has; of these, those that the repositories have. */
const BASE = ['bash', 'coreutils', 'glibc', 'rpm', 'systemd'];

/** Makes the base count as installed in the root, without installing it. */
const INSTALL_BASE = sh`set -- "$d"/base/*.rpm
[ ! -e "$1" ] || rpm --root "$d/root" -i --justdb --nodeps --noscripts --notriggers --nosignature "$@"`;

/** Into an empty root, with the repositories, keys and variables of the machine. */
export function collectWithDnf(packages: readonly string[], folder: string): Command {
  return collecting(
    folder,
    sh`release=$(rpm -q --qf '%{VERSION}\\n' --whatprovides system-release 2>/dev/null | sed -n '/^[0-9]/{p;q;}')
[ -n "$release" ] || release=$(. /etc/os-release; echo "$\{VERSION_ID:-rolling}")
mkdir -p "$d/root" "$d/base"
rpm --root "$d/root" --initdb
into() {
to=$1; shift
dnf -y -c /etc/dnf/dnf.conf --installroot="$d/root" --releasever="$release" --setopt=reposdir=/etc/yum.repos.d --setopt=varsdir=/etc/dnf/vars --setopt=cachedir="$d/cache" --setopt=install_weak_deps=False --setopt=timeout=15 --downloadonly --downloaddir="$to" "$@"
}
available() { dnf -q -c /etc/dnf/dnf.conf --installroot="$d/root" --releasever="$release" --setopt=reposdir=/etc/yum.repos.d --setopt=varsdir=/etc/dnf/vars --setopt=cachedir="$d/cache" repoquery "$1"; }
base=
for name in ${BASE}; do [ -z "$(available "$name")" ] || base="$base $name"; done
[ -z "$base" ] || into "$d/base" install $base
${INSTALL_BASE}
${eachPackage(packages, sh`into "$d/one" install "$name"`)}`,
  );
}

/** The same; zypper reads its repositories in the root too. */
export function collectWithZypper(packages: readonly string[], folder: string): Command {
  return collecting(
    folder,
    sh`mkdir -p "$d/root" "$d/base"
rpm --root "$d/root" --initdb
in_root() { zypper --non-interactive --gpg-auto-import-keys --root "$d/root" --reposd-dir /etc/zypp/repos.d --cache-dir "$d/cache" --pkg-cache-dir "$d/packages" "$@"; }
into() {
to=$1; shift
rm -rf "$d/packages"
in_root --no-refresh install --download-only --no-recommends "$@" || return 1
find "$d/packages" -name '*.rpm' -exec mv '{}' "$to" ';'
}
available() { in_root --no-refresh --quiet search --match-exact --type package "$1" | grep '|' || :; }
in_root refresh
base=
for name in ${BASE}; do [ -z "$(available "$name")" ] || base="$base $name"; done
[ -z "$base" ] || into "$d/base" $base
${INSTALL_BASE}
${eachPackage(packages, sh`into "$d/one" "$name"`)}`,
  );
}

/** By documentation, yum-utils(1): it needs the program yumdownloader. All that the machine lacks is taken for needed. */
export function collectWithYum(packages: readonly string[], folder: string): Command {
  return collecting(
    folder,
    sh`command -v yumdownloader >/dev/null || { echo 'error: yumdownloader is not installed; install yum-utils'; exit 1; }
mkdir "$d/root"
rpm --root "$d/root" --initdb
available() { yum -q list "$1" 2>/dev/null || :; }
${eachPackage(packages, sh`yumdownloader --resolve --installroot="$d/root" --destdir="$d/one" "$name"`)}`,
  );
}

/** @param download `$name` and what it needs into `$d/one` */
function eachPackage(packages: readonly string[], download: Command): Command {
  return sh`for name in ${packages}; do
if [ -z "$(available "$name")" ]; then
echo "missing $name"
continue
fi
rm -rf "$d/one"
mkdir "$d/one"
${download}
(cd "$d/one" && for f in *.rpm; do [ ! -e "$f" ] || printf '%s\\n' "$f"; done) > "$out/.closure/$name"
find "$d/one" -name '*.rpm' -exec mv '{}' "$out" ';'
done`;
}
