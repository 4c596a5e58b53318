import { type Command, sh } from '../remote/command.ts';
import { collecting } from './collect.ts';

/** With a database of its own, in which nothing is installed; what `base` needs is on every host. */
export function collectWithPacman(packages: readonly string[], folder: string): Command {
  return collecting(
    folder,
    sh`mkdir "$d/db" "$d/cache"
private() { pacman --noconfirm --noprogressbar --dbpath "$d/db" --cachedir "$d/cache" "$@"; }
private -Sy
: > "$d/base"
if private -Si base > /dev/null; then private -Sp --print-format '%n' base > "$d/base"; fi
for name in ${packages}; do
if private -Si "$name" > /dev/null; then :; else
echo "missing $name"
continue
fi
private -Sp --print-format '%n %l' "$name" | sed 's| .*/| |' > "$d/all"
awk -v base="$d/base" 'BEGIN { while ((getline name < base) > 0) installed[name] = 1 } !($1 in installed)' "$d/all" > "$d/needed"
[ -s "$d/needed" ] || continue
private -Swdd $(cut -d ' ' -f 1 "$d/needed")
cut -d ' ' -f 2- "$d/needed" > "$out/.closure/$name"
done
find "$d/cache" -type f ! -name '*.sig' -exec mv '{}' "$out" ';'`,
  );
}

/** Marks a folder that has all that its packages need. */
export const WHOLE = '.whole';

/** pacman itself takes needs from repositories only, so the mark says to install from the folder what is not there. */
export function markWhole(folder: string): Command {
  return sh`: > ${`${folder}/${WHOLE}`}`;
}
