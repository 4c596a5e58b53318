import { concat } from '../bytes/write.ts';
import { bytesText } from './bytes-text.ts';

/** No web server that is well has longer headers. */
const MOST_HEADER_BYTES = 65_536;

/** The end of a chunked body without trailers; a chunk before it ends with the first two bytes. */
const LAST_CHUNK = '\r\n0\r\n\r\n';

/** An answer under way, as a value: `hearAnswer` gives the next one. */
export type HttpAnswer =
  | { readonly phase: 'head'; readonly bytes: Uint8Array }
  | {
      readonly phase: 'body';
      readonly status: number;
      /** Bytes that are still to come, where the headers tell it. */
      readonly left: number | undefined;
      /** The last characters of a chunked body on a connection that stays open; undefined where the end tells itself. */
      readonly tail: string | undefined;
    }
  | { readonly phase: 'whole'; readonly status: number }
  | { readonly phase: 'malformed'; readonly reason: string };

export const ANSWER_START: HttpAnswer = { phase: 'head', bytes: new Uint8Array(0) };

/** The next state, and the bytes of the body in what was heard: as they come, chunked ones are not put together. */
export function hearAnswer(
  answer: HttpAnswer,
  bytes: Uint8Array,
): { readonly answer: HttpAnswer; readonly body: Uint8Array } {
  if (answer.phase === 'head') {
    const known = answer.bytes.length;
    return hearHead(known === 0 ? bytes : concat([answer.bytes, bytes]), known);
  }
  if (answer.phase !== 'body') return { answer, body: NOTHING };
  const body = answer.left === undefined ? bytes : bytes.subarray(0, answer.left);
  const left = answer.left === undefined ? undefined : answer.left - body.length;
  const tail = answer.tail === undefined ? undefined : tailOf(answer.tail, body);
  const whole = left === 0 || tail?.endsWith(LAST_CHUNK) === true;
  return { answer: whole ? { phase: 'whole', status: answer.status } : { ...answer, left, tail }, body };
}

/** The other side has closed: an answer whose headers are there is whole, whatever length they told. */
export function endAnswer(answer: HttpAnswer): HttpAnswer {
  if (answer.phase === 'body') return { phase: 'whole', status: answer.status };
  if (answer.phase !== 'head') return answer;
  const reason = answer.bytes.length === 0 ? 'closed without an answer' : 'closed before the headers of the answer end';
  return { phase: 'malformed', reason };
}

const NOTHING = new Uint8Array(0);

/** @param known how many bytes were looked through before */
function hearHead(bytes: Uint8Array, known: number): { readonly answer: HttpAnswer; readonly body: Uint8Array } {
  const end = endOfHead(bytes, Math.max(0, known - 3));
  const length = end ?? bytes.length;
  if (!couldBeHttp(bytes)) return malformed('the answer is no HTTP');
  if (length > MOST_HEADER_BYTES)
    return malformed(`the headers of the answer are longer than ${MOST_HEADER_BYTES} bytes`);
  if (end === undefined) return { answer: { phase: 'head', bytes }, body: NOTHING };
  const head = bytesText(bytes.subarray(0, end));
  const status = /^HTTP\/\d(?:\.\d)? (?<code>\d{3})(?: |\r)/.exec(head)?.groups?.['code'];
  if (status === undefined) return malformed('the answer has no HTTP status');
  return hearAnswer(bodyOf(Number(status), head), bytes.subarray(end));
}

function bodyOf(status: number, head: string): HttpAnswer {
  if (status < 200 || status === 204 || status === 304) return { phase: 'whole', status };
  const fields = head.toLowerCase();
  const chunked = fieldOf(fields, 'transfer-encoding')?.includes('chunked') === true;
  const length = chunked ? undefined : fieldOf(fields, 'content-length');
  const told = length !== undefined && /^\d{1,15}$/.test(length) ? length : undefined;
  const left = told === undefined ? undefined : Number(told);
  if (left === 0) return { phase: 'whole', status };
  return { phase: 'body', status, left, tail: chunked ? '\r\n' : undefined };
}

/** The first of its name, in small letters. */
function fieldOf(fields: string, name: string): string | undefined {
  const start = fields.indexOf(`\r\n${name}:`);
  if (start < 0) return undefined;
  const value = start + name.length + 3;
  return fields.slice(value, fields.indexOf('\r', value)).trim();
}

/** Where the body begins. */
function endOfHead(bytes: Uint8Array, from: number): number | undefined {
  for (let at = bytes.indexOf(13, from); at >= 0 && at + 3 < bytes.length; at = bytes.indexOf(13, at + 1))
    if (bytes[at + 1] === 10 && bytes[at + 2] === 13 && bytes[at + 3] === 10) return at + 4;
  return undefined;
}

function couldBeHttp(bytes: Uint8Array): boolean {
  const start = bytesText(bytes.subarray(0, 5));
  return start === 'HTTP/'.slice(0, start.length);
}

function tailOf(before: string, bytes: Uint8Array): string {
  return (before + bytesText(bytes.subarray(-LAST_CHUNK.length))).slice(-LAST_CHUNK.length);
}

function malformed(reason: string): { readonly answer: HttpAnswer; readonly body: Uint8Array } {
  return { answer: { phase: 'malformed', reason }, body: NOTHING };
}
