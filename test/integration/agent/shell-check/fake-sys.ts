import type { Sys, SysArg, Tls } from '../../../../src/agent/shell/sys/sys.ts';
import { call, type SyscallName } from '../../../../src/agent/shell/sys/syscall-numbers.ts';

/** What each system call answers; an array is used up from the left. */
export type Answers = Readonly<
  Partial<Record<SyscallName, number | number[] | ((...args: readonly SysArg[]) => number)>>
>;

export interface FakeSys {
  readonly sys: Sys;
  /** The names of the calls so far, in their order. */
  readonly calls: SyscallName[];
}

/** A host that refuses whatever it was not told of. */
export function fakeSys(answers: Answers, tls?: Tls): FakeSys {
  const calls: SyscallName[] = [];
  const refuse = (what: string) => (): never => {
    throw new Error(`${what} was not expected here`);
  };
  const names = new Map<number, SyscallName>();
  const syscall = (number: number, ...args: readonly SysArg[]): number => {
    const name = names.get(number);
    const answer = name === undefined ? undefined : answers[name];
    if (name === undefined || answer === undefined) throw new Error(`system call ${number} was not expected here`);
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
