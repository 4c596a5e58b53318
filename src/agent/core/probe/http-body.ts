import type { HttpRegex, HttpUrl } from '../conf/model-check.ts';
import { decodeUtf8, encodeUtf8, toHex } from '../bytes/text.ts';
import { concat } from '../bytes/write.ts';
import { bytesText } from './bytes-text.ts';
import { MD5_START, md5Add, md5End, type Md5 } from './md5.ts';

/** How far behind the last place where a match may begin the text is kept. */
const MOST_MATCH_BYTES = 1_048_576;

/** What is kept of a body: nothing but what the URL asks about. */
export interface HttpBody {
  readonly md5: Md5 | undefined;
  /** For a regex: the parts, the last one first, and their length together. */
  readonly text: { readonly parts: Parts; readonly length: number; readonly most: number } | undefined;
}

type Parts = { readonly bytes: Uint8Array; readonly before: Parts } | undefined;

export function emptyBody({ digest, regex }: HttpUrl): HttpBody {
  return {
    md5: digest === undefined ? undefined : MD5_START,
    text: regex === undefined ? undefined : { parts: undefined, length: 0, most: mostBytes(regex) },
  };
}

export function addToBody(body: HttpBody, bytes: Uint8Array): HttpBody {
  if (bytes.length === 0) return body;
  const { md5, text } = body;
  if (text === undefined) return md5 === undefined ? body : { md5: md5Add(md5, bytes), text };
  const kept = bytes.slice(0, text.most - text.length);
  return {
    md5: md5 === undefined ? undefined : md5Add(md5, bytes),
    text: { ...text, parts: { bytes: kept, before: text.parts }, length: text.length + kept.length },
  };
}

/** Why a body is not what the URL asks for; undefined when it is. */
export function judgeBody(body: HttpBody, { digest, regex }: HttpUrl): string | undefined {
  if (regex !== undefined && body.text !== undefined) {
    const reason = judgeText(wholeOf(body.text.parts), regex);
    if (reason !== undefined) return reason;
  }
  if (digest === undefined || body.md5 === undefined) return undefined;
  const came = toHex(md5End(body.md5));
  return came === digest.toLowerCase() ? undefined : `MD5 digest ${came} (${digest.toLowerCase()} expected)`;
}

/** A match may begin from `min_offset` to `max_offset`, counted in bytes of the body. */
function judgeText(bytes: Uint8Array, regex: HttpRegex): string | undefined {
  const found = search(bytes, regex);
  if (found === 'refused') return `the regex ${regex.pattern} cannot be used`;
  const matches = found !== undefined && (regex.max_offset === undefined || found <= regex.max_offset);
  if (matches === !regex.no_match) return undefined;
  return matches ? `the body matches ${regex.pattern}` : `the body does not match ${regex.pattern}`;
}

/** PCRE searches bytes unless `utf` is asked for: so does this, with a character for each byte of text and pattern. */
function search(bytes: Uint8Array, { pattern, flags, min_offset }: HttpRegex): number | undefined | 'refused' {
  const unicode = flags.includes('u');
  try {
    const source = unicode ? pattern : bytesText(encodeUtf8(pattern));
    const regex = new RegExp(source, `${flags.replace(/[gy]/g, '')}g`);
    regex.lastIndex = unicode ? decodeUtf8(bytes.subarray(0, min_offset)).length : min_offset;
    const text = unicode ? decodeUtf8(bytes) : bytesText(bytes);
    const found = regex.exec(text);
    if (found === null) return undefined;
    return unicode ? encodeUtf8(text.slice(0, found.index)).length : found.index;
  } catch {
    return 'refused';
  }
}

function mostBytes({ min_offset, max_offset }: HttpRegex): number {
  return Math.max(min_offset, max_offset ?? 0) + MOST_MATCH_BYTES;
}

function wholeOf(parts: Parts): Uint8Array {
  const list: Uint8Array[] = [];
  for (let part = parts; part !== undefined; part = part.before) list.push(part.bytes);
  return concat(list.reverse());
}
