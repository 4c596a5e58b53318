import { oneLine } from '../../../keepalived/text/one-line.ts';
import { decodeUtf8, encodeUtf8 } from '../../../keepalived/text/utf8.ts';
import { concat } from '../bytes/write.ts';
import { type Conversation, type ProbeEvent, type Turn, failed, goOn, passed, secondsText } from './probe.ts';

/** RFC 5321 §4.5.3.1.5 allows 512 bytes a line; some lines together make one reply. */
const MOST_REPLY_BYTES = 16_384;
const MOST_LINE_BYTES = 512;
const [CARRIAGE_RETURN, SPACE, HYPHEN] = [0x0d, 0x20, 0x2d];

/** What an SMTP server says to one command. */
export interface SmtpReply {
  readonly code: number;
  /** Its last line, as `550 5.1.1 no such user`. */
  readonly line: string;
}

/** What was heard of replies so far. `malformed` says why nothing more is to be read. */
export interface SmtpHeard {
  /** What has come of a line that is not whole. */
  readonly bytes: Uint8Array;
  /** How long the reply is that is not whole, this line and those before it. */
  readonly length: number;
  readonly malformed: string | undefined;
}

export const SMTP_SILENCE: SmtpHeard = { bytes: new Uint8Array(0), length: 0, malformed: undefined };

/** The replies that are whole by now (RFC 5321 §4.2.1: all lines but the last have a hyphen behind the code). */
export function hearReplies(
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
      return { heard: { ...SMTP_SILENCE, malformed: `the answer is no SMTP: ${quote(textOf(line))}` }, replies };
    if (kind === 'more') continue;
    const text = textOf(line);
    replies.push({ code: Number(text.slice(0, 3)), line: text });
    length = 0;
  }
  const rest = whole.slice(start);
  length += rest.length;
  if (length > MOST_REPLY_BYTES)
    return { heard: { ...SMTP_SILENCE, malformed: `a reply is longer than ${MOST_REPLY_BYTES} bytes` }, replies };
  return { heard: { bytes: rest, length, malformed: undefined }, replies };
}

/** Undefined where a line does not begin with a code. */
function kindOf(line: Uint8Array): 'more' | 'last' | undefined {
  const [first = 0, second = 0, third = 0, next = CARRIAGE_RETURN] = line;
  if (first < 0x32 || first > 0x35 || !isDigit(second) || !isDigit(third)) return undefined;
  if (next === HYPHEN) return 'more';
  return next === SPACE || (next === CARRIAGE_RETURN && line.length <= 4) ? 'last' : undefined;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** Its start: nobody reads more of it. */
function textOf(line: Uint8Array): string {
  return decodeUtf8(line.subarray(0, MOST_LINE_BYTES)).replace(/\r$/, '');
}

/** In quotes, without what would upset a terminal, and not endless. */
export function quote(line: string): string {
  const clean = oneLine(line);
  return `"${clean.length > 80 ? `${clean.slice(0, 80)}…` : clean}"`;
}

/** What is to be done about the reply to one command. `otherwise` is what it comes to when there is no reply. */
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

/** A command and what comes after its reply. */
export function say(command: string, onReply: SmtpStep): SmtpNext {
  return { kind: 'say', bytes: encodeUtf8(`${command}\r\n`), asked: command.split(' ')[0] ?? command, onReply };
}

/** The reply of a server that does not want what it was asked. */
export function unwanted(asked: string, reply: SmtpReply, wanted: number): SmtpNext {
  return { kind: 'over', turn: failed(`${quote(reply.line)} to ${asked} (${wanted} expected)`) };
}

/**
 * A dialog in lines with an SMTP server: it greets, and from then on each reply is followed by one command. Each reply
 * has `timeout` milliseconds.
 */
export function smtpDialog(timeout: number, greeted: SmtpStep): Conversation {
  return {
    on: (event) => {
      if (event.kind === 'failed') return failed(event.reason);
      if (event.kind !== 'connected') return failed(`no connection within ${secondsText(timeout)}`);
      const waiting: Waiting = {
        timeout,
        asked: 'the connection',
        heard: SMTP_SILENCE,
        onReply: greeted,
        otherwise: undefined,
      };
      return goOn((next) => listen(waiting, next), { kind: 'deadline', due: event.at + timeout });
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
  if (event.kind === 'end') return failed(`closed without an answer to ${asked}`);
  if (event.kind === 'deadline') return failed(`no answer to ${asked} within ${secondsText(timeout)}`);
  if (event.kind !== 'data') return goOn((next) => listen(waiting, next));
  const { heard, replies } = hearReplies(waiting.heard, event.bytes);
  const [reply] = replies;
  if (reply === undefined) {
    if (heard.malformed !== undefined) return failed(heard.malformed);
    return goOn((next) => listen({ ...waiting, heard }, next));
  }
  // Nothing may be said before it is asked for: what comes behind the reply belongs to none of our commands.
  if (replies.length > 1 || heard.malformed !== undefined || heard.length > 0)
    return failed(`the server speaks out of turn after ${quote(reply.line)}`);
  const next = waiting.onReply(reply);
  if (next.kind === 'over') return next.turn;
  const following: Waiting = {
    timeout,
    asked: next.asked,
    heard: SMTP_SILENCE,
    onReply: next.onReply,
    otherwise: next.otherwise,
  };
  return goOn(
    (later) => listen(following, later),
    { kind: 'send', bytes: next.bytes },
    { kind: 'deadline', due: event.at + timeout },
  );
}

/** SMTP_CHECK: 220, HELO, 250, QUIT; what the server says to QUIT is not asked, but it must say something. */
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
