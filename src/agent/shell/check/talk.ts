import type { Conversation, ProbeEffect, ProbeEvent, ProbeResult } from '../../core/probe/probe.ts';
import type { Instant } from '../../core/step.ts';
import { isErrno } from '../sys/errno.ts';
import type { Timer, Watch } from '../loop/loop-types.ts';
import { call } from '../sys/syscall-numbers.ts';
import type { Place } from './place.ts';
import { reach, type Unreached } from './reach.ts';
import { reasonOfEnd, type TalkTools, words } from './talk-tools.ts';
import { openWire, wouldBlock, type Wire } from './wire.ts';

/** Reads per turn, so that a peer that sends endlessly does not delay the others. */
const [BYTES_A_TURN, DATAGRAMS_A_TURN] = [8192, 16];
/** Retry interval while the host is out of descriptors or memory, which does not count against the real server. */
const RETRY_MS = 50;

export interface Talk {
  /** Closes the connection without a result. Idempotent. */
  readonly abandon: () => void;
}

/**
 * Runs a conversation over a new socket. `done` is called exactly once unless it is abandoned, and never from within
 * this call.
 *
 * Connections are closed with a FIN. A reset (SO_LINGER 0) would avoid TIME_WAIT, but costs a system call and is logged
 * by real servers and intrusion detection. TIME_WAIT costs 256 bytes for a minute, and a port to that real server only.
 */
export function talk(
  tools: TalkTools,
  place: Place,
  conversation: Conversation,
  done: (result: ProbeResult) => void,
): Talk {
  const dialogue = new Dialogue(tools, place);
  dialogue.begin(conversation, done);
  return dialogue;
}

/** Runs successive conversations with one peer. */
export class Dialogue implements Talk {
  readonly #tools: TalkTools;
  readonly #place: Place;
  #done: ((result: ProbeResult) => void) | undefined;
  #conversation: Conversation | undefined;
  #phase: 'connecting' | 'greeting' | 'open' | 'over' = 'over';
  #isHandling = false;
  #isPaused = false;
  #fd = -1;
  #target: Uint8Array = new Uint8Array(0);
  #watch: Watch | undefined;
  #wire: Wire | undefined;
  #deadline: Timer | undefined;
  /** Timer for retries, deferred failures and continued reading. */
  #later: Timer | undefined;
  #outgoing: Uint8Array[] = [];

  constructor(tools: TalkTools, place: Place) {
    this.#tools = tools;
    this.#place = place;
  }

  /** Whether the next conversation can start. */
  get isFree(): boolean {
    return this.#phase === 'over' && !this.#isHandling;
  }

  /** Like `talk`. Requires `isFree`. */
  begin(conversation: Conversation, done: (result: ProbeResult) => void): void {
    this.#conversation = conversation;
    this.#done = done;
    this.#setDeadline(this.#tools.loop.now() + this.#place.timeout);
    this.#connect();
  }

  abandon(): void {
    this.#phase = 'over';
    this.#conversation = undefined;
    this.#done = undefined;
    this.#deadline?.cancel();
    this.#hangUp();
  }

  #connect(): void {
    const { sys, loop } = this.#tools;
    this.#phase = 'connecting';
    const reached = reach(sys, this.#place);
    if (reached.fd === undefined) return this.#unreached(reached);
    this.#fd = reached.fd;
    this.#target = reached.target;
    try {
      this.#watch = loop.watch(reached.fd, this.#connecting);
    } catch {
      // The kernel cannot watch another descriptor.
      this.#hangUp();
      this.#retry();
    }
  }

