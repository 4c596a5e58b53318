import { ByteReader } from '../core/bytes/byte-reader.ts';
import { u64le } from '../core/bytes/write.ts';
import type { Exit, Sys } from '../shell/sys/sys.ts';
import type { Host } from './host.ts';
import { spawnStatic } from './static-spawn.ts';

/** System call numbers used by this host only: x86-64 (asm/unistd_64.h), arm64 (asm-generic/unistd.h). */
const NUMBERS = {
  x64: { exitGroup: 231, read: 0, sigprocmask: 14, signalfd: 289, wait: 61 },
  arm64: { exitGroup: 94, read: 63, sigprocmask: 135, signalfd: 74, wait: 260 },
} as const;

const SIG_BLOCK = 0;
const SFD_NONBLOCK_CLOEXEC = 0o2004000;
const WNOHANG = 1;
/** sizeof(struct signalfd_siginfo), which starts with the signal number. */
const SIGINFO_SIZE = 128;

/** `Sys` on the static runtime. */
export function staticSys(host: Host): Sys {
  const { arch, argv, env, syscall, address, tls } = host;
  const numbers = NUMBERS[arch];
  let signalFd = -1;
  return {
    arch,
    argv,
    env,
    syscall,
    address,
    tls,
    spawn: (spec) => spawnStatic(host, spec),
    reap: () => {
      const exits: Exit[] = [];
      const status = new Uint8Array(4);
      for (;;) {
        const pid = syscall(numbers.wait, -1, status, WNOHANG, 0);
        if (pid <= 0) return exits;
        exits.push(decodeExit(pid, status));
      }
    },
    catchSignals: (signals) => {
      const set = u64le(signals.reduce((bits, signal) => bits | (1n << BigInt(signal - 1)), 0n));
      syscall(numbers.sigprocmask, SIG_BLOCK, set, 0, set.length);
      // A second call changes the signal set of the existing descriptor.
      signalFd = syscall(numbers.signalfd, signalFd, set, set.length, SFD_NONBLOCK_CLOEXEC);
      if (signalFd < 0) throw new Error(`signalfd4 failed with errno ${String(-signalFd)}`);
      return signalFd;
    },
    signals: () => {
      const caught: number[] = [];
      const info = new Uint8Array(SIGINFO_SIZE);
      while (syscall(numbers.read, signalFd, info, info.length) === SIGINFO_SIZE)
        caught.push(new ByteReader(info).u32le());
      return caught;
    },
    breathe: undefined,
    exit: (code) => {
      syscall(numbers.exitGroup, code);
      throw new Error('exit_group returned');
    },
  };
}

/** Decodes a wait4 status: the signal in the low seven bits, otherwise the exit code above (linux/wait.h). */
function decodeExit(pid: number, status: Uint8Array): Exit {
  const [low = 0, code = 0] = status;
  const signal = low & 0x7f;
  return signal === 0 ? { pid, code, signal: undefined } : { pid, code: undefined, signal };
}
