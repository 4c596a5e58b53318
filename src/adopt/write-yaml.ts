import type { Data } from '../keepalived/from-data.ts';
import type { DataPath } from '../keepalived/write.ts';
import { wrap } from '../text/wrap.ts';
import { type DataMap, type Draft, isMap } from './draft.ts';

const WIDTH = 100;

/** A draft as the text of an inventory: each note is a comment above its key. */
export function writeYaml({ data, notes }: Draft, heading: readonly string[]): string {
  const comments = new Map<string, string[]>();
  for (const { at, text } of notes) {
    const key = JSON.stringify(at);
    const said = comments.get(key) ?? [];
    if (!said.includes(text)) comments.set(key, [...said, text]);
  }
  const above = (at: DataPath, indent: string): readonly string[] =>
    (comments.get(JSON.stringify(at)) ?? []).flatMap((text) => commentOf(text, indent));
  const lines = [...heading.flatMap((text) => commentOf(text, '')), ...above([], '')];
  return `${[...lines, ...mapLines(data, [], '', above)].join('\n')}\n`;
}

type Above = (at: DataPath, indent: string) => readonly string[];

function commentOf(text: string, indent: string): readonly string[] {
  return wrap(oneLine(text), 0, WIDTH - indent.length - 2).map((line) => `${indent}# ${line}`);
}

/** Text of a file that is adopted: it must not end the comment. */
function oneLine(text: string): string {
  return text.replaceAll(/[\0-\x1f\x7f-\x9f\u2028\u2029\ufeff]+/g, ' ');
}

function mapLines(map: DataMap, at: DataPath, indent: string, above: Above): readonly string[] {
  return Object.entries(map).flatMap(([key, value]) => {
    const path = [...at, key];
    return [...above(path, indent), ...valueLines(`${indent}${scalarText(key)}:`, value, path, indent, above)];
  });
}

function valueLines(start: string, value: Data, at: DataPath, indent: string, above: Above): readonly string[] {
  const short = inline(value);
  const noted = isNoted(value, at, above);
  if (short !== undefined && !noted && start.length + 1 + short.length <= WIDTH) return [`${start} ${short}`];
  if (typeof value === 'string' && /^[!-~][ -~\n]*[!-~]\n$/.test(value))
    return [
      `${start} |`,
      ...value
        .slice(0, -1)
        .split('\n')
        .map((line) => `${indent}  ${line}`),
    ];
  if (typeof value === 'string' || value === null) return [`${start} ${scalarText(value)}`];
  if (isMap(value)) return [start, ...mapLines(value, at, `${indent}  `, above)];
  return [start, ...value.flatMap((item, index) => itemLines(item, [...at, index], `${indent}  `, above))];
}

function itemLines(item: Data, at: DataPath, indent: string, above: Above): readonly string[] {
  const comment = above(at, indent);
  const short = inline(item);
  if (!isMap(item) || (short !== undefined && !isNoted(item, at, above) && indent.length + short.length < WIDTH))
    return [...comment, `${indent}- ${short ?? JSON.stringify(item)}`];
  const [first = '', ...rest] = mapLines(item, at, `${indent}  `, above);
  // A comment above the first key stands above the item.
  const lines = [first, ...rest];
  const start = lines.findIndex((line) => !line.trimStart().startsWith('#'));
  return [
    ...comment,
    ...lines.slice(0, start).map((line) => line.slice(2)),
    `${indent}- ${(lines[start] ?? '').trimStart()}`,
    ...lines.slice(start + 1),
  ];
}

function isNoted(value: Data, at: DataPath, above: Above): boolean {
  const inner = isMap(value) ? Object.entries(value) : Array.isArray(value) ? [...value.entries()] : [];
  return inner.some(([key, one]) => above([...at, key], '').length > 0 || isNoted(one as Data, [...at, key], above));
}

/** A value in one line; undefined when a person would not write it so. */
function inline(value: Data): string | undefined {
  if (typeof value === 'string') return value.includes('\n') ? undefined : scalarText(value);
  if (value === null) return scalarText(value);
  if (isMap(value)) {
    const entries = Object.entries(value);
    if (entries.length === 0) return '{}';
    const parts = entries.map(([key, one]) => (isPlain(one) ? `${flowText(key)}: ${flowText(one)}` : undefined));
    return parts.length > 5 || parts.includes(undefined) ? undefined : `{ ${parts.join(', ')} }`;
  }
  return value.every(isPlain) ? `[${value.map(flowText).join(', ')}]` : undefined;
}

function isPlain(value: Data): value is string {
  return typeof value === 'string' && !value.includes('\n') && value.length <= 60;
}

/** In brackets a comma or a bracket would end a plain text. */
function flowText(text: string): string {
  return /[,[\]{}]/.test(text) ? JSON.stringify(text) : scalarText(text);
}

const NULLS = new Set(['', '~', 'null', 'Null', 'NULL']);

/** An inventory reads every scalar as text, so that numbers and truth values need no quotes. */
function scalarText(text: string | null): string {
  if (text === null) return '~';
  const plain =
    /^[A-Za-z0-9_./+~^$(-][A-Za-z0-9_./+~^$()<>=;:@%!?*&|,'"# -]*$/.test(text) &&
    !/: | #|:$|^-(?: |$)|^---| $/.test(text) &&
    !NULLS.has(text);
  return plain ? text : JSON.stringify(text);
}
