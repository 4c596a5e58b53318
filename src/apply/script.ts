import type { Change } from '../plan/change.ts';
import { type Command, lines, sh } from '../remote/command.ts';
import { KINDS } from '../resources/kinds.ts';
import { keepFiles } from './generation.ts';
import { fence } from './lease.ts';
import { recordOrigin } from './origin.ts';

/**
 * Markers carry a nonce that only this run knows, so that what a package or a validating program prints is never
 * taken for one.
 */
const changeMarker = (marker: string): string => `@lvsctl:change ${marker} `;
const endMarker = (marker: string): string => `@lvsctl:changes end ${marker}`;

/**
 * All changes of one host and wave as one script. It prints a marker before and after each, on lines of their own, and
 * stops at the first change that fails. When the connection dies it runs to its end, so that no host is left between two
 * steps: a reader on the host consumes its output, because a maintainer script or a service that cannot write fails half
 * way. It does not wait for daemons that keep the output open.
 * It does nothing when its run has lost the lease, and blocks other runs while it works; processes that a step starts do
 * not inherit that.
 * @param generation a name for this run, sortable by time
 * @param lease nonce of the run, for the fence
 * @param marker nonce in each marker, see `freshNonce`; `readMarker` takes the same
 */
export function applyScript(changes: readonly Change[], generation: string, lease: string, marker: string): Command {
  const mark = changeMarker(marker);
  const end = endMarker(marker);
  const replaced = changes
    .filter((change) => KINDS[change.kind].backup && change.action === 'update')
    .map((change) => change.key);
  const origin = recordOrigin(changes);
  const work = lines([
    ...(origin === undefined ? [] : [origin]),
    ...(replaced.length === 0 ? [] : [keepFiles(replaced, generation)]),
    ...changes.map(
      (change, index) => sh`echo ${`${mark}${index} started`}
(
exec 8>&-
set -e
${lines(change.steps)}
)
rc=$?
printf '\\n%s %s\\n' ${`${mark}${index} ended`} $rc
[ $rc = 0 ] || exit 1`,
    ),
  ]);
  return sh`trap '' HUP
${fence(lease)}
{
(
${work}
)
printf '\\n%s\\n' ${end}
} 2>&1 | (
trap '' PIPE
while IFS= read -r line; do
[ "$line" != ${end} ] || exit 0
printf '%s\\n' "$line"
done 2>/dev/null
exit 1
)`;
}

export type Marker =
  | { readonly index: number; readonly state: 'started' }
  | { readonly index: number; readonly state: 'ended'; readonly exitCode: number };

/** Reads one line of the script's output; undefined when it is not a marker of this run. */
export function readMarker(line: string, marker: string): Marker | undefined {
  const mark = changeMarker(marker);
  if (!line.startsWith(mark)) return undefined;
  const [index, state, code] = line.slice(mark.length).split(' ');
  return state === 'started'
    ? { index: Number(index), state }
    : { index: Number(index), state: 'ended', exitCode: Number(code) };
}
