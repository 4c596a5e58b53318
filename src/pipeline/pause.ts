import { setTimeout as delay } from 'node:timers/promises';
import { interrupted } from '../failure.ts';

/** @throws Failure `interrupted` as soon as the signal aborts */
export async function pause(seconds: number, signal: AbortSignal, when: string): Promise<void> {
  await delay(seconds * 1000, undefined, { signal }).catch(() => {
    throw interrupted(when);
  });
}
