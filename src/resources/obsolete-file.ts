import { sh } from '../remote/command.ts';
import { parseUnguarded, probeEach, requireGuard } from './guarded-path.ts';
import type { Refusal, ResourceKind } from './resource.ts';

/** A file created by lvsctl that is no longer needed. */
export interface ObsoleteFileWant {
  readonly kind: 'obsolete';
  readonly path: string;
  readonly reason: string;
  /** A program to run after the removal. */
  readonly afterwards?: readonly string[];
}

/** A file or symbolic link that must not exist. */
export const obsolete: ResourceKind<ObsoleteFileWant, true | Refusal> = {
  kind: 'obsolete',
  wave: 'turn',
  backup: false,
  summary: 'values',
  verifiedBy: 'configuration',

  key: (want) => want.path,

  probe: (paths) =>
    paths.length === 0 ? sh`:` : probeEach(paths, sh`if [ -e "$f" ] || [ -L "$f" ]; then printf '%s\\n' "$f"; fi`),

  parse: (output) =>
    new Map<string, true | Refusal>([
      ...output.split('\n').flatMap((line) => (line.startsWith('/') ? [[line, true] as const] : [])),
      ...parseUnguarded(output),
    ]),

  diff: (want, have) =>
    have === undefined
      ? undefined
      : {
          action: 'remove',
          disruptive: false,
          reason: want.reason,
          fields: [{ name: 'file', before: 'there', after: undefined }],
        },

  refuse: (_want, have) => (have === true ? undefined : have),

  steps: (want) => [
    requireGuard([want.path]),
    sh`rm -f ${want.path}`,
    ...(want.afterwards === undefined ? [] : [sh`${want.afterwards}`]),
  ],
};
