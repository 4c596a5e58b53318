import { dumpAddresses } from '../../core/netlink/address.ts';
import { type LinkChange, compareLinks, decodeRoutingEvent, dumpLinks, foldLinks } from '../../core/netlink/link.ts';
import { decodeMessages } from '../../core/netlink/message.ts';
import { NETLINK } from '../../core/netlink/number.ts';
import { RTMGRP } from '../../core/netlink/rtnetlink-number.ts';
import type { Link } from '../../core/vrrp/event.ts';
import { describeErrno, isErrno } from '../sys/errno.ts';
import type { Loop, Timer } from '../loop/loop-types.ts';
import type { NetlinkSocket } from './netlink-socket.ts';
import { AF_NETLINK } from './socket-address.ts';
import { SOCK_RAW, SOL_SOCKET, bindSocket, openSocket, receive, setOption } from './sockets.ts';
import type { Sys } from '../sys/sys.ts';

const SO_RCVBUFFORCE = 33;
const ROOM = 1024 * 1024;
const BUFFER = 65_536;
const AGAIN_MS = 1000;
/** How many datagrams are heard before others have their turn. */
const TURN = 32;

/** Knows the interfaces of the host, and tells what becomes of them as soon as the kernel says so. */
export class LinkMonitor {
  readonly #sys: Sys;
  readonly #loop: Loop;
  readonly #route: NetlinkSocket;
  readonly #told: (change: LinkChange) => void;
  readonly #fd: number;
  readonly #buffer = new Uint8Array(BUFFER);
  #links: readonly Link[] = [];
  #again: Timer | undefined;

  /** @throws Error when rtnetlink cannot be had */
  constructor(sys: Sys, loop: Loop, route: NetlinkSocket, told: (change: LinkChange) => void) {
    this.#sys = sys;
    this.#loop = loop;
    this.#route = route;
    this.#told = told;
    this.#fd = openSocket(sys, AF_NETLINK, SOCK_RAW, NETLINK.ROUTE);
    const groups = RTMGRP.LINK | RTMGRP.IPV4_IFADDR | RTMGRP.IPV6_IFADDR;
    const failure = this.#fd < 0 ? this.#fd : bindSocket(sys, this.#fd, { kind: 'netlink', pid: 0, groups });
    if (failure < 0) throw new Error(`no news of interfaces: ${describeErrno(failure)}`);
    setOption(sys, this.#fd, SOL_SOCKET, SO_RCVBUFFORCE, ROOM);
    // Heard from here on, so that nothing falls between the dump and the first notification.
    this.#links = this.#dump();
    loop.watch(this.#fd, { readable: () => this.#drain(), writable: undefined }, 'urgent');
  }

  links(): readonly Link[] {
    return this.#links;
  }

  find(name: string): Link | undefined {
    return this.#links.find((link) => link.name === name);
  }

  /** One message at a time: a cable that was pulled and put back between two rounds was pulled all the same. */
  #drain(): void {
    let lost = false;
    for (let count = 0; count < TURN || lost; count += 1) {
      const length = receive(this.#sys, this.#fd, this.#buffer);
      if (isErrno(length, 'EAGAIN')) break;
      // ENOBUFS above all: the kernel had more to say than there was room for. What still waits is from before that,
      // and older than what is looked at then.
      if (length < 0) {
        lost = true;
        if (!isErrno(length, 'ENOBUFS')) break;
      } else if (!lost) this.#hear(this.#buffer.slice(0, length));
    }
    if (lost) this.#resync();
  }

  #hear(datagram: Uint8Array): void {
    for (const message of decodeMessages(datagram).messages) {
      const event = decodeRoutingEvent(message);
      if (event === undefined) continue;
      const { links, changes } = foldLinks(this.#links, event);
      this.#links = links;
      changes.forEach(this.#told);
    }
  }

  /** Once more later where the kernel refuses (memory, above all): what was lost would never be known. */
  #resync(): void {
    this.#again?.cancel();
    this.#again = this.#loop.at(this.#loop.now() + AGAIN_MS, () => this.#resync());
    const links = this.#dump();
    this.#again.cancel();
    const changes = compareLinks(this.#links, links);
    this.#links = links;
    changes.forEach(this.#told);
  }

  #dump(): readonly Link[] {
    let links: readonly Link[] = [];
    for (const request of [dumpLinks(), dumpAddresses()]) {
      const answer = this.#route.request(request);
      if (answer.kind === 'refused') throw new Error(`the interfaces cannot be listed: ${answer.reason}`);
      for (const message of answer.messages) {
        const event = decodeRoutingEvent(message);
        if (event !== undefined) links = foldLinks(links, event).links;
      }
    }
    return links;
  }
}
