import { type Command, Secret, lines, sh } from '../remote/command.ts';
import { type Diff, type ResourceKind, changed } from './resource.ts';
import { owe } from './service.ts';

export interface FileWant {
  readonly kind: 'file';
  readonly path: string;
  /** permission bits, as 0o644 */
  readonly mode: number;
  readonly text: string;
  /** Parts of the text that are never shown. */
  readonly secrets: readonly string[];
  /** A program that accepts or refuses the new file before it is put in place; `%s` stands for its path. */
  readonly validate?: readonly string[];
  /** The unit that has read the file, and must take note when it changes. */
  readonly readBy?: string;
  /** The unit that is made by the file, and must be started anew when it changes. */
  readonly makes?: string;
  /** A program to run once the file is in place. */
  readonly afterwards?: readonly string[];
}

export interface FileHave {
  readonly mode: number;
  readonly text: string;
}

/** Stands for bytes that are no UTF-8 text, NULs among them, which some awks drop: such a file is never what is wanted. */
const NOT_TEXT = '\u{FFFD}\n';

const octal = (mode: number): string => mode.toString(8).padStart(4, '0');

/** A small text file of root's, replaced as a whole and never seen half written. */
export const file: ResourceKind<FileWant, FileHave> = {
  kind: 'file',

  key: (want) => want.path,

  // One stat and one awk, whatever the number of files. awk drops a missing last newline; the size tells. A link counts
  // as what it leads to.
  probe: (wants) => {
    const paths = wants.map((want) => want.path);
    return sh`set --
for f in ${paths}; do [ -f "$f" ] && set -- "$@" "$f"; done
if [ $# -gt 0 ]; then
stat -L -c '=%a %s %n' -- "$@"
awk 'FNR == 1 { print "@" FILENAME } { print "|" $0 }' "$@"
fi`;
  },

  parse: (output) => {
    const attributes = new Map<string, { mode: number; size: number }>();
    const texts = new Map<string, string>();
    let current = '';
    for (const line of output.split('\n')) {
      const rest = line.slice(1);
      if (line.startsWith('=')) {
        const [mode = '', size = '', ...name] = rest.split(' ');
        attributes.set(name.join(' '), { mode: Number.parseInt(mode, 8), size: Number(size) });
      } else if (line.startsWith('@')) current = rest;
      else if (line.startsWith('|')) texts.set(current, `${texts.get(current) ?? ''}${rest}\n`);
    }
    return new Map(
      [...attributes].map(([path, { mode, size }]) => {
        const text = texts.get(path) ?? '';
        const read = new TextEncoder().encode(text).length;
        if (read === size + 1) return [path, { mode, text: text.slice(0, -1) }];
        return [path, { mode, text: read === size ? text : `${text}${NOT_TEXT}` }];
      }),
    );
  },

  diff: (want, have): Diff | undefined => {
    if (have === undefined) {
      return {
        action: 'create',
        disruptive: false,
        fields: [
          { name: 'text', before: undefined, after: want.text, text: true },
          { name: 'mode', before: undefined, after: octal(want.mode) },
        ],
      };
    }
    const fields = [
      ...changed('text', have.text, want.text).map((field) => ({ ...field, text: true })),
      ...changed('mode', octal(have.mode), octal(want.mode)),
    ];
    return fields.length === 0 ? undefined : { action: 'update', disruptive: false, fields };
  },

  steps: (want, diff) => {
    if (diff.fields.every((field) => field.name === 'mode')) return [sh`chmod ${octal(want.mode)} ${want.path}`];
    return [
      replace(want, diff.action === 'update'),
      ...(want.afterwards === undefined ? [] : [sh`${want.afterwards}`]),
    ];
  },
};

/**
 * Written beside its place, for nobody but root until it has its mode, tried, and moved: a reader sees the old file or
 * the new one.
 */
function replace(want: FileWant, readBefore: boolean): Command {
  const fresh = `${want.path}.lvsctl-new`;
  const folder = want.path.slice(0, Math.max(1, want.path.lastIndexOf('/')));
  const validate = (want.validate ?? []).map((word) => (word === '%s' ? fresh : word));
  const accepted = validate.length === 0 ? sh`:` : sh`${validate}`;
  // Once nothing can refuse it any more, and before there is anything to take note of.
  const noted = [
    ...(readBefore && want.readBy !== undefined ? [owe(want.readBy)] : []),
    ...(readBefore && want.makes !== undefined ? [owe(want.makes, 'restart')] : []),
  ];
  const tried = sh`[ ! -d ${want.path} ] || { printf '%s\\n' ${`${want.path} is a folder, and a file must be there`} >&2; exit 1; }
mkdir -p ${folder}
rm -f ${fresh}
(umask 077; printf %s ${new Secret(want.text)} > ${fresh}) && chmod ${octal(want.mode)} ${fresh} || { ${unwritten(want.path, folder)}; rm -f ${fresh}; exit 1; }
${accepted} || { rm -f ${fresh}; printf '%s\\n' ${`the new ${want.path} was refused and is not in place`} >&2; exit 1; }`;
  return lines([tried, ...noted, sh`mv -f ${fresh} ${want.path}`]);
}

/** dash calls a full disk an I/O error, so the file system is asked how full it is. */
function unwritten(path: string, folder: string): Command {
  return sh`df -P ${folder} | { read -r header; read -r from size used left share place; printf '%s: %s is %s full\\n' ${`the new ${path} cannot be written`} "$place" "$share"; } >&2`;
}
