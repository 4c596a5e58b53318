import { toHex } from '../../../keepalived/text/utf8.ts';
import { concat } from '../bytes/write.ts';
import type { HttpRegex, HttpUrl } from '../../../keepalived/model/check.ts';
import { Automaton } from '../pattern/automaton.ts';
import { compileRegex } from '../pattern/pattern.ts';
import { type Search, beginSearch, endSearch, searchOn } from '../pattern/search.ts';

/** Work per turn of the loop: a few milliseconds in the static runtime. */
const BYTES_A_TURN = 8192;
const MD5_BYTES_A_TURN = 4096;
const STEPS_A_TURN = 8192;
/** Limit of matching work, worth seconds of CPU time: a body that exceeds it fails the check. */
const MOST_EFFORT = 5_000_000;
/** Size of the cache of compiled patterns. */
const MOST_PATTERNS = 256;

/** The state of checking a body: only what the URL asks for. */
export interface HttpBody {
  readonly md5: Md5 | undefined;
  readonly text: { readonly automaton: Automaton; readonly search: Search } | undefined;
  /** Received but not yet processed. */
  readonly rest: Uint8Array;
}

const NOTHING = new Uint8Array(0);

export function emptyBody({ digest, regex }: HttpUrl): HttpBody {
  const automaton = regex === undefined ? undefined : automatonOf(regex);
  return {
    md5: digest === undefined ? undefined : MD5_START,
    text:
      regex === undefined || automaton === undefined
        ? undefined
        : { automaton, search: beginSearch(automaton, windowOf(regex)) },
    rest: NOTHING,
  };
}

export function addToBody(body: HttpBody, bytes: Uint8Array): HttpBody {
  if (bytes.length === 0 || (body.md5 === undefined && body.text === undefined)) return body;
  return { ...body, rest: body.rest.length === 0 ? bytes : concat([body.rest, bytes]) };
}

/** Processes as many bytes as one turn of the loop may take. */
export function workOnBody(body: HttpBody, { regex }: HttpUrl): HttpBody {
  const { md5, text, rest } = body;
  const part = rest.subarray(0, md5 === undefined ? BYTES_A_TURN : MD5_BYTES_A_TURN);
  if (text === undefined || regex === undefined || text.search.effort > MOST_EFFORT)
    return { md5: addSum(md5, part), text, rest: rest.subarray(part.length) };
  const { search, read } = searchOn(text.automaton, text.search, part, windowOf(regex), STEPS_A_TURN);
  return { md5: addSum(md5, part.subarray(0, read)), text: { ...text, search }, rest: rest.subarray(read) };
}

/** Why a body does not meet the URL's conditions, or undefined. To be called once all of it is processed. */
export function judgeBody({ md5, text }: HttpBody, { digest, regex }: HttpUrl): string | undefined {
  const reason = regex === undefined ? undefined : judgeText(text, regex);
  if (reason !== undefined || digest === undefined || md5 === undefined) return reason;
  const came = toHex(md5End(md5));
  return came === digest.toLowerCase() ? undefined : `MD5 digest ${came} (${digest.toLowerCase()} expected)`;
}

/** Whether the limit of matching work is exceeded, so that the check has failed whatever follows. */
export function isTooMuchWork({ text }: HttpBody): boolean {
  return text !== undefined && text.search.effort > MOST_EFFORT;
}

function judgeText(text: HttpBody['text'], regex: HttpRegex): string | undefined {
  if (text === undefined) return `regex ${regex.pattern} is not supported`;
  if (text.search.effort > MOST_EFFORT) return `regex ${regex.pattern} takes too long on this body`;
  const matches = endSearch(text.automaton, text.search);
  if (matches === !regex.no_match) return undefined;
  return matches ? `the body matches ${regex.pattern}` : `the body does not match ${regex.pattern}`;
}

function addSum(md5: Md5 | undefined, bytes: Uint8Array): Md5 | undefined {
  return md5 === undefined ? undefined : md5Add(md5, bytes);
}

/** A match may start between `min_offset` and `max_offset`, in bytes of the body. */
function windowOf({ min_offset, max_offset }: HttpRegex): { readonly min: number; readonly max: number | undefined } {
  return { min: min_offset, max: max_offset };
}

