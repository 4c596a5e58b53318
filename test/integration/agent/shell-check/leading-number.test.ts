import { expect, it } from 'vitest';
import { encodeUtf8 } from '../../../../src/keepalived/text/utf8.ts';
import { leadingNumber } from '../../../../src/agent/shell/check/leading-number.ts';

it.each([
  ['5', 5],
  ['5\n', 5],
  ['  \t-254 down', -254],
  ['+7', 7],
  ['1.9', 1],
  ['0x10', 0],
  ['', undefined],
  ['up', undefined],
  ['-', undefined],
  ['\u00e9 5', undefined],
])('parses %o as %o', (text, number) => {
  expect(leadingNumber(encodeUtf8(text))).toBe(number);
});
