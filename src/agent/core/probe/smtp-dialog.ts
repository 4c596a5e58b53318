import { encodeUtf8 } from '../../../keepalived/text/utf8.ts';
import { failed, goOn, secondsText, type Turn } from './outcome.ts';
import type { Conversation, ProbeEvent } from './probe.ts';
import { hearReplies, quote, SMTP_SILENCE, type SmtpHeard, type SmtpReply } from './smtp-reply.ts';

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
