import type { Request } from '../../../src/failover/observation.ts';

/** Requests that end from `from` to `to`, inclusive, every `step` milliseconds, with one status. */
export function requests(from: number, to: number, step: number, status: number, tookMs = 2): readonly Request[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => {
    const endedAt = from + index * step;
    return { startedAt: endedAt - tookMs, endedAt, status };
  });
}

export const answered = (from: number, to: number, step: number): readonly Request[] => requests(from, to, step, 200);
export const failed = (from: number, to: number, step: number): readonly Request[] => requests(from, to, step, 0, 250);
