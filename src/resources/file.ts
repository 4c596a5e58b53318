import { initSystemOf } from '../platforms/init-systems.ts';
import { Secret } from '../text/secret.ts';
import { type Command, NOTHING, lines, sh } from '../remote/command.ts';
import { folderOf, parseUnguarded, probeArguments, requireGuard } from './guarded-path.ts';
import {
  FRESH,
  beginReplacement,
  failReplacement,
  finishReplacement,
  refuseReplacement,
  settleReplacement,
} from './replacement.ts';
import { type Diff, type Field, type Refusal, type ResourceKind, type Surroundings, changed } from './resource.ts';
import { markPending } from './service.ts';

/** A text that the reader of a file loads before its own, because it could not take that one at once. */
export interface FirstText {
  readonly text: string;
  /** Addresses that the host holds outside lo when the next text can follow. */
  readonly untilHeld: readonly string[];
  /** The longest time to wait for them; then the next text follows all the same. */
  readonly seconds: number;
  /** Shown in the plan. */
  readonly reason: string;
}

export interface FileWant {
  readonly kind: 'file';
  readonly path: string;
  /** Permission bits, as in 0o644. */
  readonly mode: number;
  readonly text: string;
  /** Parts of the text to redact. */
  readonly secrets: readonly string[];
  /** Validates the new file before it is moved into place; `%s` stands for its path. */
  readonly validate?: readonly string[];
  /** The unit to reload when the file changes. */
  readonly readBy?: string;
  /** For a file that exists and has a `readBy`. */
  readonly first?: FirstText;
  /** The unit that the file defines, to restart when it changes. */
  readonly makes?: string;
  /** A program to run after the file is in place. */
  readonly afterwards?: readonly string[];
}

/** The observed state of a path; symbolic links are not followed. */
export type FileHave =
  | { readonly is: 'file'; readonly mode: number; readonly text: string }
  /** Too large to match, so its content was not read. */
  | { readonly is: 'large'; readonly mode: number; readonly size: number }
  | { readonly is: 'link'; readonly target: string }
  | { readonly is: 'refused'; readonly refusal: Refusal };

/** Replaces content that is not UTF-8 or contains NUL, which some awks drop. It never matches a wanted text. */
const NOT_TEXT = '\u{FFFD}\n';

/** A file to probe. */
export interface FileKey {
  /** With `each`, the beginning of folders that have it. */
  readonly path: string;
  /** Files of one name in all folders that begin with `path` and end so. */
  readonly each?: { readonly ending: string; readonly name: string };
  /** Size limit in bytes: a larger file is not read. */
  readonly readAtMost: number;
}

const octal = (mode: number): string => mode.toString(8).padStart(4, '0');
const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/** A small text file owned by root, replaced atomically. */
export const file: ResourceKind<FileWant, FileHave, FileKey> = {
  kind: 'file',
  wave: 'turn',
  backup: true,
  summary: 'values',
  verifiedBy: 'configuration',

  key: (want) => want.path,

  // Two runs of stat and one of awk for any number of files. awk hides a missing last newline; the size reveals it.
  probe: (keys) => {
    if (keys.length === 0) return NOTHING;
    const paths = keys.flatMap(({ path, each }) => (each === undefined ? path : []));
    const patterns = keys.flatMap(({ path, each }) =>
      each === undefined ? [] : sh`${path}*${each.ending}/${each.name}`,
    );
    const limit = Math.max(...keys.map(({ readAtMost }) => readAtMost));
    const each = sh`if [ -L "$f" ]; then printf '>%s\\t%s\\n' "$f" "$(readlink "$f")"
elif [ -f "$f" ]; then set -- "$@" "$f"
elif [ -e "$f" ]; then printf '?%s\\n' "$f"
fi`;
    return sh`set -- ${paths}
${lines(patterns.map((pattern) => sh`set -- "$@" ${pattern}`))}
${probeArguments(each)}
[ $# -gt 0 ] || exit 0
attributes=$(stat -c '=%a %s %n' -- "$@")
printf '%s\\n' "$attributes"
set --
while read -r mode size name; do
[ "$size" -gt ${limit} ] || set -- "$@" "$name"
done <<ATTRIBUTES
$attributes
ATTRIBUTES
[ $# -eq 0 ] || awk 'FNR == 1 { print "@" FILENAME } { print "|" $0 }' "$@"`;
  },

  parse: (output) => {
    const found = new Map<string, FileHave>();
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
      else if (line.startsWith('>')) {
        const [path = '', target = ''] = rest.split('\t');
        found.set(path, { is: 'link', target });
      } else if (line.startsWith('?')) found.set(rest, { is: 'refused', refusal: notAFile(rest) });
    }
    for (const [path, { mode, size }] of attributes) found.set(path, read(mode, size, texts.get(path)));
    for (const [path, refusal] of parseUnguarded(output)) found.set(path, { is: 'refused', refusal });
    return found;
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
    const fields = [...textFields(want, have), ...modeFields(want, have)];
    if (fields.length === 0) return undefined;
    return { action: 'update', disruptive: false, fields, ...(want.first && { reason: want.first.reason }) };
  },

  refuse: (_want, have) => (have?.is === 'refused' ? have.refusal : undefined),

  secrets: (want) => want.secrets,

  needs: (want) => [{ folder: folderOf(want.path), runs: (want.mode & 0o111) !== 0 }],

  steps: (want, diff, around) => {
    if (diff.fields.every((field) => field.name === 'mode')) {
      return [
        requireGuard([want.path]),
        sh`[ -f ${want.path} ] && [ ! -L ${want.path} ] && chmod ${octal(want.mode)} ${want.path}`,
      ];
    }
    return [
      ...(diff.action === 'update' ? loadFirst(want, around) : []),
      replace(want, diff.action === 'update'),
      ...(want.afterwards === undefined ? [] : [sh`${want.afterwards}`]),
    ];
  },
};

