import { encodeUtf8 } from '../../../keepalived/text/utf8.ts';

/** A mail to be sent. `date` is the shell's, as RFC 5322 §3.3 writes it: the core has no time of day. */
export interface Mail {
  readonly helo: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly body: string;
  readonly date: string;
}

/** What follows DATA, with the line of a single dot that ends it (RFC 5321 §4.5.2). */
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
    ...body.replace(/\n+$/, '').split(/\r?\n/),
  ];
  return encodeUtf8(`${lines.map((line) => (line.startsWith('.') ? `.${line}` : line)).join('\r\n')}\r\n.\r\n`);
}

/** A header ends with its line: whoever could put a line break into it could write headers of his own. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f]+/g, ' ');
}

/** ASCII as it is, anything else as encoded words of at most 75 characters (RFC 2047 §2). */
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
