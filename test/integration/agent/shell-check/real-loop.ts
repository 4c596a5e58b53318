import { expect } from 'vitest';
import { nodeSys } from '../../../../src/agent/host-node/node-sys.ts';
import { EpollLoop } from '../../../../src/agent/shell/loop/loop.ts';
import type { Sys } from '../../../../src/agent/shell/sys/sys.ts';

export interface RealLoop {
  readonly sys: Sys;
  readonly loop: EpollLoop;
  /** Runs the loop for a while. */
  readonly turn: (milliseconds: number) => Promise<void>;
  /** Runs the loop until the condition holds, for at most five seconds. */
  readonly until: (isSo: () => boolean) => Promise<void>;
  /** Journal lines, such as `warning: text`. */
  readonly lines: string[];
  readonly journal: { readonly log: (level: string, text: string) => void };
  /** To be called at the end: fails if a callback threw. */
  readonly expectNoMistakes: () => void;
}

/** The real loop in this process. Servers must run in another one, because the loop blocks. */
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
