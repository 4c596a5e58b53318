import { Failure } from '../failure.ts';
import { type Command, sh } from '../remote/command.ts';
import type { Transport } from '../remote/transport.ts';
import { WORK } from './script.ts';

/** Seconds a new run waits for a former one whose connection has just gone. */
const GRACE_SECONDS = 4;

/**
 * Holds an flock until its input ends, which it does when the connection dies; the kernel drops the lock with the shell
 * that held it. A script that a former run left at work, because its connection died, is waited for too; then the lock
 * itself can be had, and who has it says `left` of that run. busybox's flock cannot wait, so the shell does.
 */
function holdScript(owner: string): Command {
  return sh`mkdir -p /run/lvsctl && exec 9>>/run/lvsctl/lock 8>>${WORK} || exit 1
command -v flock >/dev/null || { echo 'there is no flock' >&2; exit 1; }
tries=0
until flock -n 9 && flock -n 8; do
[ $tries -lt ${GRACE_SECONDS} ] || {
flock -n 9 && who=left || who=held
owner=; read -r owner < /run/lvsctl/owner; printf '%s %s\\n' $who "$owner"; exit 75; }
tries=$((tries + 1))
sleep 1
done
exec 8>&-
printf '%s\\n' ${owner} > /run/lvsctl/owner
echo locked
cat 9>&- >/dev/null`;
}

export interface Lock {
  release(): void;
}

/**
 * Takes the lock of one host and keeps it until `release`, or until the connection ends. `signal` ends the waiting for
 * it and no more: a run that is interrupted has a wave to finish.
 * @param owner who runs this, since when, and what for
 * @throws Failure `locked` when another run holds it; whatever the transport throws.
 */
export async function lockHost(transport: Transport, owner: string, signal: AbortSignal): Promise<Lock> {
  const release = new AbortController();
  const stop = (): void => release.abort();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const held = new Promise<Lock>((resolve, reject) => {
    let refused: Failure | undefined;
    transport
      .run(holdScript(owner), {
        timeoutMs: Number.POSITIVE_INFINITY,
        stdin: 'open',
        signal: release.signal,
        onLine: (line) => {
          if (line === 'locked') resolve({ release: () => release.abort() });
          else if (line.startsWith('held ')) refused = heldBy(transport.host, line.slice('held '.length));
          else if (line.startsWith('left ')) refused = leftBy(transport.host, line.slice('left '.length));
        },
      })
      .then((result) => reject(refused ?? noLock(transport.host, result.stderr)))
      // After `locked` has been seen this is the release, or a lost connection that every other call meets as well.
      .catch(reject);
  });
  try {
    return await held;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function heldBy(host: string, holder: string): Failure {
  return new Failure('locked', `${host}: another run is at work: ${named(holder)}`, {
    host,
    hint: 'Wait until it has ended and run the same command again.',
    retryable: true,
  });
}

function leftBy(host: string, holder: string): Failure {
  return new Failure(
    'locked',
    `${host}: still busy with what a run began whose connection has ended: ${named(holder)}`,
    {
      host,
      hint: 'The host ends that by itself; wait until it has and run the same command again.',
      retryable: true,
    },
  );
}

const named = (holder: string): string => (holder === '' ? 'by someone unknown' : holder);

function noLock(host: string, stderr: string): Failure {
  return new Failure('command', `${host}: the lock in /run/lvsctl could not be taken`, {
    host,
    stderr,
    hint: 'lvsctl needs flock(1) of util-linux or busybox on every host.',
  });
}
