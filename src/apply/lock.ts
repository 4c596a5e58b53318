import { Failure } from '../failure.ts';
import type { Result, Transport } from '../remote/transport.ts';
import { LEASE_SECONDS, holdLease } from './lease.ts';

/** Heartbeats per lease lifetime, so that some may be late or lost. */
const BEATS_PER_LEASE = 4;

/** Time-out in milliseconds for releasing a lease; it expires by itself otherwise. */
const RELEASE_MS = 3000;

/** Maximum characters of a host's answer about a holder. */
const LONGEST = 300;

export interface LeaseRequest {
  /** Unique for each run, the same on all hosts; other runs see it as the ID of the lock. */
  readonly nonce: string;
  /** Who holds the lock, from where, since when and what for. */
  readonly owner: string;
  /** Seconds without a heartbeat until the lease expires. */
  readonly seconds?: number;
}

export interface Lock {
  readonly host: string;
  /** Why it is no longer held; undefined while it is. */
  lost(): Failure | undefined;
  /** Releases it; never throws. */
  release(): Promise<void>;
}

/**
 * Takes the lease of one host and keeps it by a heartbeat until `release`. `signal` only ends the wait for the lease,
 * because an interrupted run must finish its wave.
 * @throws Failure `locked` when another run holds it; whatever the transport throws.
 */
export async function lockHost(transport: Transport, request: LeaseRequest, signal: AbortSignal): Promise<Lock> {
  const lease = new HeldLease(transport, request);
  await lease.take(signal);
  return lease;
}

class HeldLease implements Lock {
  readonly host: string;
  readonly #transport: Transport;
  readonly #request: LeaseRequest;
  readonly #milliseconds: number;
  readonly #giveUp = new AbortController();
  /** Times of the beats that have no answer yet. */
  readonly #beats: number[] = [];
  #keptSince = performance.now();
  #send: (line: string) => void = () => undefined;
  #clock: NodeJS.Timeout | undefined;
  #ended: Promise<void> = Promise.resolve();
  #refused: Failure | undefined;
  #lost: Failure | undefined;
  #released = false;

  constructor(transport: Transport, request: LeaseRequest) {
    this.host = transport.host;
    this.#transport = transport;
    this.#request = request;
    this.#milliseconds = (request.seconds ?? LEASE_SECONDS) * 1000;
  }

  async take(signal: AbortSignal): Promise<void> {
    const stop = (): void => this.#giveUp.abort();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    try {
      await new Promise<void>((resolve, reject) => {
        this.#ended = this.#hold(resolve).then(
          ({ stderr }) => {
            reject(this.#refused ?? noLock(this.host, stderr));
            this.#end(lostLock(this.host, 'the shell that holds it has ended'));
          },
          (error: unknown) => {
            reject(error);
            this.#end(lostWith(this.host, error));
          },
        );
      });
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  lost(): Failure | undefined {
    const silentMs = performance.now() - this.#keptSince;
    if (!this.#released && silentMs > this.#milliseconds)
      this.#lost ??= lostLock(this.host, `no heartbeat was answered for ${Math.round(silentMs / 1000)} s`);
    return this.#lost;
  }

  async release(): Promise<void> {
    this.#released = true;
    clearInterval(this.#clock);
    this.#send('release');
    const late = setTimeout(() => this.#giveUp.abort(), RELEASE_MS);
    await this.#ended;
    clearTimeout(late);
  }

  async #hold(taken: () => void): Promise<Result> {
    const { nonce, owner, seconds = LEASE_SECONDS } = this.#request;
    return this.#transport.run(holdLease(nonce, owner, seconds), {
      timeoutMs: Number.POSITIVE_INFINITY,
      stdin: 'open',
      signal: this.#giveUp.signal,
      onInput: (send) => {
        this.#send = send;
      },
      onLine: (line) => {
        if (line === 'locked') {
          this.#keptSince = performance.now();
          this.#clock = setInterval(() => this.#beat(), this.#milliseconds / BEATS_PER_LEASE).unref();
          taken();
        } else this.#hear(line);
      },
    });
  }

  #beat(): void {
    this.#beats.push(performance.now());
    this.#send('beat');
  }

  #hear(line: string): void {
    const [word = '', ...rest] = line.slice(0, LONGEST).split(' ');
    const text = rest.join(' ');
    if (word === 'kept') this.#keptSince = this.#beats.shift() ?? this.#keptSince;
    else if (word === 'late') this.#beats.shift();
    else if (word === 'lost') this.#lost ??= lostLock(this.host, text);
    else if (word === 'held') this.#refused = heldBy(this.host, text);
    else if (word === 'left') this.#refused = leftBy(this.host, text);
  }

  #end(lost: Failure): void {
    clearInterval(this.#clock);
    if (!this.#released) this.#lost ??= lost;
  }
}

const AGAIN = 'Run the same command again; it skips changes that are already made.';

function lostLock(host: string, why: string): Failure {
  return new Failure('locked', `${host}: the lock was lost: ${why}`, { host, hint: AGAIN, retryable: true });
}

function lostWith(host: string, error: unknown): Failure {
  if (!(error instanceof Failure)) return lostLock(host, String(error));
  const code = error.code === 'connection-lost' ? error.code : 'locked';
  const why = error.message.replace(`${host}: `, '');
  return new Failure(code, `${host}: the lock was lost: ${why}`, { host, hint: AGAIN, retryable: true });
}

/** @param holder `ID SECONDS OWNER` */
function heldBy(host: string, holder: string): Failure {
  const [id = '', seconds = '', ...owner] = holder.split(' ');
  return new Failure('locked', `${host}: locked by ${owner.join(' ')} (ID ${id}, expires in ${seconds} s)`, {
    host,
    hint: `Wait until that run has ended. If it hangs, break its lock with \`lvsctl unlock ${id}\`; if it is gone, the lock expires by itself.`,
    retryable: true,
  });
}

/** @param holder `PROCESS OWNER` */
function leftBy(host: string, holder: string): Failure {
  const [pid = '', ...owner] = holder.split(' ');
  return new Failure('locked', `${host}: process ${pid} is still applying the changes of ${owner.join(' ')}`, {
    host,
    hint: `That run has lost its lock, but its script finishes what it started. Check \`pstree -ap ${pid}\` on ${host}, and run the same command again once it has ended.`,
    retryable: true,
  });
}

function noLock(host: string, stderr: string): Failure {
  return new Failure('command', `${host}: cannot take the lock in /run/lvsctl`, {
    host,
    stderr,
    hint: 'lvsctl needs /run/lvsctl to be a directory of root, and flock(1) of util-linux or busybox.',
  });
}
