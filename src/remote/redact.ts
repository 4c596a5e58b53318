import { REDACTED } from '../text/secret.ts';
import { quote } from './command.ts';
import { encodedForms } from './encoded-forms.ts';

/** A shorter secret, such as `1111`, may occur in unrelated numbers and addresses. */
const SHORT = 6;

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}

/**
 * A short secret matches only as a word of its own: not in `111112` or `10.1111`, but in `1111.` at the end of a
 * sentence.
 */
function pattern(form: string): string {
  const text = escape(form);
  return form.length < SHORT ? `(?<![A-Za-z0-9]\\.?)${text}(?!\\.?[A-Za-z0-9])` : text;
}

/**
 * Replaces every secret: plain, shell-quoted and in common encodings. The longest goes first, so that a secret that contains another is
 * replaced as a whole.
 */
export function redact(text: string, secrets: readonly string[]): string {
  return redactor(secrets)(text);
}

/** Redacts many texts with the same secrets. */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const forms = new Set(
    secrets
      .filter((secret) => secret !== '' && !secret.includes('\0'))
      .flatMap((secret) => [quote(secret), secret, ...encodedForms(secret)]),
  );
  if (forms.size === 0) return (text) => text;
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  const any = new RegExp(longestFirst.map(pattern).join('|'), 'g');
  return (text) => text.replaceAll(any, REDACTED);
}

/** maximum characters of a command in an error */
const HEAD = 160;

/** The first line of a script, redacted before it is truncated, so that no part of a secret remains. */
export function headOf(script: string, secrets: readonly string[]): string {
  const safe = redact(script, secrets).trim();
  const line = safe.split('\n', 1)[0] ?? '';
  const head = line.length > HEAD ? line.slice(0, HEAD) : line;
  return head.length < safe.length ? `${head} …` : head;
}
