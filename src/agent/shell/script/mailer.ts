import { decodeName } from '../../core/bytes/text.ts';
import { familyOf } from '../../core/bytes/address.ts';
import type { GlobalDefs } from '../../core/conf/model.ts';
import { mailConversation } from '../../core/probe/mail.ts';
import type { Conversation, ProbeResult } from '../../core/probe/probe.ts';
import { type Place, place } from '../check/place.ts';
import { type Talk, talk, talkTools } from '../check/talk.ts';
import { timeOfDay } from '../clock.ts';
import type { Journal } from '../journal.ts';
import type { Loop } from '../loop-types.ts';
import type { Sys } from '../sys.ts';
import { call } from '../syscall-numbers.ts';
import { formatMailDate } from './mail-date.ts';

/** Mails that wait for the one that is being sent. A flapping real server must not fill the memory. */
const QUEUE_LENGTH = 100;

/** Sends alerts to `smtp_server`, one after the other. */
export interface Mailer {
  /** To be called at the start and after a reload: what waits is sent as it was meant. */
  readonly configure: (defs: MailDefs) => void;
  /** Nothing happens without `smtp_server` and `notification_email`. */
  readonly send: (subject: string, body: string) => void;
  /** What waits is lost. */
  readonly close: () => void;
}

export type MailDefs = Pick<
  GlobalDefs,
  'notification_email' | 'notification_email_from' | 'smtp_server' | 'smtp_helo_name' | 'smtp_connect_timeout'
>;

interface Waiting {
  readonly place: Place;
  readonly conversation: Conversation;
}

export function openMailer(sys: Sys, loop: Loop, journal: Journal): Mailer {
  const tools = talkTools(sys, loop);
  const queue: Waiting[] = [];
  let defs: MailDefs | undefined;
  let current: Talk | undefined;
  let ill: string | undefined;
  let lost = 0;

  /** Says that mails do not go out once for each reason, and how many were lost once they do again. */
  const complain = (reason: string): void => {
    lost += 1;
    if (reason === ill) return;
    ill = reason;
    journal.log('warning', `an alert could not be mailed: ${reason}; it is lost`);
  };

  const ended = (place: Place, result: ProbeResult): void => {
    current = undefined;
    if (!result.passed) complain(`${place.address} port ${place.port}: ${result.reason}`);
    else if (ill !== undefined) {
      journal.log('notice', `alerts are mailed again; ${lost} were lost`);
      ill = undefined;
      lost = 0;
    }
    next();
  };

  const next = (): void => {
    if (current !== undefined) return;
    const waiting = queue.shift();
    if (waiting === undefined) return;
    const { place, conversation } = waiting;
    current = talk(tools, place, conversation, (result) => ended(place, result));
  };

  return {
    configure: (wanted) => {
      defs = wanted;
    },
    send: (subject, body) => {
      if (defs?.smtp_server === undefined || defs.notification_email.length === 0) return;
      if (queue.length >= QUEUE_LENGTH) {
        complain(`${QUEUE_LENGTH} wait already`);
        return;
      }
      const host = hostName(sys);
      const mail = {
        helo: defs.smtp_helo_name ?? host,
        from: defs.notification_email_from ?? `root@${host}`,
        to: defs.notification_email,
        date: formatMailDate(timeOfDay(sys)),
        subject,
        body,
      };
      const conversation = mailConversation(mail, defs.smtp_connect_timeout);
      queue.push({ place: serverPlace(defs.smtp_server, defs.smtp_connect_timeout), conversation });
      next();
    },
    close: () => {
      queue.length = 0;
      current?.abandon();
      current = undefined;
    },
  };
}

function serverPlace(server: { readonly address: string; readonly port: number }, timeout: number): Place {
  return place({
    transport: 'tcp',
    family: familyOf(server.address),
    address: server.address,
    port: server.port,
    timeout,
    bindto: undefined,
    bind_if: undefined,
    bind_port: undefined,
    fwmark: undefined,
    tls: undefined,
  });
}

/** struct new_utsname of linux/utsname.h: fields of 65 bytes, the second is the name of the host. */
function hostName(sys: Sys): string {
  const names = new Uint8Array(6 * 65);
  call(sys, 'uname', names);
  const name = decodeName(names.subarray(65, 130));
  return name === '' ? 'localhost' : name;
}
