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
  /** The index of the bound interface; a recreated one needs a new socket. */
  readonly index: number;
  readonly groups: Set<string>;
}

/** Packets read per turn. */
const TURN = 64;

/** The VRRP sockets, one per interface and family. */
export class VrrpSockets {
  readonly #sys: Sys;
  readonly #loop: Loop;
  readonly #find: (name: string) => Link | undefined;
  readonly #onReceived: (received: Received) => void;
  readonly #failed: (text: string) => void;
  readonly #now: () => Instant;
  readonly #open = new Map<string, Open>();
  #wanted: readonly Wanted[] = [];

  /** @param failed receives errors for the journal */
  constructor(
    sys: Sys,
    loop: Loop,
    find: (name: string) => Link | undefined,
    onReceived: (received: Received) => void,
    failed: (text: string) => void,
  ) {
    this.#sys = sys;
    this.#loop = loop;
    this.#find = find;
    this.#onReceived = onReceived;
    this.#failed = failed;
    this.#now = () => loop.now();
  }

  /** Opens missing sockets and closes those not in the list. */
  listen(wanted: readonly Wanted[]): void {
    this.#wanted = wanted;
    const keys = new Set(wanted.map(keyOf));
    for (const key of this.#open.keys()) if (!keys.has(key)) this.#close(key);
    for (const one of wanted) this.#ensure(one);
  }

  /** An interface appeared, changed, or was recreated. */
  linkChanged(link: Link): void {
    for (const one of this.#wanted) if (one.interface === link.name) this.#ensure(one);
  }

  linkGone(name: string): void {
    for (const one of this.#wanted) if (one.interface === name) this.#close(keyOf(one));
  }

  /** Returns the number of bytes sent, or -errno. */
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
    // A link without IPv6 joins on its next change.
    if (result >= 0) open.groups.add(wanted.group);
    else if (link.up) this.#failed(`${link.name}: cannot join ${wanted.group}: ${describeErrno(result)}`);
  }

  #begin(family: Family, link: Link): Open | undefined {
    const socket = VrrpSocket.open(this.#sys, link.name, link.index, family);
    if (typeof socket === 'number') {
      this.#failed(`${link.name}: cannot open a VRRP socket for ${family}: ${describeErrno(socket)}`);
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
      // EAGAIN, or ENETDOWN after the link went down. Packets queued after an error are read in the next round.
      if (typeof packet === 'number') return;
      if (packet !== undefined) this.#onReceived(packet);
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
