import { sh } from '../remote/command.ts';
import { parseUnguarded, probeEach, requireGuard } from './guarded-path.ts';
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

/** A file or symbolic link that must not exist. */
export const obsolete: ResourceKind<ObsoleteFileWant, ObsoleteHave> = {
  kind: 'obsolete',
  wave: 'turn',
  backup: false,
  summary: 'values',
  verifiedBy: 'configuration',

  key: (want) => want.path,

  probe: (paths) => {
    if (paths.length === 0) return sh`:`;
    return probeEach(
      paths,
      sh`[ -e "$f" ] || [ -L "$f" ] || continue
first= second=
[ -L "$f" ] || [ ! -f "$f" ] || { read -r first; read -r second; } < "$f"
case $first$second in *${MARK}*) printf '+%s\\n' "$f" ;; *) printf '%s\\n' "$f" ;; esac`,
    );
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

  steps: (want) => [
    requireGuard([want.path]),
    ...(want.beforehand === undefined ? [] : [sh`${want.path} ${want.beforehand}`]),
    sh`rm -f ${want.path}`,
    ...(want.afterwards === undefined ? [] : [sh`${want.afterwards}`]),
  ],
};
