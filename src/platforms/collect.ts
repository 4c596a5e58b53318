import { type Command, sh } from '../remote/command.ts';

/**
 * Runs `work` with `d`, a private folder that is removed at the end, and `out`, the folder for packages, with
 * `out/.closure` in it.
 */
export function collecting(folder: string, work: Command): Command {
  return sh`set -e
out=${folder}
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT
trap 'exit 1' HUP INT TERM
mkdir -p "$out/.closure"
exec 2>&1
${work}`;
}
