import { forgetUnit } from '../platforms/init-systems.ts';
import { type Command, NOTHING, lines, sh } from '../remote/command.ts';
import { saneLines } from '../text/lines.ts';
import { folderOf, parseUnguarded, probeEach, requireGuard } from './guarded-path.ts';
import { ORIGIN } from './own-folder.ts';
import { beginReplacement, finishReplacement, refuseReplacement } from './replacement.ts';
import type { Left, Refusal, ResourceKind } from './resource.ts';

/** A file as it was before lvsctl first changed it. */
export interface FormerFileWant {
  readonly kind: 'former-file';
  readonly path: string;
  /** Whether there was a file or symbolic link; the host has a copy of it then. */
  readonly existed: boolean;
  /** Arguments with which the file is run before it is removed. */
  readonly beforehand?: readonly string[];
  /** A program to run after the change. */
  readonly afterwards?: readonly string[];
}

/**
 * What is at the path: nothing, what lvsctl wrote, what was there before lvsctl, the same with other attributes, or what
 * others wrote.
 */
const STATES = ['absent', 'own', 'former', 'attributes', 'foreign'] as const;

export type FormerFileHave = { readonly is: (typeof STATES)[number]; readonly copied: boolean } | Refusal;

/** Where the host keeps the former file. */
export function copyOf(path: string): string {
  return `${ORIGIN}/files${path}`;
}

/** The digest and path of each text that lvsctl wrote, one a line. */
export const WRITTEN = `${ORIGIN}/written`;

/** A file that was not there before lvsctl, or another one. What others wrote since stays. */
export const formerFile: ResourceKind<FormerFileWant, FormerFileHave> = {
  kind: 'former-file',
  wave: 'turn',
  backup: false,
  recorded: false,
  summary: 'values',
  verifiedBy: 'configuration',

  key: (want) => want.path,

  probe: (paths) => (paths.length === 0 ? NOTHING : probeEach(paths, EXAMINE)),

  parse: (output) =>
    new Map<string, FormerFileHave>([
      ...saneLines(output).flatMap((line): readonly (readonly [string, FormerFileHave])[] => {
        const [state, copied, path] = line.split('\t');
        const is = STATES.find((one) => one === state);
        return is === undefined || path === undefined ? [] : [[path, { is, copied: copied === 'yes' }]];
      }),
      ...parseUnguarded(output),
    ]),

  diff: ({ existed }, have) => {
    if (have === undefined || !('is' in have) || have.is === 'foreign' || have.is === 'former') return undefined;
    if (!existed) {
      if (have.is === 'absent') return undefined;
      const fields = [{ name: 'file', before: 'written by lvsctl', after: undefined }];
      return { action: 'remove', disruptive: false, fields };
    }
    if (!have.copied) return undefined;
    const before = { absent: undefined, own: 'written by lvsctl', attributes: 'with other mode or owner' }[have.is];
    return {
      action: have.is === 'absent' ? 'create' : 'update',
      disruptive: false,
      fields: [{ name: 'file', before, after: 'as before lvsctl' }],
    };
  },

  refuse: (_want, have) => (have === undefined || 'is' in have ? undefined : have),

  leaves: ({ path, existed }, have): readonly Left[] => {
    if (have === undefined || !('is' in have)) return [];
    if (have.is === 'foreign') {
      const former = existed && have.copied ? `; its former content is in ${copyOf(path)}` : '';
      return [{ because: `it was changed since, not by lvsctl${former}`, needsRecord: existed && have.copied }];
    }
    if (!existed || have.copied || have.is === 'former') return [];
    return [{ because: `the copy of its former content, ${copyOf(path)}, is missing`, needsRecord: false }];
  },

  steps: (want, _diff, around) => [
    ...(want.existed ? [restore(want.path)] : [remove(want), ...forgetUnit(around?.initSystem, want.path)]),
    ...(want.afterwards === undefined ? [] : [sh`${want.afterwards}`]),
  ],
};

/** Prints the state, whether there is a copy, and the path `$f`. */
const EXAMINE = sh`copy=${ORIGIN}/files$f copied=no is=foreign
if [ -e "$copy" ] || [ -L "$copy" ]; then copied=yes; fi
if [ -L "$f" ]; then
[ ! -L "$copy" ] || [ "$(readlink "$f")" != "$(readlink "$copy")" ] || is=former
elif [ -f "$f" ]; then
sum=$(sha256sum < "$f")
if [ -f "$copy" ] && [ ! -L "$copy" ] && [ "$sum" = "$(sha256sum < "$copy")" ]; then
if [ "$(stat -c '%a %u %g' "$f")" = "$(stat -c '%a %u %g' "$copy")" ]; then is=former; else is=attributes; fi
else
! grep -qsxF "\${sum%% *} $f" ${WRITTEN} || is=own
fi
elif [ ! -e "$f" ]; then is=absent
fi
printf '%s\\t%s\\t%s\\n' "$is" "$copied" "$f"`;

function remove({ path, beforehand }: FormerFileWant): Command {
  return lines([
    requireGuard([path]),
    ...(beforehand === undefined ? [] : [sh`[ ! -x ${path} ] || ${path} ${beforehand}`]),
    sh`rm -f ${path}`,
  ]);
}

/** With its mode and owner. A link is not written through. */
function restore(path: string): Command {
  const copy = sh`${`${ORIGIN}/files`}${path}`;
  return lines([
    requireGuard([`${ORIGIN}/any`]),
    beginReplacement(path),
    sh`rm -f "$fresh" && cp -pP ${copy} "$fresh" || ${refuseReplacement(`${path} cannot be restored: is ${folderOf(path)} full?`)}`,
    finishReplacement(path),
  ]);
}
