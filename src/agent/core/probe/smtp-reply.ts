import { oneLine } from '../bytes/one-line.ts';
import { decodeUtf8 } from '../bytes/text.ts';
import { concat } from '../bytes/write.ts';

/** RFC 5321 §4.5.3.1.5 allows 512 bytes a line; some lines together make one reply. */
const MOST_REPLY_BYTES = 16_384;

/** What an SMTP server says to one command. */
export interface SmtpReply {
  readonly code: number;
  /** Its last line, as `550 5.1.1 no such user`. */
  readonly line: string;
}

/** What was heard of replies so far. `malformed` says why nothing more is to be read. */
export interface SmtpHeard {
  readonly bytes: Uint8Array;
  readonly malformed: string | undefined;
}

export const SMTP_SILENCE: SmtpHeard = { bytes: new Uint8Array(0), malformed: undefined };

/** The replies that are whole by now (RFC 5321 §4.2.1: all lines but the last have a hyphen behind the code). */
export function hearReplies(
  heard: SmtpHeard,
  bytes: Uint8Array,
): { readonly heard: SmtpHeard; readonly replies: readonly SmtpReply[] } {
  const whole = concat([heard.bytes, bytes]);
  const replies: SmtpReply[] = [];
  let [begun, start] = [0, 0];
  for (let end = whole.indexOf(10); end >= 0; end = whole.indexOf(10, start)) {
    const line = decodeUtf8(whole.subarray(start, end)).replace(/\r$/, '');
    start = end + 1;
    const parts = /^(?<code>[2-5]\d\d)(?<more>[- ]|$)/.exec(line)?.groups;
    if (parts === undefined)
      return { heard: { ...SMTP_SILENCE, malformed: `the answer is no SMTP: ${quote(line)}` }, replies };
    if (parts['more'] === '-') continue;
    replies.push({ code: Number(parts['code']), line });
    begun = start;
  }
  const rest = whole.slice(begun);
  const malformed = rest.length > MOST_REPLY_BYTES ? `a reply is longer than ${MOST_REPLY_BYTES} bytes` : undefined;
  return { heard: { bytes: malformed === undefined ? rest : SMTP_SILENCE.bytes, malformed }, replies };
}

/** In quotes, without what would upset a terminal, and not endless. */
export function quote(line: string): string {
  const clean = oneLine(line);
  return `"${clean.length > 80 ? `${clean.slice(0, 80)}…` : clean}"`;
}
