import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../failure.ts';

/** @param when what was under way, as in `while connecting` */
export function interrupted(when: string): Failure {
  return new Failure('interrupted', `Interrupted ${when}.`);
}

/** @throws Failure `interrupted` as soon as the signal aborts */
export async function pause(seconds: number, signal: AbortSignal, when: string): Promise<void> {
  await delay(seconds * 1000, undefined, { signal }).catch(() => {
    throw interrupted(when);
  });
}
