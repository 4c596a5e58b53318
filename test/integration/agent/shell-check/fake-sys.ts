import type { Sys, SysArg, Tls } from '../../../../src/agent/shell/sys/sys.ts';
import { call, type SyscallName } from '../../../../src/agent/shell/sys/syscall-numbers.ts';

/** The results of each system call; arrays are consumed from the left. */
export type Answers = Readonly<
  Partial<Record<SyscallName, number | number[] | ((...args: readonly SysArg[]) => number)>>
>;

export interface FakeSys {
  readonly sys: Sys;
  /** Names of the calls made, in order. */
  readonly calls: SyscallName[];
}

/** A host that throws on unexpected calls. */
export function fakeSys(answers: Answers, tls?: Tls): FakeSys {
  const calls: SyscallName[] = [];
  const refuse = (what: string) => (): never => {
    throw new Error(`unexpected ${what}`);
  };
  const names = new Map<number, SyscallName>();
  const syscall = (number: number, ...args: readonly SysArg[]): number => {
    const name = names.get(number);
    const answer = name === undefined ? undefined : answers[name];
    if (name === undefined || answer === undefined) throw new Error(`unexpected system call ${number}`);
    calls.push(name);
    if (typeof answer === 'number') return answer;
    if (typeof answer === 'function') return answer(...args);
    const next = answer.shift();
    if (next === undefined) throw new Error(`${name} was called more often than expected`);
    return next;
  };
  const sys: Sys = {
    arch: 'x64',
    argv: [],
    env: {},
    syscall,
    address: refuse('the address of memory'),
    spawn: refuse('a program'),
    reap: () => [],
    catchSignals: () => undefined,
    signals: () => [],
    breathe: undefined,
    exit: refuse('an exit'),
    tls,
  };
  const numbering: Sys = { ...sys, syscall: (number) => number };
  for (const name of Object.keys(answers) as SyscallName[]) names.set(call(numbering, name), name);
  return { sys, calls };
}
