import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { deadline } from '../../../src/remote/deadline.ts';

describe('a deadline', () => {
  const never = new AbortController().signal;

  it('aborts when the time is up', async () => {
    const limit = deadline(never, 10);
    expect(limit.signal.aborted).toBe(false);
    await delay(30);
    expect([limit.signal.aborted, limit.leftMs()]).toEqual([true, 1]);
  });

  it('aborts with the other signal, even if that has aborted before', () => {
    const other = new AbortController();
    const limit = deadline(other.signal, 60_000);
    other.abort();
    expect(limit.signal.aborted).toBe(true);
    expect(deadline(other.signal, 60_000).signal.aborted).toBe(true);
    limit.done();
  });

  it('does nothing after it is done', async () => {
    const other = new AbortController();
    const limit = deadline(other.signal, 10);
    limit.done();
    other.abort();
    await delay(30);
    expect(limit.signal.aborted).toBe(false);
  });

  it('may be infinite', async () => {
    const limit = deadline(never, Infinity);
    await delay(10);
    expect(limit.signal.aborted).toBe(false);
    limit.done();
  });
});
