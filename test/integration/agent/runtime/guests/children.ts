import { decodeUtf8 } from '../../../../../src/keepalived/text/utf8.ts';
import { call } from '../../../../../src/agent/shell/sys/syscall-numbers.ts';
import type { Exit, SpawnSpec } from '../../../../../src/agent/shell/sys/sys.ts';
import { pipe, sys, print } from './host.ts';

const SIGCHLD = 17;
const SIGTERM = 15;
const EPOLL_CLOEXEC = 0o2000000;
const SCHED_FIFO = 1;

sys.catchSignals([SIGCHLD, SIGTERM]);
// As the agent does if permitted.
call(sys, 'sched_setscheduler', 0, SCHED_FIFO, Uint8Array.of(10, 0, 0, 0));
// A descriptor without close-on-exec.
call(sys, 'fcntl', 1, 0, 100);

const [output, input] = pipe();

/** The output and exit status of a shell. */
function ask(script: string, identity?: SpawnSpec['identity']): { output: string; exit: Exit | undefined } {
  const argv = ['/bin/sh', '-c', script, 'sh', 'ünïcode', ''];
  const pid = sys.spawn({ argv, env: { WORD: 'grün', EMPTY: '' }, identity, stdio: [undefined, input, input] });
  if (pid < 0) return { output: `not started: ${String(pid)}`, exit: undefined };
  let exits: readonly Exit[] = [];
  while (exits.length === 0) {
    call(sys, 'epoll_pwait', epoll, new Uint8Array(16), 1, 10, 0, 8);
    exits = sys.reap();
  }
  const buffer = new Uint8Array(4096);
  const length = call(sys, 'read', output, buffer, buffer.length);
  const [exit] = exits;
  return {
    output: length < 0 ? '' : decodeUtf8(buffer.subarray(0, length)),
    exit: exit?.pid === pid ? { ...exit, pid: 1 } : exit,
  };
}

const epoll = call(sys, 'epoll_create1', EPOLL_CLOEXEC);
const own = { uid: 1234, gid: 2345, groups: [77, 88] };
print(ask('printf "%s|%s|%s|%s|%s" "$#" "$1" "$2" "$WORD" "$EMPTY"; exit 3'));
print(ask('kill -TERM $$; sleep 5'));
print(ask('read -r line; printf "read %s" "$?"'));
print(ask('cd /proc/self/fd && printf "%s " *'));
print(ask('grep -E "^Sig(Blk|Ign)" /proc/self/status | tr -d "\\n\\t"'));
print(ask('set -- $(cat /proc/$$/stat); [ "$1" = "$6" ] && shift 39 && printf "leader %s %s" "$1" "$2"'));
print(ask('printf "%s %s %s" "$(id -u)" "$(id -g)" "$(id -G)"', own));
print({
  missing: sys.spawn({ argv: ['/no/such'], env: {}, identity: undefined, stdio: [undefined, 1, 2] }),
  noProgram: sys.spawn({ argv: ['/etc/passwd'], env: {}, identity: undefined, stdio: [undefined, 1, 2] }),
  left: sys.reap(),
});
