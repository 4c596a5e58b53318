import { sh } from '../remote/command.ts';
import type { ResourceKind } from './resource.ts';

/** A file that lvsctl made for a purpose that is over. */
export interface LeftoverWant {
  readonly kind: 'leftover';
  readonly path: string;
  readonly reason: string;
  /** A program to run once the file is gone. */
  readonly afterwards?: readonly string[];
}

/** A file that must not be there any more. */
export const leftover: ResourceKind<LeftoverWant, true> = {
  kind: 'leftover',

  key: (want) => want.path,

  probe: (wants) => sh`for f in ${wants.map((want) => want.path)}; do [ -e "$f" ] && printf '%s\\n' "$f"; done`,

  parse: (output) => new Map(output.split('\n').flatMap((line) => (line === '' ? [] : [[line, true as const]]))),

  diff: (want, have) =>
    have === undefined
      ? undefined
      : {
          action: 'remove',
          disruptive: false,
          reason: want.reason,
          fields: [{ name: 'file', before: 'there', after: undefined }],
        },

  steps: (want) => [sh`rm -f ${want.path}`, ...(want.afterwards === undefined ? [] : [sh`${want.afterwards}`])],
};
