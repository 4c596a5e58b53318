/** `~SEQ(var, start, step, end)` and `~LST(var, value, …)`: the values that the rest of a line is read with. */
export interface Sequence {
  /** Where the rest of the line begins. */
  readonly restAt: number;
  /** Each round sets these parameters. */
  readonly rounds: Iterable<readonly (readonly [name: string, value: string])[]>;
}

const HEAD = /^[ \t]*~(?<kind>SEQ|LST)(?<hex>x?)[ \t]*\(/;

/** Where the values of `~SEQ(var, …)` begin: parameters are replaced in them alone. Undefined for anything else. */
export function valuesAt(text: string): number | undefined {
  const head = HEAD.exec(text);
  const comma = head === null ? -1 : text.indexOf(',', head[0].length);
  return head?.groups?.['kind'] === 'SEQ' && comma >= 0 ? comma + 1 : undefined;
}

/** A text says what is wrong. */
export function sequenceIn(text: string): Sequence | string {
  const head = HEAD.exec(text);
  const kind = head?.groups?.['kind'];
  const hex = head?.groups?.['hex'] === 'x';
  if (head === null || (kind === 'LST' && hex)) return 'a sequence is ~SEQ(NAME, NUMBER, …) or ~LST(NAME, VALUE, …)';
  const end = text.indexOf(')', head[0].length);
  if (end < 0) return `~${kind ?? ''}( has no )`;
  const body = text.slice(head[0].length, end);
  const rounds = kind === 'LST' ? list(body) : numbers(body, hex);
  return typeof rounds === 'string' ? rounds : { restAt: end + 1, rounds };
}

/** As strtol(3) reads one: 010 is 8, and nothing is 0. */
const WHOLE = /^[ \t]*(?:(?<sign>[+-]?)(?<digits>0x[0-9a-f]+|\d+)[ \t]*)?$/i;

function wholeIn(text: string): number | undefined {
  const { sign, digits } = WHOLE.exec(text)?.groups ?? {};
  if (digits === undefined) return WHOLE.test(text) ? 0 : undefined;
  if (/^0[0-7]*[89]/.test(digits)) return undefined;
  const value = /^0\d/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
  return sign === '-' ? -value : value;
}

function numbers(body: string, hex: boolean): Sequence['rounds'] | string {
  const [first = '', ...values] = body.split(',');
  const name = first.replaceAll(/^[ \t]+|(?<![ \t])[ \t]+$/g, '');
  if (name === '' || /[ \t]/.test(name)) return `~SEQ(${body}) begins with the name of a parameter`;
  const parsed = values.map(wholeIn);
  const [one, two, three] = parsed;
  if (one === undefined || parsed.length > 3 || parsed.includes(undefined))
    return `~SEQ(${body}) takes a name and up to three whole numbers: start, step, end`;
  const end = three ?? two ?? one;
  const start = two === undefined ? (end < 0 ? -1 : 1) : one;
  const step = three === undefined ? (two === undefined ? (end < 1 ? -1 : 1) : start <= end ? 1 : -1) : (two ?? 0);
  if (
    step === 0 ||
    (start < end && step < 0) ||
    (start > end && step > 0) ||
    ![start, step, end].every(Number.isSafeInteger)
  )
    return `~SEQ(${body}) would never end`;
  if (hex && (start < 0 || end < 0)) return `~SEQx(${body}) takes no negative numbers`;
  return (function* () {
    for (let value = start; step > 0 ? value <= end : value >= end; value += step)
      yield [[name, value.toString(hex ? 16 : 10)] as const];
  })();
}

function list(body: string): Sequence['rounds'] | string {
  const [names, ...rounds] = elements(body) ?? [];
  if (names === undefined || rounds.length === 0) return `~LST(${body}) takes a name and at least one value`;
  if (rounds.some((values) => values.length > names.length))
    return `~LST(${body}) gives more values in a round than the ${names.length} parameters that it has`;
  // A parameter without a value is empty.
  return rounds.map((values) => names.map((name, index) => [name, values[index] ?? ''] as const));
}

/** `{a,b}` is one element of several words; undefined when braces do not match, or a word has white space in it. */
function elements(body: string): readonly (readonly string[])[] | undefined {
  const found: string[][] = [];
  const ELEMENT = /[ \t]*(?:(?:\{(?<several>[^{}]*)\}|(?<one>[^ \t,{}]+))[ \t]*)?(?<comma>,|$)/y;
  for (;;) {
    const match = ELEMENT.exec(body);
    if (match === null) return undefined;
    const { several, one, comma } = match.groups ?? {};
    const words =
      several === undefined
        ? [one ?? '']
        : several.split(',').map((word) => word.replaceAll(/^[ \t]+|(?<![ \t])[ \t]+$/g, ''));
    if (words.some((word) => /[ \t]/.test(word))) return undefined;
    found.push(words);
    if (comma === '') return found;
  }
}
