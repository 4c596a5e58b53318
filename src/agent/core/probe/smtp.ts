import { oneLine } from '../../../keepalived/text/one-line.ts';
import { decodeUtf8, encodeUtf8 } from '../../../keepalived/text/utf8.ts';
import { concat } from '../bytes/write.ts';
import { type Conversation, type ProbeEvent, type Turn, failed, proceed, passed, formatSeconds } from './probe.ts';

/** RFC 5321 §4.5.3.1.5 allows 512 bytes per line; a reply may have several. */
const MOST_REPLY_BYTES = 16_384;
const MOST_LINE_BYTES = 512;
const [CARRIAGE_RETURN, SPACE, HYPHEN] = [0x0d, 0x20, 0x2d];

/** The reply to one command. */
export interface SmtpReply {
  readonly code: number;
  /** Its last line, such as `550 5.1.1 no such user`. */
  readonly line: string;
}

/** Parser state of replies. `malformed` is the reason why parsing stopped. */
export interface SmtpHeard {
  /** The incomplete last line. */
  readonly bytes: Uint8Array;
  /** Length of the incomplete reply, with all its lines. */
  readonly length: number;
  readonly malformed: string | undefined;
}

export const SMTP_SILENCE: SmtpHeard = { bytes: new Uint8Array(0), length: 0, malformed: undefined };

/** Extracts complete replies (RFC 5321 §4.2.1: all lines but the last have a hyphen after the code). */
export function parseReplies(
  heard: SmtpHeard,
  bytes: Uint8Array,
): { readonly heard: SmtpHeard; readonly replies: readonly SmtpReply[] } {
  const whole = concat([heard.bytes, bytes]);
  const replies: SmtpReply[] = [];
  let length = heard.length - heard.bytes.length;
  let start = 0;
  for (let end = whole.indexOf(10); end >= 0; end = whole.indexOf(10, start)) {
    const line = whole.subarray(start, end);
    length += end + 1 - start;
    start = end + 1;
    const kind = kindOf(line);
    if (kind === undefined)
      return { heard: { ...SMTP_SILENCE, malformed: `the response is not SMTP: ${quote(textOf(line))}` }, replies };
    if (kind === 'more') continue;
    const text = textOf(line);
    replies.push({ code: Number(text.slice(0, 3)), line: text });
    length = 0;
  }
  const rest = whole.slice(start);
  length += rest.length;
  if (length > MOST_REPLY_BYTES)
    return { heard: { ...SMTP_SILENCE, malformed: `a reply exceeds ${MOST_REPLY_BYTES} bytes` }, replies };
  return { heard: { bytes: rest, length, malformed: undefined }, replies };
}

/** Undefined if the line does not start with a reply code. */
function kindOf(line: Uint8Array): 'more' | 'last' | undefined {
  const [first = 0, second = 0, third = 0, next = CARRIAGE_RETURN] = line;
  if (first < 0x32 || first > 0x35 || !isDigit(second) || !isDigit(third)) return undefined;
  if (next === HYPHEN) return 'more';
  return next === SPACE || (next === CARRIAGE_RETURN && line.length <= 4) ? 'last' : undefined;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** The text of a line, truncated. */
function textOf(line: Uint8Array): string {
  return decodeUtf8(line.subarray(0, MOST_LINE_BYTES)).replace(/\r$/, '');
}

/** Quotes a reply for the journal, without control characters and truncated. */
export function quote(line: string): string {
  const clean = oneLine(line);
  return `"${clean.length > 80 ? `${clean.slice(0, 80)}…` : clean}"`;
}

/** The next action in a dialog. `otherwise` is the result if the server does not reply. */
export type SmtpNext =
  | {
      readonly kind: 'say';
      readonly bytes: Uint8Array;
      readonly asked: string;
      readonly onReply: SmtpStep;
      readonly otherwise?: Turn;
    }
  | { readonly kind: 'over'; readonly turn: Turn };

export type SmtpStep = (reply: SmtpReply) => SmtpNext;

/** Sends a command and continues with its reply. */
export function say(command: string, onReply: SmtpStep): SmtpNext {
  return { kind: 'say', bytes: encodeUtf8(`${command}\r\n`), asked: command.split(' ')[0] ?? command, onReply };
}

/** Fails because of an unexpected reply. */
export function unwanted(asked: string, reply: SmtpReply, wanted: number): SmtpNext {
  return { kind: 'over', turn: failed(`${quote(reply.line)} to ${asked} (${wanted} expected)`) };
}

/**
 * A line-based dialog with an SMTP server: after the greeting, each reply is followed by one command. Each reply must
 * arrive within `timeout` milliseconds.
 */
export function smtpDialog(timeout: number, greeted: SmtpStep): Conversation {
  return {
    on: (event) => {
      if (event.kind === 'failed') return failed(event.reason);
      if (event.kind !== 'connected') return failed(`no connection within ${formatSeconds(timeout)}`);
      const waiting: Waiting = {
        timeout,
        asked: 'the connection',
        heard: SMTP_SILENCE,
        onReply: greeted,
        otherwise: undefined,
      };
      return proceed((next) => listen(waiting, next), { kind: 'deadline', due: event.at + timeout });
    },
  };
}

interface Waiting {
  readonly timeout: number;
  readonly asked: string;
  readonly heard: SmtpHeard;
  readonly onReply: SmtpStep;
  readonly otherwise: Turn | undefined;
}

function listen(waiting: Waiting, event: ProbeEvent): Turn {
  const { timeout, asked, otherwise } = waiting;
  const broke = event.kind === 'failed' || event.kind === 'end' || event.kind === 'deadline';
  if (broke && otherwise !== undefined) return otherwise;
  if (event.kind === 'failed') return failed(event.reason);
  if (event.kind === 'end') return failed(`connection closed without a reply to ${asked}`);
  if (event.kind === 'deadline') return failed(`no reply to ${asked} within ${formatSeconds(timeout)}`);
  if (event.kind !== 'data') return proceed((next) => listen(waiting, next));
  const { heard, replies } = parseReplies(waiting.heard, event.bytes);
  const [reply] = replies;
  if (reply === undefined) {
    if (heard.malformed !== undefined) return failed(heard.malformed);
    return proceed((next) => listen({ ...waiting, heard }, next));
  }
  // Without pipelining, data after a reply cannot belong to any of our commands.
  if (replies.length > 1 || heard.malformed !== undefined || heard.length > 0)
    return failed(`unsolicited data after ${quote(reply.line)}`);
  const next = waiting.onReply(reply);
  if (next.kind === 'over') return next.turn;
  const following: Waiting = {
    timeout,
    asked: next.asked,
    heard: SMTP_SILENCE,
    onReply: next.onReply,
    otherwise: next.otherwise,
  };
  return proceed(
    (later) => listen(following, later),
    { kind: 'send', bytes: next.bytes },
    { kind: 'deadline', due: event.at + timeout },
  );
}

/** SMTP_CHECK: 220, HELO, 250, QUIT. Any reply to QUIT passes, but there must be one. */
export function smtpConversation(checker: {
  readonly connect_timeout: number;
  readonly helo_name: string;
}): Conversation {
  return smtpDialog(checker.connect_timeout, (greeting) => {
    if (greeting.code !== 220) return unwanted('the connection', greeting, 220);
    return say(`HELO ${checker.helo_name}`, (reply) => {
      if (reply.code !== 250) return unwanted('HELO', reply, 250);
      return say('QUIT', () => ({ kind: 'over', turn: passed() }));
    });
  });
}
