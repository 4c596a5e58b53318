import { forgetUnit } from '../platforms/init-systems.ts';
import { type Command, NOTHING, lines, sh } from '../remote/command.ts';
import { folderOf, parseUnguarded, probeArguments, probeEach, requireGuard } from './guarded-path.ts';
import type { Refusal, ResourceKind } from './resource.ts';

/** A file created by lvsctl that is no longer needed. */
export interface ObsoleteFileWant {
  readonly kind: 'obsolete';
  readonly path: string;
  readonly reason: string;
  /** Whether it is left alone unless one of its first lines has `MARK`, because the user may have a file of that name. */
  readonly marked?: boolean;
  /** Arguments with which the file is run before it is removed. */
  readonly beforehand?: readonly string[];
  /** A program to run after the removal. */
  readonly afterwards?: readonly string[];
}

/** What each text file of lvsctl begins with, in a comment. */
const MARK = 'Managed by lvsctl';

/** An observed file, or why it cannot be examined. */
export type ObsoleteHave = { readonly marked: boolean } | Refusal;

/** A file, or a file that lists others, one a line; only lines that begin with a slash are paths. */
export type ObsoleteKey = string | { readonly listedIn: string };

/** Longer lists are not of lvsctl. */
const MOST_LISTED = 200;

/** Prints the path in `$f`, with a `+` when it is marked. */
const EXAMINE = sh`first= second=
[ -L "$f" ] || [ ! -f "$f" ] || { read -r first; read -r second; } < "$f"
case $first$second in *${MARK}*) printf '+%s\\n' "$f" ;; *) printf '%s\\n' "$f" ;; esac`;

/** Adds the paths in a list to the arguments of the shell. */
function addListed(list: string): Command {
  return sh`f=${list}
if [ -f "$f" ] && [ ! -L "$f" ]; then
${probeEach(
  [list],
  sh`while IFS= read -r line && [ $# -lt ${MOST_LISTED} ]; do
case $line in /*) set -- "$@" "$line" ;; esac
done < "$f"`,
)}
fi`;
}

/** Usually none of them exists, and then no process has to start. */
const KEEP_EXISTING = sh`for f; do
shift
if [ -e "$f" ] || [ -L "$f" ]; then set -- "$@" "$f"; fi
done`;

/** A file or symbolic link that must not exist. */
export const obsolete: ResourceKind<ObsoleteFileWant, ObsoleteHave, ObsoleteKey> = {
  kind: 'obsolete',
  wave: 'turn',
  backup: false,
  recorded: false,
  summary: 'values',
  verifiedBy: 'configuration',

  key: (want) => want.path,

  probe: (keys) => {
    const paths = keys.filter((key) => typeof key === 'string');
    const lists = keys.flatMap((key) => (typeof key === 'string' ? [] : [key.listedIn]));
    return paths.length + lists.length === 0
      ? NOTHING
      : lines([sh`set -- ${paths}`, ...lists.map(addListed), KEEP_EXISTING, probeArguments(EXAMINE)]);
  },

  parse: (output) =>
    new Map<string, ObsoleteHave>([
      ...output.split('\n').flatMap((line): readonly (readonly [string, ObsoleteHave])[] => {
        const [, mark, path] = /^(\+?)(\/.*)$/.exec(line) ?? [];
        return path === undefined ? [] : [[path, { marked: mark === '+' }]];
      }),
      ...parseUnguarded(output),
    ]),

  diff: (want, have) =>
    have === undefined || (want.marked === true && 'marked' in have && !have.marked)
      ? undefined
      : {
          action: 'remove',
          disruptive: false,
          late: true,
          reason: want.reason,
          fields: [{ name: 'file', before: 'there', after: undefined }],
        },

  refuse: (_want, have) => (have === undefined || 'marked' in have ? undefined : have),

  needs: (want) => [{ folder: folderOf(want.path), runs: false }],

  steps: (want, _diff, around) => [
    requireGuard([want.path]),
    ...(want.beforehand === undefined ? [] : [sh`${want.path} ${want.beforehand}`]),
    sh`rm -f ${want.path}`,
    ...forgetUnit(around?.initSystem, want.path),
    ...(want.afterwards === undefined ? [] : [sh`${want.afterwards}`]),
  ],
};
