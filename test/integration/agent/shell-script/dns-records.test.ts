import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { fromHex } from '../../../../src/keepalived/text/utf8.ts';
import { firstAddress } from '../../../../src/agent/shell/script/dns-records.ts';

const HEADER = (answers: number): string => `1234 8180 0001 ${answers.toString(16).padStart(4, '0')} 0000 0000`;
const QUESTION = '046d61696c 076578616d706c65 00 0001 0001';
const A = 'c00c 0001 0001 0000003c 0004 c0000205';
const AAAA = 'c00c 001c 0001 0000003c 0010 20010db8000000000000000000000001';
const CNAME = 'c00c 0005 0001 0000003c 0008 0572656c6179c011';

function message(...parts: readonly string[]): Uint8Array {
  return fromHex(parts.join('').replaceAll(' ', '')) ?? new Uint8Array(0);
}

it.each([
  ['an address', message(HEADER(1), QUESTION, A), '192.0.2.5'],
  ['an IPv6 address', message(HEADER(1), QUESTION, AAAA), '2001:db8::1'],
  ['an alias and its address', message(HEADER(2), QUESTION, CNAME, A), '192.0.2.5'],
  ['an alias alone', message(HEADER(1), QUESTION, CNAME), undefined],
  ['no answers', message(HEADER(0), QUESTION), undefined],
  ['a truncated answer', message(HEADER(1), QUESTION, A).subarray(0, -1), undefined],
  ['a truncated question', message(HEADER(1), QUESTION).subarray(0, 20), undefined],
])('decodes %s', (_what, bytes, address) => {
  expect(firstAddress(bytes)).toBe(address);
});

it('terminates without throwing for any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      expect(['string', 'undefined']).toContain(typeof firstAddress(bytes));
    }),
  );
});
