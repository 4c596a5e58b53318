import { toHex } from '../../../keepalived/text/utf8.ts';
import { concat } from '../bytes/write.ts';
import type { HttpRegex, HttpUrl } from '../../../keepalived/model-check.ts';
import { Automaton } from '../pattern/automaton.ts';
import { compileRegex } from '../pattern/pattern.ts';
import { beginSearch, endSearch, type Search, searchOn } from '../pattern/search.ts';
import { MD5_START, md5Add, md5End, type Md5 } from './md5.ts';

/** What one turn of the loop takes: some milliseconds in the static runtime. */
const BYTES_A_TURN = 8192;
const MD5_BYTES_A_TURN = 4096;
const STEPS_A_TURN = 8192;
/** A body that needs more than this, which is seconds of the processor's time, is not what the pattern was written for. */
const MOST_EFFORT = 5_000_000;
/** Patterns that are kept ready. */
const MOST_PATTERNS = 256;

/** What is known of a body: nothing but what the URL asks about. */
export interface HttpBody {
  readonly md5: Md5 | undefined;
  readonly text: { readonly automaton: Automaton; readonly search: Search } | undefined;
  /** What came and was not looked at yet. */
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

/** Looks at as much of what came as one turn of the loop may take. */
export function workOnBody(body: HttpBody, { regex }: HttpUrl): HttpBody {
  const { md5, text, rest } = body;
  const part = rest.subarray(0, md5 === undefined ? BYTES_A_TURN : MD5_BYTES_A_TURN);
  if (text === undefined || regex === undefined || text.search.effort > MOST_EFFORT)
    return { md5: addSum(md5, part), text, rest: rest.subarray(part.length) };
  const { search, read } = searchOn(text.automaton, text.search, part, windowOf(regex), STEPS_A_TURN);
  return { md5: addSum(md5, part.subarray(0, read)), text: { ...text, search }, rest: rest.subarray(read) };
}

/** Why a body is not what the URL asks for; undefined when it is. To be asked once nothing is left to work on. */
export function judgeBody({ md5, text }: HttpBody, { digest, regex }: HttpUrl): string | undefined {
  const reason = regex === undefined ? undefined : judgeText(text, regex);
  if (reason !== undefined || digest === undefined || md5 === undefined) return reason;
  const came = toHex(md5End(md5));
  return came === digest.toLowerCase() ? undefined : `MD5 digest ${came} (${digest.toLowerCase()} expected)`;
}

/** Whether it makes no difference any more what comes. */
export function isTooMuchWork({ text }: HttpBody): boolean {
  return text !== undefined && text.search.effort > MOST_EFFORT;
}

function judgeText(text: HttpBody['text'], regex: HttpRegex): string | undefined {
  if (text === undefined) return `the regex ${regex.pattern} cannot be used`;
  if (text.search.effort > MOST_EFFORT) return `the regex ${regex.pattern} takes too long on this body`;
  const matches = endSearch(text.automaton, text.search);
  if (matches === !regex.no_match) return undefined;
  return matches ? `the body matches ${regex.pattern}` : `the body does not match ${regex.pattern}`;
}

function addSum(md5: Md5 | undefined, bytes: Uint8Array): Md5 | undefined {
  return md5 === undefined ? undefined : md5Add(md5, bytes);
}

/** A match may begin from `min_offset` to `max_offset`, counted in bytes of the body. */
function windowOf({ min_offset, max_offset }: HttpRegex): { readonly min: number; readonly max: number | undefined } {
  return { min: min_offset, max: max_offset };
}

/** Of many real servers that are asked the same there is one, which remembers what it has found out. */
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
