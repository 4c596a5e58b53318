import * as fc from 'fast-check';
import type { Streams } from '../../src/cli/screen.ts';

const NASTY = [
  '\u001B]52;c;aGk=\u0007',
  '\u001B]0;title\u0007',
  '\u001B[2J\u001B[H',
  '\u001B[5;5Hforged',
  '\u009B31m',
  '\u009D0;title\u009C',
  '\r',
  '\n',
  '\r\nVerified: 12 checks passed.',
  '\nvirtual_ipaddress {',
  '\b\b\b\b',
  '\t',
  '\u007F',
  '\0',
  '\u202Eevil\u2066',
  '\u200B\u2060\uFEFF\u00AD\u3164',
  '\u2028\u2029\u0085',
  '\uD800',
  '\u{E0041}',
  'e\u0301\u0301\u0301\u0301\u0301\u0301',
  '漢字😀',
  ' '.repeat(80),
  '\u00A0'.repeat(80),
  'x'.repeat(90),
  '$& $1 %s',
] as const;

/** What a host, a page or a file might say to get out of its place. */
export const hostileText = fc
  .array(
    fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'binary', maxLength: 6 }), fc.string({ maxLength: 6 })),
    {
      minLength: 1,
      maxLength: 8,
    },
  )
  .map((parts) => parts.join(''))
  .filter((text) => text !== '');

/** The same in one line: a line of what a host said. */
export const hostileLine = hostileText.map((text) => text.replaceAll('\n', ' '));

/** Two outputs that keep what is written to them. */
export function recordingStreams(
  columns?: number,
): Streams & { readonly out: () => string; readonly err: () => string } {
  const written = { out: '', err: '' };
  const stream = (name: 'out' | 'err') => ({
    isTTY: columns !== undefined,
    ...(columns !== undefined && { columns }),
    write: (text: string) => {
      written[name] += text;
    },
  });
  return { stdout: stream('out'), stderr: stream('err'), out: () => written.out, err: () => written.err };
}
