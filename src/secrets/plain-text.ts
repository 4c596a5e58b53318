import { type Keyring, LONGEST_SECRET, TOKENS } from './cipher.ts';

/** A value in a file that is edited: `lvsctl-plain:` and a JSON string. */
const PLAIN = /lvsctl-plain:("(?:[^"\\\n]|\\.)*")/g;

/** Encrypted values of a text, each once. */
export function tokensIn(text: string): readonly string[] {
  return [...new Set(text.match(TOKENS) ?? [])];
}

/** Why a text could not be converted. */
export interface Unconverted {
  readonly line: number;
  readonly why: 'refused' | 'malformed' | 'not JSON' | 'too long';
}

export type Opened =
  | { readonly text: string; readonly values: ReadonlyMap<string, string> }
  | { readonly problems: readonly Unconverted[] };

/** Decrypts all values of a text, which become `lvsctl-plain:"…"`. */
export async function openText(text: string, keyring: Keyring): Promise<Opened> {
  const values = new Map<string, string>();
  const problems: Unconverted[] = [];
  for (const token of tokensIn(text)) {
    const decrypted = await keyring.decrypt(token);
    if (decrypted.status === 'decrypted') values.set(token, decrypted.text);
    else problems.push({ line: lineOf(text, text.indexOf(token)), why: decrypted.status });
  }
  if (problems.length > 0) return { problems };
  const plain = (token: string): string => `lvsctl-plain:${JSON.stringify(values.get(token) ?? '')}`;
  return { text: text.replaceAll(TOKENS, plain), values };
}

/**
 * Encrypts all values that `openText` decrypted, and those that were added in the same form. One that has not changed
 * keeps its former token, so that a version control system shows what has.
 */
export async function sealText(
  text: string,
  keyring: Keyring,
  former: ReadonlyMap<string, string> = new Map(),
): Promise<{ readonly text: string; readonly count: number } | { readonly problems: readonly Unconverted[] }> {
  const kept = new Map([...former].map(([token, value]) => [value, token]));
  const problems: Unconverted[] = [];
  const sealed = new Map<string, string>();
  for (const { 0: whole, 1: literal = '', index } of text.matchAll(PLAIN)) {
    const value = valueOf(literal);
    if (value === undefined) problems.push({ line: lineOf(text, index), why: 'not JSON' });
    else if (value.length > LONGEST_SECRET / 4) problems.push({ line: lineOf(text, index), why: 'too long' });
    else if (!sealed.has(whole)) sealed.set(whole, kept.get(value) ?? (await keyring.encrypt(value)));
  }
  // A mistake in the quotes must not leave a value in the clear.
  const rest = text.replaceAll(PLAIN, '');
  const missed = rest.indexOf('lvsctl-plain:');
  if (missed >= 0 && problems.length === 0) problems.push({ line: lineOf(rest, missed), why: 'not JSON' });
  if (problems.length > 0) return { problems };
  return { text: text.replaceAll(PLAIN, (whole) => sealed.get(whole) ?? ''), count: sealed.size };
}

function valueOf(literal: string): string | undefined {
  try {
    return JSON.parse(literal) as string;
  } catch {
    return undefined;
  }
}

function lineOf(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}
