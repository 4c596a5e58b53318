/** The secrets in fragments of keepalived.conf. */
export interface ConfSecrets {
  /** Definitions used in a password. */
  readonly names: ReadonlySet<string>;
  /** Passwords, and the values of these definitions. */
  readonly values: readonly string[];
}

/** keepalived's own keywords, as `auth_pass` and `key NUMBER` of auth_hmac, and what programs that it starts are given passwords by. */
const SINK =
  /\b(?:auth_pass|key[ \t]+(?:\d+|\$\S+)(?=[ \t])|(?:[A-Za-z]+[_-])?(?:password|passwd|passphrase|secret|token))(?:[ \t]+|[ \t]*[=:][ \t]*)(?=\S)/i;

/** `$NAME=`, after a condition such as `@host` or a sequence such as `~SEQ(i, 1, 3)`. */
const DEFINITION = /^[ \t]*(?:@\S+[ \t]+)?(?:~SEQ\([^)]*\)[ \t]*)?\$([A-Za-z_]\w*)=/;
const REFERENCE = /\$(?:\{([A-Za-z_]\w*)(?!\w)[^{}\n]*\}|([A-Za-z_]\w*))/g;

/** Stops at a self-referential value. */
const DEEPEST = 10;
const LONGEST = 4096;

/** Shorter ones would redact unrelated words. */
const SHORTEST = 4;

type Definitions = ReadonlyMap<string, readonly string[]>;

/** Finds everything that flows into a password, also through nested definitions. */
export function secretsOfConf(text: string): ConfSecrets {
  const lines = chunksOf(text)
    .filter((chunk) => CANDIDATE.test(chunk))
    .flatMap(logicalLines)
    .map((physical) => physical.map(withoutBackslash).join('\n'));
  const definitions = definitionsIn(lines);
  const names = new Set<string>();
  const values = new Set<string>();
  for (const line of lines.flatMap((one) => one.split('\n'))) {
    const written = afterSink(line);
    if (written !== undefined) {
      addNames(written, definitions, names);
      addWords(written, values);
      addWords(expand(written, definitions, DEEPEST), values);
      continue;
    }
    // The keyword itself may come from a definition.
    const definition = DEFINITION.exec(line);
    const text = definition === null ? line : line.slice(definition[0].length);
    const come = text.includes('$') ? afterSink(expand(text, definitions, DEEPEST)) : undefined;
    if (come === undefined) continue;
    addNames(text, definitions, names);
    addWords(come, values);
  }
  for (const name of names) {
    for (const value of definitions.get(name) ?? []) {
      addWords(value, values);
      addWords(expand(value, definitions, DEEPEST), values);
    }
  }
  return { names, values: [...values] };
}

function afterSink(line: string): string | undefined {
  const sink = SINK.exec(line);
  return sink === null ? undefined : line.slice(sink.index + sink[0].length);
}

/** The same text line by line, with secrets replaced by `redacted`. */
export function maskConf(text: string, names: ReadonlySet<string>, redacted: string): string {
  return chunksOf(text)
    .map((chunk) => (CANDIDATE.test(chunk) ? maskLines(chunk, names, redacted) : chunk))
    .join('\n');
}

function maskLines(text: string, names: ReadonlySet<string>, redacted: string): string {
  return logicalLines(text)
    .flatMap((physical) => {
      const [first = '', ...rest] = physical;
      const definition = DEFINITION.exec(first);
      const sink = SINK.exec(first);
      if (definition !== null && names.has(definition[1] ?? ''))
        return [definition[0], ...rest.map(() => '')].map(hidden(physical, redacted));
      if (sink !== null)
        return [first.slice(0, sink.index + sink[0].length), ...rest.map(() => '')].map(hidden(physical, redacted));
      return physical.map((line) => {
        const inner = SINK.exec(line);
        return inner === null ? line : hidden([line], redacted)(line.slice(0, inner.index + inner[0].length), 0);
      });
    })
    .join('\n');
}

/** A line truncated to its beginning; a continuation mark is kept. */
function hidden(physical: readonly string[], redacted: string): (shown: string, index: number) => string {
  return (shown, index) => `${shown}${redacted}${continues(physical[index] ?? '') ? ' \\' : ''}`;
}

/** What every line has that `SINK` or a definition is in, or that is continued: the parts of a file without it are quick. */
const CANDIDATE = /auth_pass|key[ \t]|passw|passphrase|secret|token|[$\\]/i;

const CHUNK = 32_768;

/** A text in parts of whole logical lines, without the line breaks between the parts. */
function chunksOf(text: string): readonly string[] {
  const chunks: string[] = [];
  let start = 0;
  for (;;) {
    let end = text.indexOf('\n', start + CHUNK);
    while (end >= 0 && continues(text.slice(text.lastIndexOf('\n', end - 1) + 1, end)))
      end = text.indexOf('\n', end + 1);
    chunks.push(end < 0 ? text.slice(start) : text.slice(start, end));
    if (end < 0) return chunks;
    start = end + 1;
  }
}

function logicalLines(text: string): readonly (readonly string[])[] {
  const all: string[][] = [];
  let open = false;
  for (const line of text.split('\n')) {
    if (open) all.at(-1)?.push(line);
    else all.push([line]);
    open = continues(line);
  }
  return all;
}

const continues = (line: string): boolean => line.trimEnd().endsWith('\\');

function withoutBackslash(line: string): string {
  return continues(line) ? line.trimEnd().slice(0, -1) : line;
}

/** Definitions of one line; the lines of a longer one are read like others. */
function definitionsIn(lines: readonly string[]): Definitions {
  const found = new Map<string, string[]>();
  for (const line of lines) {
    const match = line.includes('\n') ? null : DEFINITION.exec(line);
    if (match === null) continue;
    const [whole, name = ''] = match;
    const former = found.get(name);
    // The same name can have another value on each director.
    if (former === undefined) found.set(name, [line.slice(whole.length)]);
    else if (former.length < DEEPEST) former.push(line.slice(whole.length));
  }
  return found;
}

function expand(text: string, definitions: Definitions, depth: number): string {
  if (depth === 0 || text.length > LONGEST || !text.includes('$')) return text;
  let left = LONGEST;
  const next = text.replaceAll(REFERENCE, (reference, braced?: string, bare?: string) => {
    const value = definitions.get(braced ?? bare ?? '')?.join('\n');
    if (value === undefined || value.length > left) return reference;
    left -= value.length;
    return value;
  });
  return next === text ? text : expand(next, definitions, depth - 1);
}

function addNames(text: string, definitions: Definitions, names: Set<string>): void {
  for (const [, braced, bare] of text.slice(0, LONGEST).matchAll(REFERENCE)) {
    const name = braced ?? bare ?? '';
    if (names.has(name) || !definitions.has(name)) continue;
    names.add(name);
    for (const value of definitions.get(name) ?? []) addNames(value, definitions, names);
  }
}

/** A password with or without quotes, excluding the text after it. */
function addWords(text: string, values: Set<string>): void {
  const plain = text.trim().replace(/^["'](.*)["']$/s, '$1');
  for (const word of [plain, ...plain.split(/["'\s]/)]) {
    if (word.length >= SHORTEST && word.length <= LONGEST && !/[\n$]/.test(word) && !KEYWORDS.has(word))
      values.add(word);
  }
}

/** Other words that may occur on a line with a password. */
const KEYWORDS: ReadonlySet<string> = new Set([
  'auth_pass',
  'auth_type',
  'PASS',
  'password',
  'authentication',
  'true',
  'false',
]);
