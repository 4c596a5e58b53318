import koffi from 'koffi';
import type { Sys, SysArg } from '../shell/sys/sys.ts';
import { NodeChildren } from './node-children.ts';
import { NodeSignals } from './node-signals.ts';

/** `Sys` on Node: system calls through libc's syscall(2), signals and children through Node. Without TLS. */
export function nodeSys(argv: readonly string[]): Sys {
  const syscall = koffi
    .load(null)
    .func('long syscall(long, intptr_t, intptr_t, intptr_t, intptr_t, intptr_t, intptr_t)') as (
    ...words: readonly (number | bigint)[]
  ) => number | bigint;
  // Taking the address also moves a small array out of V8's movable heap.
  const word = (arg: SysArg | undefined): number | bigint => {
    if (arg === undefined) return 0;
    if (typeof arg !== 'object') return arg;
    return arg.length === 0 ? 0 : koffi.address(arg);
  };
  const signals = new NodeSignals();
  const children = new NodeChildren(() => signals.note('SIGCHLD'));
  return {
    arch: process.arch === 'arm64' ? 'arm64' : 'x64',
    argv,
    env: process.env,
    syscall: (number, a, b, c, d, e, f) => {
      const result = Number(syscall(number, word(a), word(b), word(c), word(d), word(e), word(f)));
      return result < 0 ? -koffi.errno() : result;
    },
    address: (bytes) => koffi.address(bytes),
    spawn: (spec) => children.spawn(spec),
    reap: () => children.reap(),
    catchSignals: (numbers) => signals.watch(numbers),
    signals: () => signals.take(),
    // Node's loop handles signals and exited children before it calls the immediate.
    breathe: () => new Promise((resolve) => setImmediate(resolve)),
    exit: (code) => process.exit(code),
    tls: undefined,
  };
}
