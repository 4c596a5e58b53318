import type { Conversation, ProbeEffect, ProbeEvent, ProbeResult } from '../../core/probe/probe.ts';
import type { Instant } from '../../core/step.ts';
import { describeErrno, isErrno } from '../errno.ts';
import type { Loop, Timer, Watch } from '../loop-types.ts';
import type { Sys } from '../sys.ts';
import { call } from '../syscall-numbers.ts';
import type { Place } from './place.ts';
import { reach, type Unreached } from './reach.ts';
import { openWire, wouldBlock, type Wire } from './wire.ts';

/** One peer that sends without end must not keep the others waiting. */
const READS_A_TURN = 16;
/** Between two tries while the host itself is out of descriptors or memory: that says nothing of the real server. */
const RETRY_MS = 50;

/** What all conversations of a shell share: nothing in it outlives a call. */
export interface TalkTools {
  readonly sys: Sys;
  readonly loop: Loop;
  /** What is read goes through it; at least as long as the longest datagram that matters. */
  readonly buffer: Uint8Array;
}

export function talkTools(sys: Sys, loop: Loop): TalkTools {
  return { sys, loop, buffer: new Uint8Array(65536) };
}

export interface Talk {
  /** Closes the connection; nothing is heard of it any more. Twice is no mistake. */
  readonly abandon: () => void;
}

/**
 * Carries a conversation to its end over a socket of its own. `done` is called exactly once unless it is abandoned, and
 * never from within this call.
 *
 * Connections are closed as everybody's are, with a FIN. A reset (SO_LINGER 0) would leave no TIME_WAIT here, but it
 * costs one more system call, real servers log it ("connection reset by peer"), and intrusion detection counts it. A
 * TIME_WAIT is 256 bytes for a minute, hence 15 MB of kernel memory at 1,000 probes per second, and a port is only taken
 * towards that one real server (see `reach` for `bindto`).
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

/** Conversations with one place, one after the other. */
export class Dialogue implements Talk {
  readonly #tools: TalkTools;
  readonly #place: Place;
  #done: ((result: ProbeResult) => void) | undefined;
  #conversation: Conversation | undefined;
  #phase: 'connecting' | 'greeting' | 'open' | 'over' = 'over';
  #hearing = false;
  #fd = -1;
  #target: Uint8Array = new Uint8Array(0);
  #watch: Watch | undefined;
  #wire: Wire | undefined;
  #deadline: Timer | undefined;
  /** Anything else that is to be done later: trying again, failing, reading on. */
  #later: Timer | undefined;
  #outgoing: Uint8Array[] = [];

  constructor(tools: TalkTools, place: Place) {
    this.#tools = tools;
    this.#place = place;
  }

  /** Whether the next conversation may begin. */
  get isFree(): boolean {
    return this.#phase === 'over' && !this.#hearing;
  }

