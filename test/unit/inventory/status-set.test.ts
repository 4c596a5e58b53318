import { describe, expect, it } from 'vitest';
import { includesStatus, parseStatusSet } from '../../../src/inventory/status-set.ts';

describe('a set of HTTP statuses', () => {
  it.each([
    ['200', [{ min: 200, max: 200 }]],
    [
      ' 200-399  403 ',
      [
        { min: 200, max: 399 },
        { min: 403, max: 403 },
      ],
    ],
  ])('reads %j', (text, set) => {
    expect(parseStatusSet(text)).toEqual(set);
  });

  it.each(['', '20', '99', '600', '399-200', '200-', '200,301', '2xx', '200 x', '-200', '200-300-400'])(
    'rejects %j',
    (text) => {
      expect(parseStatusSet(text)).toBeUndefined();
    },
  );

  it('has what lies within its ranges', () => {
    const set = parseStatusSet('200-299 403') ?? [];
    expect([199, 200, 299, 300, 403, 404, 0].map((status) => includesStatus(set, status))).toEqual([
      false,
      true,
      true,
      false,
      true,
      false,
      false,
    ]);
  });
});