function notAFile(path: string): Refusal {
  return { because: `${path} is not a regular file`, hint: 'Move it away, then run the command again.' };
}

/** @param text output of awk; undefined for a file that is empty or too large */
function read(mode: number, size: number, text: string | undefined): FileHave {
  if (text === undefined && size > 0) return { is: 'large', mode, size };
  const whole = text ?? '';
  const length = bytesOf(whole);
  if (length === size + 1) return { is: 'file', mode, text: whole.slice(0, -1) };
  return { is: 'file', mode, text: length === size ? whole : `${whole}${NOT_TEXT}` };
}

function textFields(want: FileWant, have: FileHave): readonly Field[] {
  const whole: Field = { name: 'text', before: undefined, after: want.text, text: true };
  switch (have.is) {
    case 'file':
      return changed('text', have.text, want.text).map((field) => ({ ...field, text: true }));
    case 'large':
      return [{ name: 'size', before: `${have.size} bytes`, after: `${bytesOf(want.text)} bytes` }, whole];
    case 'link':
      return [{ name: 'type', before: `symbolic link to ${have.target}`, after: 'file' }, whole];
    case 'refused':
      return [{ name: 'path', before: have.refusal.because, after: want.path }, whole];
  }
}

function modeFields(want: FileWant, have: FileHave): readonly Field[] {
  return 'mode' in have ? changed('mode', octal(have.mode), octal(want.mode)) : [];
}

/** Replaces the file by its first text, reloads its reader, and waits. */
function loadFirst(want: FileWant, around: Surroundings | undefined): readonly Command[] {
  const { first, readBy } = want;
  const init = initSystemOf(around?.initSystem);
  if (first === undefined || readBy === undefined || init === undefined) return [];
  return [
    replace({ ...want, text: first.text }, true),
    init.reload(readBy),
    sh`n=0
while [ $n -lt ${10 * first.seconds} ]; do
missing=
for a in ${first.untilHeld}; do ip -o addr show to "$a" | grep -qv '^[0-9]*: lo ' || missing=$a; done
[ -n "$missing" ] || break
n=$((n + 1))
sleep 0.1
done`,
  ];
}

/** The new file is validated before it is moved into place. */
function replace(want: FileWant, readBefore: boolean): Command {
  const words = (want.validate ?? []).map((word) => (word === '%s' ? FRESH : sh`${word}`));
  const validate = words.length === 0 ? NOTHING : words.reduce((all, word) => sh`${all} ${word}`);
  // After validation, and before the file changes.
  const noted = [
    ...(readBefore && want.readBy !== undefined ? [markPending(want.readBy)] : []),
    ...(readBefore && want.makes !== undefined ? [markPending(want.makes, 'restart')] : []),
  ];
  return lines([
    beginReplacement(want.path),
    sh`printf %s ${new Secret(want.text)} > "$fresh" || ${failReplacement(want.path)}`,
    settleReplacement(want.path, octal(want.mode)),
    sh`${validate} || ${refuseReplacement(`the new ${want.path} is invalid and was not installed`)}`,
    ...noted,
    finishReplacement(want.path),
  ]);
}
