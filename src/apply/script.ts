import type { Change } from '../plan/change.ts';
import { type Command, lines, sh } from '../remote/command.ts';

const MARK = '@lvsctl:change ';

/** Where a host keeps the files as they were before each run that replaced them. */
export const GENERATIONS = '/var/lib/lvsctl/generations';

/**
 * All changes of one host and wave as one script. It prints a marker before and after each, stops at the first that
 * fails, and goes on to its end when the connection dies, so that no host is left between two steps.
 * @param generation a name for this run, sortable by time
 */
export function applyScript(changes: readonly Change[], generation: string): Command {
  const replaced = changes
    .filter((change) => change.kind === 'file' && change.action === 'update')
    .map((change) => change.key);
  return lines([
    sh`trap '' PIPE HUP`,
    ...(replaced.length === 0 ? [] : [keep(replaced, `${GENERATIONS}/${generation}`)]),
    ...changes.map(
      (change, index) => sh`echo ${`${MARK}${index} started`}
(
set -e
${lines(change.steps)}
) 2>&1
rc=$?
echo ${`${MARK}${index} ended`} $rc
[ $rc = 0 ] || exit 1`,
    ),
  ]);
}

function keep(paths: readonly string[], folder: string): Command {
  return sh`(umask 077; mkdir -p ${folder} && cp -p --parents ${paths} ${folder}) || { echo ${`cannot keep the former files in ${folder}`} >&2; exit 1; }`;
}

export type Marker =
  | { readonly index: number; readonly state: 'started' }
  | { readonly index: number; readonly state: 'ended'; readonly exitCode: number };

/** Reads one line of the script's output; undefined when it is not a marker. */
export function readMarker(line: string): Marker | undefined {
  if (!line.startsWith(MARK)) return undefined;
  const [index, state, code] = line.slice(MARK.length).split(' ');
  return state === 'started'
    ? { index: Number(index), state }
    : { index: Number(index), state: 'ended', exitCode: Number(code) };
}
