import { encodeUtf8 } from '../../../keepalived/text/utf8.ts';
import { type Conversation, failed, passed } from './probe.ts';
import { type SmtpNext, quote, say, smtpDialog, unwanted } from './smtp.ts';

/** A mail to send. `date` is in the format of RFC 5322 §3.3 and comes from the shell, as the core has no wall clock. */
export interface Mail {
  readonly helo: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly body: string;
  readonly date: string;
}

/** The message after DATA, including the terminating dot (RFC 5321 §4.5.2). */
export function mailMessage({ from, to, subject, body, date }: Mail): Uint8Array {
  const lines = [
    `Date: ${date}`,
    `From: ${oneLine(from)}`,
    `To: ${to.map(oneLine).join(',\r\n ')}`,
    `Subject: ${headerText(oneLine(subject))}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    'Auto-Submitted: auto-generated',
    '',
    ...body.replace(/(?<!\n)\n+$/, '').split(/\r?\n/),
  ];
  return encodeUtf8(`${lines.map((line) => (line.startsWith('.') ? `.${line}` : line)).join('\r\n')}\r\n.\r\n`);
}

/** Removes control characters, so that line breaks cannot inject headers. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f]+/g, ' ');
}

/** Leaves ASCII unchanged and encodes anything else as words of at most 75 characters (RFC 2047 §2). */
function headerText(text: string): string {
  if (/^[\u0020-\u007e]*$/.test(text)) return text;
  const words: string[] = [];
  let word = '';
  for (const character of text) {
    const coded = [...encodeUtf8(character)].map(codedByte).join('');
    if (word.length + coded.length > 60) {
      words.push(word);
      word = '';
    }
    word += coded;
  }
  return [...words, word].map((coded) => `=?utf-8?q?${coded}?=`).join('\r\n ');
}

function codedByte(byte: number): string {
  const character = String.fromCharCode(byte);
  if (/[A-Za-z0-9]/.test(character)) return character;
  return byte === 32 ? '_' : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

/**
 * Sends a mail (RFC 5321 §3.3). Passes if every recipient was accepted. If only some were, the mail is sent to those
 * and the result is a failure that lists the others with the server's replies.
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
      turn: failed(mail.to.length === 0 ? 'no recipient configured' : `refused for ${refused.join(', ')}`),
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
        // The mail has been accepted, so a failed QUIT is not an error.
        return { ...say('QUIT', () => ({ kind: 'over', turn })), otherwise: turn };
      },
    };
  });
}

/** The bare address, also of `Name <address>`. */
function bare(address: string): string {
  return oneLine(/<(?<inner>[^<>]*)>/.exec(address)?.groups?.['inner'] ?? address).replaceAll(/[<> ]/g, '');
}
