import type { Request } from '../../../src/failover/requests.ts';

/** Requests that end from `from` to `to`, inclusive, every `step` milliseconds. */
export function requests(from: number, to: number, step: number, isAnswered: boolean, tookMs = 2): readonly Request[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => {
    const endedAt = from + index * step;
    return { startedAt: endedAt - tookMs, endedAt, answered: isAnswered };
  });
}

export const answered = (from: number, to: number, step: number): readonly Request[] => requests(from, to, step, true);
export const failed = (from: number, to: number, step: number): readonly Request[] =>
  requests(from, to, step, false, 250);
