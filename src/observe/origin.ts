import { type Command, sh } from '../remote/command.ts';
import { parseUnguarded, probeEach } from '../resources/guarded-path.ts';
import { KIND_NAMES, type Kind } from '../resources/kinds.ts';
import { ORIGIN } from '../resources/own-folder.ts';
import { printable } from '../text/printable.ts';

/** A former value; null where there was nothing. The text of a file is in a copy on the host. */
export type FormerValue = string | null | { readonly file: true };

/** The fields of a resource that lvsctl changed, with their values before the first change. */
export interface FormerResource {
  readonly kind: Kind;
  readonly key: string;
  /** In the order in which they were first changed. */
  readonly fields: ReadonlyMap<string, FormerValue>;
}

/** What a host was before lvsctl, in the order of the first changes, or why its record cannot be used. */
export type Origin = { readonly resources: readonly FormerResource[] } | { readonly mistake: string };

/** bytes; some hundred resources take as many kilobytes */
const MOST = 2 * 2 ** 20;

/** Characters of a kind, key or field. */
const LONGEST = 4096;

const RECORD = `${ORIGIN}/record`;

/** Prints the size of the record in bytes, and the record. */
export const READ_ORIGIN: Command = probeEach(
  [RECORD],
  sh`[ -f "$f" ] && [ ! -L "$f" ] || continue
echo "size $(wc -c < "$f")"
head -c ${MOST} "$f"`,
);

/** @returns undefined without a record */
export function parseOrigin(output: string): Origin | undefined {
  const refused = parseUnguarded(output.slice(0, LONGEST)).get(RECORD);
  if (refused !== undefined) return { mistake: printable(refused.because) };
  const [head = '', ...rows] = output.replace(/^\n+/, '').split('\n');
  const size = /^size +(\d{1,15})$/.exec(head)?.[1];
  if (size === undefined) return undefined;
  if (Number(size) > MOST) return { mistake: `it has ${size} bytes, which is more than lvsctl writes` };
  const found = new Map<string, { kind: Kind; key: string; fields: Map<string, FormerValue> }>();
  for (const [index, row] of rows.entries()) {
    if (row === '') continue;
    const read = readRow(row);
    if (typeof read === 'string') return { mistake: `line ${index + 1} ${read}` };
    const { kind, key, name, value } = read;
    const id = `${kind}\t${key}`;
    const resource = found.get(id) ?? { kind, key, fields: new Map<string, FormerValue>() };
    if (!resource.fields.has(name)) resource.fields.set(name, value);
    found.set(id, resource);
  }
  return { resources: [...found.values()] };
}

interface Row {
  readonly kind: Kind;
  readonly key: string;
  readonly name: string;
  readonly value: FormerValue;
}

const FOREIGN = 'was not written by lvsctl';

function readRow(row: string): Row | string {
  const cells = row.split('\t').map(parsed);
  const [kindName, key, name, value] = cells;
  if (cells.length !== 4 || !isName(kindName) || !isName(key) || !isName(name) || !isFormer(value)) return FOREIGN;
  const kind = KIND_NAMES.find((one) => one === kindName);
  return kind === undefined
    ? `is of kind ${kindName.slice(0, 40)}, which only a newer lvsctl can restore`
    : { kind, key, name, value: value !== null && typeof value === 'object' ? { file: true } : value };
}

function parsed(cell: string): unknown {
  try {
    return JSON.parse(cell);
  } catch {
    return undefined;
  }
}

/** One line, without control characters. */
function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST && printable(value) === value;
}

/** A value may have several lines, but no NUL, which no shell can write. */
function isFormer(value: unknown): value is FormerValue {
  if (value === null || (typeof value === 'string' && !value.includes('\0'))) return true;
  return typeof value === 'object' && 'file' in value && value.file === true;
}
