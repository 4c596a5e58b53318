/** `~SEQ(var, start, step, end)` and `~LST(var, value, …)`: the values that the rest of a line is read with. */
export interface Sequence {
  /** Where the rest of the line begins. */
  readonly restAt: number;
  /** Each round sets these parameters. */
  readonly rounds: Iterable<readonly (readonly [name: string, value: string])[]>;
}

/** Undefined when the line begins with neither; a text when it does and is wrong. */
export function sequenceIn(text: string): Sequence | string | undefined {
  const head = /^\s*~(?<kind>SEQx?|LST)\(/.exec(text);
  if (head === null) return undefined;
  const end = text.indexOf(')', head[0].length);
  if (end < 0) return `~${head.groups?.['kind'] ?? ''}( has no )`;
  const body = text.slice(head[0].length, end);
  const kind = head.groups?.['kind'] ?? '';
  const rounds = kind === 'LST' ? list(body) : numbers(body, kind === 'SEQx' ? 16 : 10);
  return typeof rounds === 'string' ? rounds : { restAt: end + 1, rounds };
}

const NAME = /^[A-Za-z_]\w*$/;
const WHOLE = /^[+-]?(?:0x[0-9a-f]+|\d+)$/i;

function numbers(body: string, base: 10 | 16): Sequence['rounds'] | string {
  const [name = '', ...values] = body.split(',').map((part) => part.trim());
  if (!NAME.test(name)) return `~SEQ(${body}) begins with the name of a parameter`;
  if (values.length < 1 || values.length > 3 || !values.every((value) => WHOLE.test(value)))
    return `~SEQ(${body}) takes a name and up to three whole numbers: start, step, end`;
  const parsed = values.map((value) => (value.startsWith('-') ? -Number(value.slice(1)) : Number(value)));
  const end = parsed.at(-1) ?? 0;
  const start = parsed.length > 1 ? (parsed[0] ?? 0) : end < 0 ? -1 : 1;
  const step = parsed.length > 2 ? (parsed[1] ?? 0) : end < start ? -1 : 1;
  if (step === 0 || !parsed.every(Number.isSafeInteger)) return `~SEQ(${body}) would never end`;
  return (function* () {
    for (let value = start; step > 0 ? value <= end : value >= end; value += step)
      yield [[name, value.toString(base)] as const];
  })();
}

function list(body: string): Sequence['rounds'] | string {
  const [names, ...rounds] = elements(body) ?? [];
  if (names === undefined || rounds.length === 0) return `~LST(${body}) takes a name and at least one value`;
  if (!names.every((name) => NAME.test(name))) return `~LST(${body}) begins with the name of a parameter`;
  if (!rounds.every((values) => values.length === names.length))
    return `~LST(${body}) must give each of its ${names.length} parameters a value in each round`;
  return rounds.map((values) => names.map((name, index) => [name, values[index] ?? ''] as const));
}

/** `{a,b}` is one element of several words; undefined when braces do not match, or a word has white space in it. */
function elements(body: string): readonly (readonly string[])[] | undefined {
  const found: string[][] = [];
  const ELEMENT = /\s*(?:\{(?<several>[^{}]*)\}|(?<one>[^\s,{}]*))\s*(?:,|$)/y;
  while (ELEMENT.lastIndex < body.length || found.length === 0) {
    const match = ELEMENT.exec(body);
    if (match === null) return undefined;
    const { several, one } = match.groups ?? {};
    found.push(several === undefined ? [one ?? ''] : several.split(',').map((word) => word.trim()));
    if (ELEMENT.lastIndex >= body.length) break;
  }
  return found;
}
