import { concat, u32le } from '../../core/bytes/write.ts';
import { addressBytes, familyOf } from '../../../keepalived/text/address.ts';
import { ALL_NODES, gratuitousArp, neighbourAdvertisement } from '../../core/vrrp/announce.ts';
import type { Instant } from '../../core/step.ts';
import type { Link } from '../../core/vrrp/event.ts';
import type { Complaints } from '../service/complaints.ts';
import { describeErrno, isErrno } from '../sys/errno.ts';
import type { Loop, Timer } from '../loop/loop-types.ts';
import { AF_INET6, AF_PACKET } from './socket-address.ts';
import { sendMessage } from './socket-message.ts';
import { openSocket, send, setOption, SOCK_RAW } from './sockets.ts';
import type { Sys } from '../sys/sys.ts';

const ETH_P_ARP = 0x0806;
const IPPROTO_IPV6 = 41;
const IPPROTO_ICMPV6 = 58;
const IPV6_MULTICAST_LOOP = 19;
const IPV6_HOPLIMIT = 52;
const IPV6_PKTINFO = 50;
/** linux/icmpv6.h: each set bit filters out a type. */
const ICMPV6_FILTER = 1;
const ETHERNET = 6;
/** Limit of queued packets per interface; a single list of addresses may exceed it. */
const MOST_WAITING = 10_000;

interface Queue {
  readonly waiting: { readonly address: string; readonly gapMs: number }[];
  /** Earliest time of the next packet. */
  free: Instant;
  timer: Timer | undefined;
}

/** Announces addresses by gratuitous ARP and unsolicited neighbour advertisements. */
export class Announcer {
  readonly #sys: Sys;
  readonly #loop: Loop;
  readonly #find: (name: string) => Link | undefined;
  readonly #complaints: Complaints;
  readonly #packets: number;
  readonly #icmp: number;
  readonly #queues = new Map<string, Queue>();

  constructor(sys: Sys, loop: Loop, find: (name: string) => Link | undefined, complaints: Complaints) {
    this.#sys = sys;
    this.#loop = loop;
    this.#find = find;
    this.#complaints = complaints;
    // Protocol 0 receives nothing.
    this.#packets = openSocket(sys, AF_PACKET, SOCK_RAW, 0);
    this.#icmp = openSocket(sys, AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
    if (this.#icmp < 0) return;
    setOption(sys, this.#icmp, IPPROTO_ICMPV6, ICMPV6_FILTER, new Uint8Array(32).fill(0xff));
    setOption(sys, this.#icmp, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0);
  }

  /** @param gapMs between packets on this interface */
  announce(name: string, addresses: readonly string[], gapMs: number): void {
    const queue = this.#queues.get(name) ?? { waiting: [], free: 0, timer: undefined };
    this.#queues.set(name, queue);
    // Announcements arrive faster than the gap allows; pending ones are repeated anyway.
    if (queue.waiting.length + addresses.length <= Math.max(MOST_WAITING, addresses.length))
      for (const address of addresses) queue.waiting.push({ address, gapMs });
    if (queue.timer === undefined) this.#work(name, queue);
  }

  /** Drops pending announcements of addresses that were given up. */
  forget(name: string, addresses: readonly string[]): void {
    const queue = this.#queues.get(name);
    if (queue === undefined) return;
    const left = queue.waiting.filter(({ address }) => !addresses.includes(address));
    queue.waiting.splice(0, queue.waiting.length, ...left);
  }

  #work(name: string, queue: Queue): void {
    queue.timer = undefined;
    const link = this.#find(name);
    while (queue.waiting.length > 0) {
      const now = this.#loop.now();
      if (queue.free > now) {
        queue.timer = this.#loop.at(queue.free, () => this.#work(name, queue));
        return;
      }
      const next = queue.waiting.shift();
      if (next === undefined || link === undefined) continue;
      this.#send(link, next.address);
      if (next.gapMs > 0) queue.free = now + next.gapMs;
    }
  }

  #send(link: Link, address: string): void {
    if (link.mac.length !== ETHERNET) return;
    const family = familyOf(address);
    const key = `announce ${link.name} ${family}`;
    const result = family === 'ipv4' ? this.#sendIPv4(link, address) : this.#sendIPv6(link, address);
    if (result >= 0) {
      this.#complaints.settle(key, `${link.name}: announcing ${family} addresses works again`);
      return;
    }
    // Nothing can be announced on a link that is down.
    if (isErrno(result, 'ENETDOWN', 'ENXIO', 'ENODEV')) return;
    const text = `${link.name}: cannot announce ${family} addresses: ${describeErrno(result)}`;
    this.#complaints.raise(key, text);
  }

  #sendIPv4(link: Link, address: string): number {
    const broadcast = new Uint8Array(ETHERNET).fill(0xff);
    const to = { kind: 'packet', protocol: ETH_P_ARP, index: link.index, mac: broadcast } as const;
    return send(this.#sys, this.#packets, gratuitousArp(link.mac, address), to);
  }

  /** Prefers the link-local source, as the virtual address may not be usable yet. */
  #sendIPv6(link: Link, address: string): number {
    const source = link.addresses.find((one) => one.scope === 'link' && familyOf(one.address) === 'ipv6')?.address;
    const from = source ?? address;
    const to = { kind: 'ip', address: ALL_NODES, port: 0, scope: link.index } as const;
    return sendMessage(this.#sys, this.#icmp, to, neighbourAdvertisement(link.mac, address, from), [
      { level: IPPROTO_IPV6, type: IPV6_HOPLIMIT, data: u32le(255) },
      { level: IPPROTO_IPV6, type: IPV6_PKTINFO, data: concat([addressBytes(from), u32le(link.index)]) },
    ]);
  }
}
