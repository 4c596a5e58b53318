import type { Family } from '../../../keepalived/text/address.ts';
import type { Instant } from '../../core/step.ts';
import type { Link, Received, Send, VrrpSocket as Wanted } from '../../core/vrrp/event.ts';
import { describeErrno, errno } from '../sys/errno.ts';
import type { Loop, Watch } from '../loop/loop-types.ts';
import type { Sys } from '../sys/sys.ts';
import { VrrpSocket } from './vrrp-socket.ts';

interface Open {
  readonly socket: VrrpSocket;
  readonly watch: Watch;
  /** The interface that it is bound to; another one of the same name needs another socket. */
  readonly index: number;
  readonly groups: Set<string>;
}

/** How many packets are heard before others have their turn. */
const TURN = 64;

/** The sockets that VRRP listens and speaks on: one for each interface and family. */
export class VrrpSockets {
  readonly #sys: Sys;
  readonly #loop: Loop;
  readonly #find: (name: string) => Link | undefined;
  readonly #heard: (received: Received) => void;
  readonly #failed: (text: string) => void;
  readonly #now: () => Instant;
  readonly #open = new Map<string, Open>();
  #wanted: readonly Wanted[] = [];

  /** @param failed gets a sentence for the journal */
  constructor(
    sys: Sys,
    loop: Loop,
    find: (name: string) => Link | undefined,
    heard: (received: Received) => void,
    failed: (text: string) => void,
  ) {
    this.#sys = sys;
    this.#loop = loop;
    this.#find = find;
    this.#heard = heard;
    this.#failed = failed;
    this.#now = () => loop.now();
  }

  /** Opens what is missing and closes what is not in the list. */
  listen(wanted: readonly Wanted[]): void {
    this.#wanted = wanted;
    const keys = new Set(wanted.map(keyOf));
    for (const key of this.#open.keys()) if (!keys.has(key)) this.#close(key);
    for (const one of wanted) this.#ensure(one);
  }

  /** An interface has come, or has come back as another one. */
  linkChanged(link: Link): void {
    for (const one of this.#wanted) if (one.interface === link.name) this.#ensure(one);
  }

  linkGone(name: string): void {
    for (const one of this.#wanted) if (one.interface === name) this.#close(keyOf(one));
  }

  /** How many bytes were taken, or -errno. */
  send(advert: Send): number {
    const open = this.#open.get(keyOf(advert));
    return open === undefined ? -errno('ENODEV') : open.socket.send(advert);
  }

  #ensure(wanted: Wanted): void {
    const link = this.#find(wanted.interface);
    if (link === undefined) return;
    const key = keyOf(wanted);
    if (this.#open.get(key)?.index !== link.index) this.#close(key);
    const open = this.#open.get(key) ?? this.#begin(wanted.family, link);
    if (open === undefined || wanted.group === undefined || open.groups.has(wanted.group)) return;
    const result = open.socket.join(wanted.group);
    // A link that has no IPv6 yet joins when it has changed.
    if (result >= 0) open.groups.add(wanted.group);
    else if (link.up) this.#failed(`${link.name}: cannot join ${wanted.group}: ${describeErrno(result)}`);
  }

  #begin(family: Family, link: Link): Open | undefined {
    const socket = VrrpSocket.open(this.#sys, link.name, link.index, family);
    if (typeof socket === 'number') {
      this.#failed(`${link.name}: no socket for VRRP over ${family}: ${describeErrno(socket)}`);
      return undefined;
    }
    const readable = (): void => this.#drain(socket);
    const watch = this.#loop.watch(socket.fd, { readable, writable: undefined }, 'urgent');
    const open: Open = { socket, watch, index: link.index, groups: new Set() };
    this.#open.set(keyOf({ interface: link.name, family }), open);
    return open;
  }

  #drain(socket: VrrpSocket): void {
    for (let count = 0; count < TURN; count++) {
      const packet = socket.receive(this.#now);
      // EAGAIN, or ENETDOWN of a link that has just gone down. What waits behind an error is there in the next round.
      if (typeof packet === 'number') return;
      if (packet !== undefined) this.#heard(packet);
    }
  }

  #close(key: string): void {
    const open = this.#open.get(key);
    if (open === undefined) return;
    open.watch.close();
    open.socket.close();
    this.#open.delete(key);
  }
}

function keyOf(socket: { readonly interface: string; readonly family: Family }): string {
  return `${socket.interface} ${socket.family}`;
}
