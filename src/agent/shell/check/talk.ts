import type { Conversation, ProbeEffect, ProbeEvent, ProbeResult } from '../../core/probe/probe.ts';
import type { Instant } from '../../core/step.ts';
import { isErrno } from '../sys/errno.ts';
import type { Timer, Watch } from '../loop/loop-types.ts';
import { call } from '../sys/syscall-numbers.ts';
import type { Place } from './place.ts';
import { reach, type Unreached } from './reach.ts';
import { reasonOfEnd, type TalkTools, words } from './talk-tools.ts';
import { openWire, wouldBlock, type Wire } from './wire.ts';

/** One peer that sends without end must not keep the others waiting: of a stream, or of datagrams. */
const [BYTES_A_TURN, DATAGRAMS_A_TURN] = [8192, 16];
/** Between two tries while the host itself is out of descriptors or memory: that says nothing of the real server. */
const RETRY_MS = 50;

export interface Talk {
  /** Closes the connection; nothing is heard of it any more. Twice is no mistake. */
  readonly abandon: () => void;
}

/**
 * Carries a conversation to its end over a socket of its own. `done` is called exactly once unless it is abandoned, and
 * never from within this call.
 *
 * Connections are closed with a FIN. A reset (SO_LINGER 0) leaves no TIME_WAIT, but costs a system call, and real servers
 * and intrusion detection log it. A TIME_WAIT is 256 bytes for a minute, and takes a port only towards that real server.
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
  #isPaused = false;
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
    if (reached.fd === undefined) return this.#unreached(reached);
    this.#fd = reached.fd;
    this.#target = reached.target;
    try {
      this.#watch = loop.watch(reached.fd, this.#connecting);
    } catch {
      // The kernel has no room for one more.
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
      readable: this.#isPaused ? undefined : this.#receive,
      writable: this.#outgoing.length > 0 ? this.#flushAndListen : undefined,
    });
  }

  readonly #receive = (): void => {
    const wire = this.#wire;
    if (wire === undefined) return;
    for (let reads = 0; reads < (wire.datagrams ? DATAGRAMS_A_TURN : 1); reads += 1) if (!this.#read(wire)) return;
    // What the wire has decrypted is not to be seen at its descriptor.
    if (!wire.buffers || this.#isPaused) return;
    this.#doNow(this.#receive);
  };

  #doNow(action: () => void): void {
    this.#later?.cancel();
    this.#later = this.#tools.loop.at(this.#tools.loop.now(), action);
  }

  /** Whether there may be more. */
  #read(wire: Wire): boolean {
    // Another connection may stand here by now, or none.
    if (this.#wire !== wire || this.#phase !== 'open' || this.#isPaused) return false;
    const { loop, buffer } = this.#tools;
    const length = wire.read(wire.datagrams ? buffer : buffer.subarray(0, BYTES_A_TURN));
    if (wouldBlock(length) || isErrno(length, 'EINTR')) return false;
    const at = loop.now();
    if (length < 0) this.#hear({ kind: 'failed', at, reason: wire.reason(length) });
    else if (length === 0 && !wire.datagrams) this.#hear({ kind: 'end', at });
    else this.#hear({ kind: 'data', at, bytes: buffer.slice(0, length) });
    return this.#wire === wire;
  }

  readonly #resume = (): void => {
    this.#isPaused = false;
    this.#hear({ kind: 'resume', at: this.#tools.loop.now() });
    if (this.#phase !== 'open' || this.#isPaused) return;
    this.#listen();
    if (this.#wire?.buffers === true) this.#doNow(this.#receive);
  };

  readonly #flushAndListen = (): void => {
    this.#flush();
    if (this.#outgoing.length === 0) this.#listen();
  };

  // What is left waits for the descriptor.
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
    const wasPaused = this.#isPaused;
    this.#conversation = next;
    let goesOn = event.kind === 'connected' || event.kind === 'data' || event.kind === 'resume';
    for (const effect of effects) {
      if (effect.kind === 'reconnect' || effect.kind === 'deadline') goesOn = true;
      this.#carryOut(effect);
    }
    this.#flush();
    if (this.#outgoing.length > 0 || this.#isPaused !== wasPaused) this.#listen();
    if (!goesOn) this.#conclude(event);
    this.#hearing = false;
  }

  /** There is nothing to come any more: a conversation that has no answer by now has failed. */
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
        // Nothing is read until the conversation has dealt with what came.
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
