import { type Command, sh } from '../remote/command.ts';
import { collecting } from './collect.ts';

/**
 * With package lists and a list of installed packages of its own: essential packages and what they need count as
 * installed, because every host has them.
 */
export function collectDebs(packages: readonly string[], folder: string): Command {
  return collecting(
    folder,
    sh`mkdir -p "$d/lists/partial" "$d/cache/archives/partial"
: > "$d/status"
private() {
tool=$1; shift
"$tool" -q -o Dir::State="$d" -o Dir::State::Lists="$d/lists" -o Dir::State::status="$d/status" -o Dir::Cache="$d/cache" -o Debug::NoLocking=1 -o APT::Sandbox::User=root -o APT::Install-Recommends=false -o Acquire::Languages=none -o Acquire::Retries=3 "$@" < /dev/null
}
private apt-get update
base=$(private apt-cache dumpavail | sed -n -e 's/^Package: //p' -e 's/^Essential: yes/-/p' | while read -r line; do
[ "$line" != - ] || echo "$name"
name=$line
done)
[ -n "$base" ] || { echo 'E: the repositories of this machine could not be read'; exit 1; }
private apt-get -s install $base | sed -n 's/^Inst \\([^ ]*\\) .*/\\1/p' > "$d/base"
private apt-cache dumpavail | awk -v base="$d/base" 'BEGIN { while ((getline name < base) > 0) installed[name] = 1; RS = ""; ORS = "\\n\\n" }
{ split($0, line, "\\n"); sub(/^Package: /, "", line[1]) }
line[1] in installed { print $0 "\\nStatus: install ok installed" }' > "$d/status.new"
mv "$d/status.new" "$d/status"
for name in ${packages}; do
if private apt-get -y --print-uris install "$name" > "$d/uris"; then
sed -n "s/^'[^']*' \\([^ ]*\\.deb\\) .*/\\1/p" "$d/uris" > "$out/.closure/$name"
if private apt-get -y --download-only install "$name" > "$d/log"; then :; else cat "$d/log"; exit 1; fi
else
echo "missing $name"
fi
done
mv "$d"/cache/archives/*.deb "$out"`,
  );
}

/** A flat repository. */
export function indexDebs(folder: string): Command {
  return sh`(
cd ${folder}
for f in *.deb; do
dpkg-deb --field "$f"
printf 'Filename: ./%s\\nSize: %s\\nSHA256: %s\\n\\n' "$f" "$(wc -c < "$f")" "$(sha256sum < "$f" | cut -c 1-64)"
done > Packages
)`;
}
