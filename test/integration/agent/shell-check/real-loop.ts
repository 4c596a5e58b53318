import { expect } from 'vitest';
import { nodeSys } from '../../../../src/agent/host-node/node-sys.ts';
import { EpollLoop } from '../../../../src/agent/shell/loop/loop.ts';
import type { Sys } from '../../../../src/agent/shell/sys/sys.ts';

export interface RealLoop {
  readonly sys: Sys;
  readonly loop: EpollLoop;
  /** Runs the loop for a while. */
  readonly turn: (milliseconds: number) => Promise<void>;
  /** Runs the loop until it is so, at most for five seconds. */
  readonly until: (isSo: () => boolean) => Promise<void>;
  /** Lines for the journal, as `warning: text`. */
  readonly lines: string[];
  readonly journal: { readonly log: (level: string, text: string) => void };
  /** To be asked at the end: nothing may have been thrown in a callback. */
  readonly expectNoMistakes: () => void;
}

/** The loop over the real kernel, in this process. Who answers it must be in another one. */
export function realLoop(): RealLoop {
  const sys = nodeSys([]);
  const mistakes: unknown[] = [];
  const loop = new EpollLoop(sys, (error) => mistakes.push(error));
  const lines: string[] = [];
  const turn = async (milliseconds: number): Promise<void> => {
    loop.at(loop.now() + milliseconds, () => loop.stop());
    await loop.run();
  };
  return {
    sys,
    loop,
    turn,
    until: async (isSo) => {
      const due = loop.now() + 5000;
      while (!isSo() && loop.now() < due) await turn(20);
    },
    lines,
    journal: { log: (level, text) => void lines.push(`${level}: ${text}`) },
    expectNoMistakes: () => expect(mistakes).toEqual([]),
  };
}
