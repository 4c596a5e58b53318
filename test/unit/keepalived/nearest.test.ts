import { expect, it } from 'vitest';
import { nearest } from '../../../src/keepalived/nearest.ts';

it.each([
  ['vips', ['vip', 'directors'], 'vip'],
  ['clinet', ['client', 'engine'], 'client'],
  ['priorty', ['priority', 'port'], 'priority'],
  ['real_sever', ['real_server', 'real_servers'], 'real_server'],
  ['x', ['vip', 'name'], undefined],
  ['', ['vip'], undefined],
  ['a'.repeat(1000), ['a'.repeat(999)], undefined],
])('the nearest word to %s', (text, words, expected) => {
  expect(nearest(text, words)).toBe(expected);
});
