import { concat } from '../bytes/write.ts';
import type { CheckerConnection, HttpCheck, HttpUrl } from '../../../keepalived/model/check.ts';
import { characters, encodeUtf8 } from '../../../keepalived/text/utf8.ts';
import type { Instant } from '../step.ts';
import { type HttpBody, addToBody, emptyBody, isTooMuchWork, judgeBody, workOnBody } from './http-body.ts';
import { type Conversation, type ProbeEvent, type Turn, failed, proceed, passed, formatSeconds } from './probe.ts';

/** Far beyond the headers of any sane response. */
const MOST_HEADER_BYTES = 65_536;

/** The end of a chunked body without trailers, including the CRLF of the chunk before it. */
const LAST_CHUNK = '\r\n0\r\n\r\n';

/** A response in progress, as an immutable value: `parseAnswer` returns the next one. */
export type HttpAnswer =
  | { readonly phase: 'head'; readonly bytes: Uint8Array }
  | {
      readonly phase: 'body';
      readonly status: number;
      /** Bytes still expected, if the headers give a length. */
      readonly left: number | undefined;
      /** The last characters of a chunked body; undefined if its end is known by length or close. */
      readonly tail: string | undefined;
    }
  | { readonly phase: 'whole'; readonly status: number }
  | { readonly phase: 'malformed'; readonly reason: string };

export const ANSWER_START: HttpAnswer = { phase: 'head', bytes: new Uint8Array(0) };

/** The next state, and the body bytes received. Chunked bodies are not decoded. */
export function parseAnswer(
  answer: HttpAnswer,
  bytes: Uint8Array,
): { readonly answer: HttpAnswer; readonly body: Uint8Array } {
  if (answer.phase === 'head') {
    const scanned = answer.bytes.length;
    return parseHead(scanned === 0 ? bytes : concat([answer.bytes, bytes]), scanned);
  }
  if (answer.phase !== 'body') return { answer, body: NOTHING };
  const body = answer.left === undefined ? bytes : bytes.subarray(0, answer.left);
  const left = answer.left === undefined ? undefined : answer.left - body.length;
  const tail = answer.tail === undefined ? undefined : tailOf(answer.tail, body);
  const whole = left === 0 || tail?.endsWith(LAST_CHUNK) === true;
  return { answer: whole ? { phase: 'whole', status: answer.status } : { ...answer, left, tail }, body };
}

/** Handles the end of the connection: a response with complete headers counts as whole even if its body is short. */
export function endAnswer(answer: HttpAnswer): HttpAnswer {
  if (answer.phase === 'body') return { phase: 'whole', status: answer.status };
  if (answer.phase !== 'head') return answer;
  const reason =
    answer.bytes.length === 0
      ? 'connection closed without a response'
      : 'connection closed before the end of the headers';
  return { phase: 'malformed', reason };
}

const NOTHING = new Uint8Array(0);

/** @param scanned number of bytes searched before */
function parseHead(bytes: Uint8Array, scanned: number): { readonly answer: HttpAnswer; readonly body: Uint8Array } {
  const end = endOfHead(bytes, Math.max(0, scanned - 3));
  const length = end ?? bytes.length;
  if (!couldBeHttp(bytes)) return malformed('the response is not HTTP');
  if (length > MOST_HEADER_BYTES) return malformed(`the response headers exceed ${MOST_HEADER_BYTES} bytes`);
  if (end === undefined) return { answer: { phase: 'head', bytes }, body: NOTHING };
  const head = bytesText(bytes.subarray(0, end));
  const status = /^HTTP\/\d(?:\.\d)? (?<code>\d{3})(?: |\r)/.exec(head)?.groups?.['code'];
  if (status === undefined) return malformed('the response has no HTTP status');
  return parseAnswer(bodyOf(Number(status), head), bytes.subarray(end));
}

function bodyOf(status: number, head: string): HttpAnswer {
  if (status < 200 || status === 204 || status === 304) return { phase: 'whole', status };
  const fields = head.toLowerCase();
  const chunked = fieldOf(fields, 'transfer-encoding')?.includes('chunked') === true;
  const length = chunked ? undefined : fieldOf(fields, 'content-length');
  const left = length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
  if (left === 0) return { phase: 'whole', status };
  return { phase: 'body', status, left, tail: chunked ? '\r\n' : undefined };
}

/** The first header field of this name, in lower case. */
function fieldOf(fields: string, name: string): string | undefined {
  const start = fields.indexOf(`\r\n${name}:`);
  if (start < 0) return undefined;
  const value = start + name.length + 3;
  return fields.slice(value, fields.indexOf('\r', value)).trim();
}

/** The offset of the body. */
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

/**
 * The request for one URL. It uses keepalived's `User-Agent`, because web server logs are filtered by it. The host is
 * the URL's, the checker's, or the address with port, in this order.
 */
export function httpRequest(
  checker: HttpCheck & { readonly connect_ip: string; readonly connect_port: number },
  url: HttpUrl,
): Uint8Array {
  const { http_protocol, connect_ip, connect_port } = checker;
  const place = `${connect_ip.includes(':') ? `[${connect_ip}]` : connect_ip}:${connect_port}`;
  const lines = [
    `GET ${url.path} HTTP/${http_protocol.slice(0, 3)}`,
    'User-Agent: KeepAliveClient',
    ...connectionLine(http_protocol),
    `Host: ${url.virtualhost ?? checker.virtualhost ?? place}`,
    '',
    '',
  ];
  return encodeUtf8(lines.join('\r\n'));
}