  /** As `talk`; only while it is free. */
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
    if (reached.fd === undefined) {
      this.#unreached(reached);
      return;
    }
    this.#fd = reached.fd;
    this.#target = reached.target;
    try {
      this.#watch = loop.watch(reached.fd, this.#connecting);
    } catch {
      // The kernel has no room for one more.
      this.#hangUp();
      this.#later = loop.at(loop.now() + RETRY_MS, () => this.#connect());
    }
  }

  #unreached({ errno, doing }: Unreached): void {
    const { loop } = this.#tools;
    const now = loop.now();
    if (isErrno(-errno, 'EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS')) {
      this.#later = loop.at(now + RETRY_MS, () => this.#connect());
      return;
    }
    const reason = doing === undefined ? words(errno) : `${doing}: ${words(errno)}`;
    this.#later = loop.at(now, () => this.#fail(reason));
  }

  /**
   * Asked a second time, connect tells how the first went, and EALREADY when it is still under way: SO_ERROR is 0 then,
   * and a call that was meant for a former descriptor of this number would pass for a connection.
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
    if (this.#wire === undefined) this.#fail('this host has no TLS: use HTTP_GET or TCP_CHECK');
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
      this.#hear({ kind: 'connected', at: this.#tools.loop.now() });
      this.#listen();
    }
  };

  /** Waits for what the conversation waits for. */
  #listen(): void {
    if (this.#phase !== 'open') return;
    this.#watch?.change({
      readable: this.#receive,
      writable: this.#outgoing.length > 0 ? this.#flushAndListen : undefined,
    });
  }

  readonly #receive = (): void => {
    const { loop, buffer } = this.#tools;
    for (let reads = 0; reads < READS_A_TURN; reads += 1) {
      const wire = this.#wire;
      if (wire === undefined || this.#phase !== 'open') return;
      const length = wire.read(buffer);
      if (wouldBlock(length) || isErrno(length, 'EINTR')) return;
      const at = loop.now();
      if (length < 0) this.#hear({ kind: 'failed', at, reason: wire.reason(length) });
      else if (length === 0 && !wire.datagrams) this.#hear({ kind: 'end', at });
      else this.#hear({ kind: 'data', at, bytes: buffer.slice(0, length) });
      // Another connection may stand here by now, or none; and a short read of a stream has emptied it.
      if (this.#wire !== wire || (!wire.buffers && !wire.datagrams && length < buffer.length)) return;
    }
    if (this.#wire?.buffers !== true) return;
    this.#later?.cancel();
    this.#later = loop.at(loop.now(), this.#receive);
  };

  readonly #flushAndListen = (): void => {
    this.#flush();
    if (this.#outgoing.length === 0) this.#listen();
  };

  /** Writes as much as goes; what is left waits for the descriptor. */
  #flush(): void {
    while (this.#phase === 'open' && this.#wire !== undefined) {
      const [first] = this.#outgoing;
      if (first === undefined) return;
      const written = this.#wire.write(first);
      if (wouldBlock(written) || isErrno(written, 'EINTR')) return;
      if (written < 0) {
        this.#outgoing = [];
        this.#hear({ kind: 'failed', at: this.#tools.loop.now(), reason: this.#wire.reason(written) });
        return;
      }
      if (written >= first.length || this.#wire.datagrams) this.#outgoing.shift();
      else this.#outgoing[0] = first.subarray(written);
    }
  }

  /** A word of farewell that was said along with the result: it goes if it can, and nothing waits for it. */
  #sayLast(): void {
    if (this.#phase === 'open') for (const bytes of this.#outgoing) this.#wire?.write(bytes);
    this.#outgoing = [];
  }

  #fail(reason: string): void {
    this.#hear({ kind: 'failed', at: this.#tools.loop.now(), reason });
  }

  #hear(event: ProbeEvent): void {
    if (this.#phase === 'over' || this.#conversation === undefined) return;
    this.#hearing = true;
    const { next, effects } = this.#conversation.on(event);
    this.#conversation = next;
    let goesOn = event.kind === 'connected' || event.kind === 'data';
    for (const effect of effects) {
      if (effect.kind === 'reconnect' || effect.kind === 'deadline') goesOn = true;
      this.#carryOut(effect);
    }
    this.#flush();
    if (this.#outgoing.length > 0) this.#listen();
    if (!goesOn) this.#conclude(event);
    this.#hearing = false;
  }

  /** There is nothing to come any more: a conversation that has no answer by now has failed. */
  #conclude(event: ProbeEvent): void {
    const reason = event.kind === 'failed' ? event.reason : event.kind === 'end' ? 'closed too early' : 'timed out';
    this.#carryOut({ kind: 'done', result: { passed: false, reason } });
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
    this.#sayLast();
    this.abandon();
    done?.(result);
  }

  /** One timer for all conversations: that of one that ended early would keep it in memory until it is over. */
  #setDeadline(due: Instant): void {
    if (this.#deadline === undefined) this.#deadline = this.#tools.loop.at(due, this.#deadlinePassed);
    else this.#deadline.move(due);
  }

  readonly #deadlinePassed = (): void => {
    this.#hear({ kind: 'deadline', at: this.#tools.loop.now() });
  };

  #hangUp(): void {
    this.#later?.cancel();
    this.#later = undefined;
    this.#outgoing = [];
    this.#wire?.close();
    this.#wire = undefined;
    this.#watch?.close();
    this.#watch = undefined;
    if (this.#fd >= 0) call(this.#tools.sys, 'close', this.#fd);
    this.#fd = -1;
  }
}

/** Of errors whose usual meaning is another one for a checker. */
function words(errno: number): string {
  if (isErrno(-errno, 'EADDRNOTAVAIL')) return `${describeErrno(errno)}, or all its ports are in use`;
  return describeErrno(errno);
}
