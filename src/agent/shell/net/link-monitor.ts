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
/** Datagrams read per turn. */
const TURN = 32;

/** Tracks the interfaces of the host through rtnetlink notifications. */
export class LinkMonitor {
  readonly #sys: Sys;
  readonly #loop: Loop;
  readonly #route: NetlinkSocket;
  readonly #changed: (change: LinkChange) => void;
  readonly #fd: number;
  readonly #buffer = new Uint8Array(BUFFER);
  #links: readonly Link[] = [];
  #again: Timer | undefined;

  /** @throws Error if rtnetlink is not available */
  constructor(sys: Sys, loop: Loop, route: NetlinkSocket, changed: (change: LinkChange) => void) {
    this.#sys = sys;
    this.#loop = loop;
    this.#route = route;
    this.#changed = changed;
    this.#fd = openSocket(sys, AF_NETLINK, SOCK_RAW, NETLINK.ROUTE);
    const groups = RTMGRP.LINK | RTMGRP.IPV4_IFADDR | RTMGRP.IPV6_IFADDR;
    const failure = this.#fd < 0 ? this.#fd : bindSocket(sys, this.#fd, { kind: 'netlink', pid: 0, groups });
    if (failure < 0) throw new Error(`cannot subscribe to interface notifications: ${describeErrno(failure)}`);
    setOption(sys, this.#fd, SOL_SOCKET, SO_RCVBUFFORCE, ROOM);
    // Subscribed before the dump, so that no change is missed in between.
    this.#links = this.#dump();
    loop.watch(this.#fd, { readable: () => this.#drain(), writable: undefined }, 'urgent');
  }

  links(): readonly Link[] {
    return this.#links;
  }

  find(name: string): Link | undefined {
    return this.#links.find((link) => link.name === name);
  }

  /** Handles every message, so that a short loss of carrier between two rounds is not missed. */
  #drain(): void {
    let lost = false;
    for (let count = 0; count < TURN || lost; count += 1) {
      const length = receive(this.#sys, this.#fd, this.#buffer);
      if (isErrno(length, 'EAGAIN')) break;
      // Mostly ENOBUFS: notifications were lost. Those still queued are older than the resynchronization that follows.
      if (length < 0) {
        lost = true;
        if (!isErrno(length, 'ENOBUFS')) break;
      } else if (!lost) this.#handle(this.#buffer.slice(0, length));
    }
    if (lost) this.#resync();
  }

  #handle(datagram: Uint8Array): void {
    for (const message of decodeMessages(datagram).messages) {
      const event = decodeRoutingEvent(message);
      if (event === undefined) continue;
      const { links, changes } = foldLinks(this.#links, event);
      this.#links = links;
      changes.forEach(this.#changed);
    }
  }

  /** Retries later if the kernel refuses, for example without memory, as lost changes would go unnoticed. */
  #resync(): void {
    this.#again?.cancel();
    this.#again = this.#loop.at(this.#loop.now() + AGAIN_MS, () => this.#resync());
    const links = this.#dump();
    this.#again.cancel();
    const changes = compareLinks(this.#links, links);
    this.#links = links;
    changes.forEach(this.#changed);
  }

  #dump(): readonly Link[] {
    let links: readonly Link[] = [];
    for (const request of [dumpLinks(), dumpAddresses()]) {
      const answer = this.#route.request(request);
      if (answer.kind === 'refused') throw new Error(`cannot list interfaces: ${answer.reason}`);
      for (const message of answer.messages) {
        const event = decodeRoutingEvent(message);
        if (event !== undefined) links = foldLinks(links, event).links;
      }
    }
    return links;
  }
}
