import { describe, expect, it } from 'vitest';
import { healthProblem, type Seen, serversAt } from '../../../src/failover/health.ts';
import { answered, failed } from './stream.ts';

const one = [{ at: 0, host: 'dr1', holds: true }];
const seen = (over: Partial<Seen>): Seen => ({
  requests: answered(0, 3000, 20),
  holdings: one,
  tables: [],
  ...over,
});
const at3s = (over: Partial<Seen>): string | undefined => healthProblem(seen(over), 3000, 'VIP');

describe('a cluster is healthy', () => {
  it('when all requests of the last second were answered and one director holds the VIP', () => {
    expect(at3s({})).toBeUndefined();
    expect(at3s({ requests: [...failed(0, 1999, 20), ...answered(2000, 3000, 20)] })).toBeUndefined();
  });
});

describe('a cluster is not healthy', () => {
  it('while a request of the last second failed', () => {
    expect(at3s({ requests: [...answered(0, 3000, 20), ...failed(2500, 2500, 1)] })).toBe(
      '1 of the 51 requests of the last second failed',
    );
  });

  it('without requests, or with too few to decide', () => {
    expect(at3s({ requests: [] })).toBe('the request stream has only just started');
    expect(at3s({ requests: answered(2100, 3000, 20) })).toBe('the request stream has only just started');
    expect(at3s({ requests: answered(0, 1000, 20) })).toBe('no request completed in the last second');
  });

  it('with no owner or two owners of the VIP', () => {
    expect(at3s({ holdings: [] })).toBe('no director holds VIP');
    expect(at3s({ holdings: [...one, { at: 5, host: 'dr2', holds: true }] })).toBe(
      'dr1 and dr2 hold VIP at the same time',
    );
  });
});

it('uses the latest table of a director', () => {
  const tables = [
    { at: 1, host: 'dr1', servers: ['a', 'b'] },
    { at: 5, host: 'dr1', servers: ['a'] },
    { at: 6, host: 'dr2', servers: [] },
  ];
  expect(serversAt(tables, 'dr1', 4)).toEqual(['a', 'b']);
  expect(serversAt(tables, 'dr1', 9)).toEqual(['a']);
  expect(serversAt(tables, 'dr3', 9)).toBeUndefined();
});