/** HTTP/1.1 connections are persistent by default, 1.0 ones are not. */
function connectionLine(protocol: HttpCheck['http_protocol']): readonly string[] {
  if (protocol.endsWith('k')) return ['Connection: keep-alive'];
  return protocol === '1.0' ? [] : ['Connection: close'];
}

/** One character per byte (latin1): much cheaper than UTF-8 decoding in an interpreter, and enough for headers. */
export function bytesText(bytes: Uint8Array): string {
  if (bytes.length <= 4096) return characters(bytes);
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096) text += characters(bytes.subarray(at, at + 4096));
  return text;
}

type HttpChecker = HttpCheck & CheckerConnection;

/** Limit in ms for a response that does not end; the timeout if that is longer. */
const LONGEST_ANSWER = 60_000;

/**
 * HTTP_GET, and SSL_GET over the shell's TLS: requests each URL in turn on its own connection; all must pass. As in
 * keepalived the timeout applies to each read, so a long response may take longer in total.
 */
export function httpConversation(checker: HttpChecker): Conversation {
  return { on: (event) => connecting(checker, 0, event) };
}

function connecting(checker: HttpChecker, index: number, event: ProbeEvent): Turn {
  const url = checker.url[index];
  if (url === undefined) return passed();
  if (event.kind === 'failed') return refuse(checker, url, event.reason);
  if (event.kind !== 'connected')
    return refuse(checker, url, `no connection within ${formatSeconds(checker.connect_timeout)}`);
  const latest = event.at + Math.max(LONGEST_ANSWER, checker.connect_timeout);
  const asked: Asked = { checker, index, url, latest, answer: ANSWER_START, body: emptyBody(url) };
  return proceed(
    (next) => receiving(asked, next),
    { kind: 'deadline', due: event.at + checker.connect_timeout },
    { kind: 'send', bytes: httpRequest(checker, url) },
  );
}

interface Asked {
  readonly checker: HttpChecker;
  readonly index: number;
  readonly url: HttpUrl;
  readonly latest: Instant;
  readonly answer: HttpAnswer;
  readonly body: HttpBody;
}

function receiving(asked: Asked, event: ProbeEvent): Turn {
  const { checker, url } = asked;
  switch (event.kind) {
    case 'data': {
      const heard = parseAnswer(asked.answer, event.bytes);
      return work({ ...asked, answer: heard.answer, body: addToBody(asked.body, heard.body) }, event.at);
    }
    case 'resume':
      return work(asked, event.at);
    case 'end':
      return work({ ...asked, answer: endAnswer(asked.answer) }, event.at);
    case 'failed':
      return refuse(checker, url, event.reason);
    case 'deadline':
      return refuse(checker, url, lateness(asked, event.at));
    case 'connected':
      return proceed((following) => receiving(asked, following));
  }
}

/** Processes received bytes for one turn of the loop; the response is judged once all are processed. */
function work(asked: Asked, at: Instant): Turn {
  const { checker, url, answer, latest } = asked;
  const next: Asked = { ...asked, body: workOnBody(asked.body, url) };
  const isOver = answer.phase === 'whole' || answer.phase === 'malformed';
  if (answer.phase === 'malformed' || isTooMuchWork(next.body) || (isOver && next.body.rest.length === 0))
    return conclude(next);
  const following = (event: ProbeEvent): Turn => receiving(next, event);
  const deadline = { kind: 'deadline', due: Math.min(at + checker.connect_timeout, latest) } as const;
  return next.body.rest.length === 0 ? proceed(following, deadline) : proceed(following, deadline, { kind: 'pause' });
}

function lateness({ checker, answer, latest }: Asked, at: Instant): string {
  const timeout = formatSeconds(checker.connect_timeout);
  if (answer.phase === 'head' && answer.bytes.length === 0) return `no response within ${timeout}`;
  if (at >= latest) return 'the response does not end';
  return `the response stalled: no data within ${timeout}`;
}

function conclude({ checker, index, url, answer, body }: Asked): Turn {
  if (answer.phase !== 'whole' && !isTooMuchWork(body))
    return refuse(checker, url, answer.phase === 'malformed' ? answer.reason : 'the response is incomplete');
  const reason = judgeStatus(answer, url) ?? judgeBody(body, url);
  if (reason !== undefined) return refuse(checker, url, reason);
  if (index + 1 >= checker.url.length) return passed();
  return proceed((event) => connecting(checker, index + 1, event), { kind: 'reconnect' });
}

function judgeStatus(answer: HttpAnswer, { status_code }: HttpUrl): string | undefined {
  if (!('status' in answer)) return undefined;
  const { status } = answer;
  const ranges = status_code.length === 0 ? [{ min: 200, max: 299 }] : status_code;
  if (ranges.some(({ min, max }) => status >= min && status <= max)) return undefined;
  const texts = ranges.map(({ min, max }) => (min === max ? `${min}` : `${min} to ${max}`));
  return `HTTP status ${status} (${texts.join(', ')} expected)`;
}

/** With several URLs the reason names the one that failed. */
function refuse(checker: HttpChecker, url: HttpUrl, reason: string): Turn {
  return failed(checker.url.length > 1 ? `${url.path}: ${reason}` : reason);
}
