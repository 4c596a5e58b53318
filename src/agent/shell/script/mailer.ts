import { familyOf } from '../../../keepalived/text/address.ts';
import type { GlobalDefs } from '../../../keepalived/model/conf.ts';
import { mailConversation } from '../../core/probe/mail.ts';
import type { Conversation } from '../../core/probe/probe.ts';
import { placeAt } from '../check/place.ts';
import { randomNumbers } from '../check/random-numbers.ts';
import { type Talk, talk } from '../check/talk.ts';
import { talkTools } from '../check/talk-tools.ts';
import { timeOfDay } from '../sys/clock.ts';
import { hostname } from '../conf/conf-files.ts';
import type { Journal } from '../service/journal.ts';
import type { Loop } from '../loop/loop-types.ts';
import type { Sys } from '../sys/sys.ts';
import { formatMailDate } from './mail-date.ts';
import { resolveName } from './resolve-name.ts';

/** Limit of queued mails, so that a flapping real server cannot exhaust memory. */
const QUEUE_LENGTH = 100;

/** Sends alerts to `smtp_server`, one at a time. */
export interface Mailer {
  /** To be called at startup and after a reload. Queued mails keep their former settings. */
  readonly configure: (defs: MailDefs) => void;
  /** Does nothing without `smtp_server` and `notification_email`. */
  readonly send: (subject: string, body: string) => void;
  /** Calls `done` once no mail is queued or being sent, possibly from within this call. */
  readonly drain: (done: () => void) => void;
  /** Drops queued mails. */
  readonly close: () => void;
}

export type MailDefs = Pick<
  GlobalDefs,
  'notification_email' | 'notification_email_from' | 'smtp_server' | 'smtp_helo_name' | 'smtp_connect_timeout'
>;

interface Waiting {
  readonly server: { readonly address: string; readonly port: number };
  readonly timeout: number;
  readonly conversation: Conversation;
}

export function openMailer(sys: Sys, loop: Loop, journal: Journal): Mailer {
  const tools = { ...talkTools(sys, loop), random: randomNumbers(sys) };
  const queue: Waiting[] = [];
  let defs: MailDefs | undefined;
  let current: Talk | undefined;
  let busy = false;
  let ill: string | undefined;
  let lost = 0;
  let drained: (() => void) | undefined;

  /** Logs each failure reason once, and the number of lost mails on recovery. */
  const complain = (reason: string): void => {
    lost += 1;
    if (reason === ill) return;
    ill = reason;
    journal.log('warning', `cannot send alert mail: ${reason}`);
  };

  const ended = (failure: string | undefined): void => {
    if (failure !== undefined) complain(failure);
    else if (ill !== undefined) {
      journal.log('notice', `sending alert mails again; ${lost} lost`);
      ill = undefined;
      lost = 0;
    }
    busy = false;
    next();
  };

  const next = (): void => {
    if (busy) return;
    const waiting = queue.shift();
    if (waiting === undefined) {
      const done = drained;
      drained = undefined;
      done?.();
      return;
    }
    busy = true;
    const { server, timeout, conversation } = waiting;
    current = resolveName(tools, server.address, (resolved) => {
      if ('reason' in resolved) {
        ended(resolved.reason);
        return;
      }
      const { address } = resolved;
      const place = placeAt({ transport: 'tcp', family: familyOf(address), address, port: server.port, timeout });
      current = talk(tools, place, conversation, (result) =>
        ended(result.passed ? undefined : `${server.address} port ${server.port}: ${result.reason}`),
      );
    });
  };

  return {
    configure: (wanted) => {
      defs = wanted;
    },
    send: (subject, body) => {
      if (defs?.smtp_server === undefined || defs.notification_email.length === 0) return;
      if (queue.length >= QUEUE_LENGTH) {
        complain(`queue is full (${QUEUE_LENGTH})`);
        return;
      }
      const host = hostname(sys);
      const mail = {
        helo: defs.smtp_helo_name ?? host,
        from: defs.notification_email_from ?? `root@${host}`,
        to: defs.notification_email,
        date: formatMailDate(timeOfDay(sys)),
        subject,
        body,
      };
      const timeout = defs.smtp_connect_timeout;
      queue.push({ server: defs.smtp_server, timeout, conversation: mailConversation(mail, timeout) });
      next();
    },
    drain: (done) => {
      drained = done;
      next();
    },
    close: () => {
      queue.length = 0;
      current?.abandon();
    },
  };
}
