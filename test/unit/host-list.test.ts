import { expect, it } from 'vitest';
import { hostList } from '../../src/text/host-list.ts';

it.each([
  [[], ''],
  [['rs1'], 'rs1'],
  [['rs1', 'rs2'], 'rs1, rs2'],
  [['dr1', 'rs1', 'rs2', 'rs3', 'c1'], 'dr1, rs1 … rs3, c1'],
  [['web-09', 'web-10', 'web-11'], 'web-09 … web-11'],
  [['web-9', 'web-10', 'web-12'], 'web-9, web-10, web-12'],
  [['rs1', 'rs3', 'rs2'], 'rs1, rs3, rs2'],
])('lists %s', (names, text) => {
  expect(hostList(names)).toBe(text);
});
