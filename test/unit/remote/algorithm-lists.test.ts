import { describe, expect, it } from 'vitest';
import { applyList } from '../../../src/remote/algorithm-lists.ts';

describe('a list of algorithms', () => {
  const usual = ['a1', 'a2', 'b'];
  const supported = [...usual, 'old1', 'old2'];

  it.each([
    ['replaces the usual ones', 'b,old1', ['b', 'old1']],
    ['appends after `+`', '+old1,a1', ['a1', 'a2', 'b', 'old1']],
    ['removes after `-`, by pattern', '-a*', ['b']],
    ['puts first after `^`', '^b,old2', ['b', 'old2', 'a1', 'a2']],
    ['drops what is not supported', 'sntrup,b', ['b']],
    ['may leave nothing', 'sntrup', []],
  ])('%s', (_what, list, chosen) => {
    expect(applyList(list, usual, supported)).toEqual(chosen);
  });
});
