import { mailMessage, oneLine, type Mail } from './mail-message.ts';
import { failed, passed } from './outcome.ts';
import type { Conversation } from './probe.ts';
import { say, smtpDialog, unwanted, type SmtpNext } from './smtp-dialog.ts';
import { quote } from './smtp-reply.ts';

/**
 * Sends a mail (RFC 5321 §3.3). It passes when every recipient was taken. When only some were the mail is sent to
 * those, and the result is a failure that names the others and what the server said of them.
 * @param timeout milliseconds for the connection and for each reply
 */
export function mailConversation(mail: Mail, timeout: number): Conversation {
  return smtpDialog(timeout, (greeting) => {
    if (greeting.code !== 220) return unwanted('the connection', greeting, 220);
    return say(`HELO ${oneLine(mail.helo)}`, (hello) => {
      if (hello.code !== 250) return unwanted('HELO', hello, 250);
      return say(`MAIL FROM:<${bare(mail.from)}>`, (sender) => {
        if (sender.code !== 250) return unwanted('MAIL', sender, 250);
        return recipients(mail, 0, []);
      });
    });
  });
}

function recipients(mail: Mail, index: number, refused: readonly string[]): SmtpNext {
  const to = mail.to[index];
  if (to !== undefined)
    return say(`RCPT TO:<${bare(to)}>`, (reply) => {
      const taken = reply.code === 250 || reply.code === 251;
      return recipients(mail, index + 1, taken ? refused : [...refused, `${bare(to)} (${quote(reply.line)})`]);
    });
  if (refused.length === mail.to.length)
    return {
      kind: 'over',
      turn: failed(mail.to.length === 0 ? 'no recipient is given' : `refused for ${refused.join(', ')}`),
    };
  return say('DATA', (ready) => {
    if (ready.code !== 354) return unwanted('DATA', ready, 354);
    return {
      kind: 'say',
      bytes: mailMessage(mail),
      asked: 'the mail',
      onReply: (taken) => {
        if (taken.code !== 250) return unwanted('the mail', taken, 250);
        const turn = refused.length === 0 ? passed() : failed(`sent, but refused for ${refused.join(', ')}`);
        // The mail is sent: whether the server says good-bye changes nothing.
        return { ...say('QUIT', () => ({ kind: 'over', turn })), otherwise: turn };
      },
    };
  });
}

/** The address alone, of `Name <address>` too. */
function bare(address: string): string {
  return oneLine(/<(?<inner>[^>]*)>/.exec(address)?.groups?.['inner'] ?? address).replaceAll(/[<> ]/g, '');
}