  #retry(): void {
    const { loop } = this.#tools;
    this.#later = loop.at(loop.now() + RETRY_MS, () => this.#connect());
  }

  #unreached({ errno, doing }: Unreached): void {
    if (isErrno(-errno, 'EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS')) return this.#retry();
    const reason = doing === undefined ? words(errno) : `${doing}: ${words(errno)}`;
    this.#doNow(() => this.#fail(reason));
  }

  /**
   * A second connect returns the result of the first, or EALREADY while it is in progress. SO_ERROR would be 0 in that
   * case, so a stale event for an earlier descriptor with this number would look like a connection.
   */
  readonly #connected = (): void => {
    const { sys } = this.#tools;
    const result = call(sys, 'connect', this.#fd, this.#target, this.#target.length);
    if (isErrno(result, 'EALREADY', 'EINPROGRESS', 'EINTR')) return;
    if (result < 0 && !isErrno(result, 'EISCONN')) {
      this.#fail(words(-result));
      return;
    }
    this.#wire = openWire(sys, this.#fd, this.#place);
    this.#phase = 'greeting';
    if (this.#wire === undefined) this.#fail('TLS is not available on this host; use HTTP_GET or TCP_CHECK');
    else this.#greet();
  };

  readonly #connecting = { readable: undefined, writable: this.#connected };

  readonly #greet = (): void => {
    const wire = this.#wire;
    if (wire === undefined) return;
    const result = wire.greet();
    if (wouldBlock(result)) {
      if (wire.wantsWrite()) this.#watch?.change({ readable: undefined, writable: this.#greet });
      else this.#watch?.change({ readable: this.#greet, writable: undefined });
    } else if (result < 0) this.#fail(wire.reason(result));
    else {
      this.#phase = 'open';
      this.#handle({ kind: 'connected', at: this.#tools.loop.now() });
      this.#listen();
    }
  };

  /** Watches the descriptor as the conversation requires. */
  #listen(): void {
    if (this.#phase !== 'open') return;
    this.#watch?.change({
      readable: this.#isPaused ? undefined : this.#receive,
      writable: this.#outgoing.length > 0 ? this.#flushAndListen : undefined,
    });
  }

  readonly #receive = (): void => {
    const wire = this.#wire;
    if (wire === undefined) return;
    for (let reads = 0; reads < (wire.datagrams ? DATAGRAMS_A_TURN : 1); reads += 1) if (!this.#read(wire)) return;
    // Data already decrypted does not make the descriptor readable.
    if (!wire.buffers || this.#isPaused) return;
    this.#doNow(this.#receive);
  };

  #doNow(action: () => void): void {
    this.#later?.cancel();
    this.#later = this.#tools.loop.at(this.#tools.loop.now(), action);
  }

  /** @returns whether there may be more */
  #read(wire: Wire): boolean {
    // The connection may have been replaced or closed.
    if (this.#wire !== wire || this.#phase !== 'open' || this.#isPaused) return false;
    const { loop, buffer } = this.#tools;
    const length = wire.read(wire.datagrams ? buffer : buffer.subarray(0, BYTES_A_TURN));
    if (wouldBlock(length) || isErrno(length, 'EINTR')) return false;
    const at = loop.now();
    if (length < 0) this.#handle({ kind: 'failed', at, reason: wire.reason(length) });
    else if (length === 0 && !wire.datagrams) this.#handle({ kind: 'end', at });
    else this.#handle({ kind: 'data', at, bytes: buffer.slice(0, length) });
    return this.#wire === wire;
  }

  readonly #resume = (): void => {
    this.#isPaused = false;
    this.#handle({ kind: 'resume', at: this.#tools.loop.now() });
    if (this.#phase !== 'open' || this.#isPaused) return;
    this.#listen();
    if (this.#wire?.buffers === true) this.#doNow(this.#receive);
  };

  readonly #flushAndListen = (): void => {
    this.#flush();
    if (this.#outgoing.length === 0) this.#listen();
  };

  // The rest is sent when the descriptor becomes writable.
  #flush(): void {
    while (this.#phase === 'open' && this.#wire !== undefined) {
      const [first] = this.#outgoing;
      if (first === undefined) return;
      const written = this.#wire.write(first);
      if (wouldBlock(written) || isErrno(written, 'EINTR')) return;
      if (written < 0) {
        this.#outgoing = [];
        this.#handle({ kind: 'failed', at: this.#tools.loop.now(), reason: this.#wire.reason(written) });
        return;
      }
      if (written >= first.length || this.#wire.datagrams) this.#outgoing.shift();
      else this.#outgoing[0] = first.subarray(written);
    }
  }

  /** Sends bytes that came with the result, if possible without waiting. */
  #flushLast(): void {
    if (this.#phase === 'open') for (const bytes of this.#outgoing) this.#wire?.write(bytes);
    this.#outgoing = [];
  }

  #fail(reason: string): void {
    this.#handle({ kind: 'failed', at: this.#tools.loop.now(), reason });
  }

  #handle(event: ProbeEvent): void {
    if (this.#phase === 'over' || this.#conversation === undefined) return;
    this.#isHandling = true;
    const { state, effects } = this.#conversation.on(event);
    const wasPaused = this.#isPaused;
    this.#conversation = state;
    let goesOn = event.kind === 'connected' || event.kind === 'data' || event.kind === 'resume';
    for (const effect of effects) {
      if (effect.kind === 'reconnect' || effect.kind === 'deadline') goesOn = true;
      this.#carryOut(effect);
    }
    this.#flush();
    if (this.#outgoing.length > 0 || this.#isPaused !== wasPaused) this.#listen();
    if (!goesOn) this.#conclude(event);
    this.#isHandling = false;
  }

  /** Fails a conversation that has no result although no more events can follow. */
  #conclude(event: ProbeEvent): void {
    this.#carryOut({ kind: 'done', result: { passed: false, reason: reasonOfEnd(event) } });
  }

  #carryOut(effect: ProbeEffect): void {
    if (this.#phase === 'over') return;
    switch (effect.kind) {
      case 'send':
        this.#outgoing.push(effect.bytes);
        break;
      case 'deadline':
        this.#setDeadline(effect.due);
        break;
      case 'pause':
        // Stops reading until the conversation has processed its data.
        this.#isPaused = true;
        this.#doNow(this.#resume);
        break;
      case 'reconnect':
        this.#hangUp();
        this.#setDeadline(this.#tools.loop.now() + this.#place.timeout);
        this.#connect();
        break;
      case 'done':
        this.#end(effect.result);
        break;
    }
  }

  #end(result: ProbeResult): void {
    const done = this.#done;
    this.#flushLast();
    this.abandon();
    done?.(result);
  }

  /** Reuses one timer, as a cancelled one would hold its conversation in memory until due. */
  #setDeadline(due: Instant): void {
    if (this.#deadline === undefined) this.#deadline = this.#tools.loop.at(due, this.#deadlinePassed);
    else this.#deadline.move(due);
  }

  readonly #deadlinePassed = (): void => {
    this.#handle({ kind: 'deadline', at: this.#tools.loop.now() });
  };

  #hangUp(): void {
    this.#later?.cancel();
    this.#later = undefined;
    this.#isPaused = false;
    this.#outgoing = [];
    this.#wire?.close();
    this.#wire = undefined;
    this.#watch?.close();
    this.#watch = undefined;
    if (this.#fd >= 0) call(this.#tools.sys, 'close', this.#fd);
    this.#fd = -1;
  }
}
