import { call } from '../../../../../src/agent/shell/sys/syscall-numbers.ts';
import { pipe, sys, print } from './host.ts';

const [SIGHUP, SIGUSR1, SIGUSR2, SIGTERM] = [1, 10, 12, 15];

const kill = (signal: number): number => call(sys, 'kill', call(sys, 'getpid'), signal);
const first = sys.catchSignals([SIGHUP, SIGUSR1]);
const second = sys.catchSignals([SIGHUP, SIGUSR1, SIGUSR2]);
print({ descriptor: first !== undefined && first > 2 && first === second, none: sys.signals() });
for (const signal of [SIGUSR1, SIGHUP, SIGUSR2]) kill(signal);
print({ caught: sys.signals().toSorted((a, b) => a - b), after: sys.signals() });
// A broken pipe returns an error instead of raising a signal.
const [reads, writes] = pipe();
call(sys, 'close', reads);
print({ unread: call(sys, 'write', writes, Uint8Array.of(10), 1) });
kill(SIGTERM);
print('not reached');