/** Shared by all real servers with the same pattern, as an automaton caches its states. */
const automata = new Map<string, Automaton | undefined>();

function automatonOf({ pattern, flags }: HttpRegex): Automaton | undefined {
  const key = `${flags} ${pattern}`;
  if (automata.has(key)) return automata.get(key);
  const compiled = compileRegex(pattern, flags);
  if (automata.size >= MOST_PATTERNS) automata.clear();
  const automaton = compiled instanceof Automaton ? compiled : undefined;
  automata.set(key, automaton);
  return automaton;
}

/**
 * MD5 (RFC 1321), for the `digest` of HTTP_GET as in keepalived.conf(5); not used for security. A sum in progress is an
 * immutable value: `md5Add` returns the next one.
 */
export interface Md5 {
  readonly words: readonly [number, number, number, number];
  /** Bytes that do not fill a 64-byte block yet. */
  readonly tail: Uint8Array;
  /** Bytes so far. */
  readonly length: number;
}

export const MD5_START: Md5 = {
  words: [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476],
  tail: new Uint8Array(0),
  length: 0,
};

/** Left rotations of the four rounds (RFC 1321 §3.4). */
const ROTATIONS = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
].flatMap((round) => [...round, ...round, ...round, ...round]);

/** floor(2³² × abs(sin(i))) for i from 1 to 64. */
const SINES = Array.from({ length: 64 }, (_, index) => Math.floor(Math.abs(Math.sin(index + 1)) * 0x1_0000_0000) | 0);

/** The word of the block used by each operation. */
const ORDER = Array.from({ length: 64 }, (_, index) => {
  const round = index >> 4;
  return ([index, 5 * index + 1, 3 * index + 5, 7 * index][round] ?? 0) & 15;
});

export function md5Add(sum: Md5, bytes: Uint8Array): Md5 {
  const whole = sum.tail.length === 0 ? bytes : concat([sum.tail, bytes]);
  const blocks = whole.length - (whole.length % 64);
  let words = sum.words;
  for (let offset = 0; offset < blocks; offset += 64) words = compress(words, whole, offset);
  return { words, tail: whole.slice(blocks), length: sum.length + bytes.length };
}

/** The 16 bytes of the digest. */
export function md5End(sum: Md5): Uint8Array {
  const padding = new Uint8Array((sum.length % 64 < 56 ? 64 : 128) - (sum.length % 64));
  padding[0] = 0x80;
  const bits = new DataView(padding.buffer, padding.length - 8);
  bits.setUint32(0, (sum.length * 8) >>> 0, true);
  bits.setUint32(4, Math.floor(sum.length / 0x2000_0000), true);
  const digest = new Uint8Array(16);
  const view = new DataView(digest.buffer);
  for (const [index, word] of md5Add(sum, padding).words.entries()) view.setInt32(4 * index, word, true);
  return digest;
}

function compress(words: Md5['words'], bytes: Uint8Array, offset: number): Md5['words'] {
  const block = new Int32Array(16);
  for (let index = 0; index < 16; index += 1) {
    const at = offset + 4 * index;
    block[index] =
      (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
  }
  let [a, b, c, d] = words;
  for (let index = 0; index < 64; index += 1) {
    const sum = (a + mix(index >> 4, b, c, d) + (SINES[index] ?? 0) + (block[ORDER[index] ?? 0] ?? 0)) | 0;
    const turn = ROTATIONS[index] ?? 0;
    a = d;
    d = c;
    c = b;
    b = (b + ((sum << turn) | (sum >>> (32 - turn)))) | 0;
  }
  return [(words[0] + a) | 0, (words[1] + b) | 0, (words[2] + c) | 0, (words[3] + d) | 0];
}

/** The functions F, G, H and I of RFC 1321 §3.4. */
function mix(round: number, b: number, c: number, d: number): number {
  if (round === 0) return (b & c) | (~b & d);
  if (round === 1) return (d & b) | (~d & c);
  return round === 2 ? b ^ c ^ d : c ^ (b | ~d);
}
