import { addressBytes, type Family } from '../../../keepalived/text/address.ts';
import { ByteReader } from '../../core/bytes/byte-reader.ts';
import { concat, u32le } from '../../core/bytes/write.ts';
import type { Instant } from '../../core/step.ts';
import type { Received, Send } from '../../core/vrrp/event.ts';
import { AddressTexts } from './address-texts.ts';
import { closeFile, cString } from '../sys/files.ts';
import { AF_INET, AF_INET6 } from './socket-address.ts';
import { type Control, MessageReceiver, outgoing, type Outgoing, sendOutgoing } from './socket-message.ts';
import { openSocket, receive, setOption, SOCK_RAW, SOL_SOCKET } from './sockets.ts';
import type { Sys } from '../sys/sys.ts';

const IPPROTO_VRRP = 112;
// asm-generic/socket.h
const SO_PRIORITY = 12;
const SO_BINDTODEVICE = 25;
// linux/in.h
const IPPROTO_IP = 0;
const IP_TOS = 1;
const IP_TTL = 2;
const IP_PKTINFO = 8;
const IP_MULTICAST_IF = 32;
const IP_MULTICAST_TTL = 33;
const IP_MULTICAST_LOOP = 34;
const IP_ADD_MEMBERSHIP = 35;
const IP_MULTICAST_ALL = 49;
// linux/in6.h
const IPPROTO_IPV6 = 41;
const IPV6_MULTICAST_IF = 17;
const IPV6_MULTICAST_HOPS = 18;
const IPV6_MULTICAST_LOOP = 19;
const IPV6_JOIN_GROUP = 20;
const IPV6_MULTICAST_ALL = 29;
const IPV6_RECVPKTINFO = 49;
const IPV6_PKTINFO = 50;
const IPV6_RECVHOPLIMIT = 51;
const IPV6_HOPLIMIT = 52;
const IPV6_TCLASS = 67;

/** Internetwork control (RFC 4594 §3.1) and TC_PRIO_CONTROL of linux/pkt_sched.h, ahead of other queued packets. */
const CONTROL_TOS = 0xc0;
const CONTROL_PRIORITY = 7;
/** Larger than any advert: 255 IPv6 addresses after an IPv4 header with options. */
const LONGEST = 8192;

/** The socket of one interface and family, shared by all instances there. */
export class VrrpSocket {
  readonly fd: number;
  readonly #sys: Sys;
  readonly #name: string;
  readonly #family: Family;
  readonly #index: number;
  readonly #buffer = new Uint8Array(LONGEST);
  readonly #receiver: MessageReceiver;
  readonly #texts = new AddressTexts();
  /** Encoded messages, cached because the core repeats the same adverts. */
  readonly #outgoing = new WeakMap<Send, Outgoing>();

  private constructor(sys: Sys, fd: number, name: string, family: Family, index: number) {
    this.#sys = sys;
    this.fd = fd;
    this.#name = name;
    this.#family = family;
    this.#index = index;
    this.#receiver = new MessageReceiver(sys, LONGEST, 128);
  }

  /** @returns -errno if the kernel refuses the socket or a required option */
  static open(sys: Sys, name: string, index: number, family: Family): VrrpSocket | number {
    const fd = openSocket(sys, family === 'ipv4' ? AF_INET : AF_INET6, SOCK_RAW, IPPROTO_VRRP);
    if (fd < 0) return fd;
    const needed = [
      () => setOption(sys, fd, SOL_SOCKET, SO_BINDTODEVICE, cString(name)),
      ...(family === 'ipv4' ? optionsIPv4(sys, fd, index) : optionsIPv6(sys, fd, index)),
    ];
    for (const set of needed) {
      const result = set();
      if (result >= 0) continue;
      closeFile(sys, fd);
      return result;
    }
    if (family === 'ipv4') setOption(sys, fd, IPPROTO_IP, IP_TOS, CONTROL_TOS);
    else setOption(sys, fd, IPPROTO_IPV6, IPV6_TCLASS, CONTROL_TOS);
    // Set after the TOS, which changes the priority.
    setOption(sys, fd, SOL_SOCKET, SO_PRIORITY, CONTROL_PRIORITY);
    return new VrrpSocket(sys, fd, name, family, index);
  }

  /** Returns 0 or -errno; EADDRINUSE if already joined. */
  join(group: string): number {
    const bytes = addressBytes(group);
    // struct ip_mreqn; struct ipv6_mreq.
    return this.#family === 'ipv4'
      ? setOption(this.#sys, this.fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, concat([bytes, u32le(0), u32le(this.#index)]))
      : setOption(this.#sys, this.fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, concat([bytes, u32le(this.#index)]));
  }

  /** The next packet; undefined if it is too short, -errno if there is none. @param now the clock */
  receive(now: () => Instant): Received | undefined | number {
    return this.#family === 'ipv4' ? this.#receiveIPv4(now) : this.#receiveIPv6(now);
  }

  /** Returns the number of bytes sent, or -errno. */
  send(advert: Send): number {
    const cached = this.#outgoing.get(advert);
    if (cached !== undefined) return sendOutgoing(this.#sys, this.fd, cached);
    const message = this.#prepare(advert);
    this.#outgoing.set(advert, message);
    return sendOutgoing(this.#sys, this.fd, message);
  }

  #prepare(advert: Send): Outgoing {
    const to = { kind: 'ip', address: advert.destination, port: 0, scope: this.#index } as const;
    const hops = u32le(advert.ttl);
    const any = this.#family === 'ipv4' ? '0.0.0.0' : '::';
    const source = addressBytes(advert.source ?? any);
    const controls: readonly Control[] =
      this.#family === 'ipv4'
        ? [
            { level: IPPROTO_IP, type: IP_TTL, data: hops },
            // struct in_pktinfo: interface, source, and an unused destination.
            { level: IPPROTO_IP, type: IP_PKTINFO, data: concat([u32le(this.#index), source, u32le(0)]) },
          ]
        : [
            { level: IPPROTO_IPV6, type: IPV6_HOPLIMIT, data: hops },
            { level: IPPROTO_IPV6, type: IPV6_PKTINFO, data: concat([source, u32le(this.#index)]) },
          ];
    return outgoing(this.#sys, to, advert.payload, controls);
  }

  /** Raw IPv4 sockets include the IP header (RFC 791 §3.1). */
  #receiveIPv4(now: () => Instant): Received | undefined | number {
    const packet = this.#buffer;
    const size = receive(this.#sys, this.fd, packet);
    if (size < 0) return size;
    const length = ((packet[0] ?? 0) & 15) * 4;
    if (length < 20 || size < length) return undefined;
    return {
      kind: 'received',
      at: now(),
      interface: this.#name,
      family: 'ipv4',
      source: this.#texts.of(packet, 12, 4),
      destination: this.#texts.of(packet, 16, 4),
      hops: packet[8] ?? 0,
      payload: packet.slice(length, size),
    };
  }

  /** Raw IPv6 sockets pass hop limit and destination as ancillary data (RFC 3542 §6). */
  #receiveIPv6(now: () => Instant): Received | undefined | number {
    const message = this.#receiver.receive(this.fd);
    if (typeof message === 'number') return message;
    const destination = controlOf(message.controls, IPV6_PKTINFO);
    const hops = controlOf(message.controls, IPV6_HOPLIMIT);
    // struct sockaddr_in6: the address follows family, port and flow label.
    if (message.from.length < 24 || destination === undefined || hops === undefined) return undefined;
    return {
      kind: 'received',
      at: now(),
      interface: this.#name,
      family: 'ipv6',
      source: this.#texts.of(message.from, 8, 16),
      destination: this.#texts.of(destination, 0, 16),
      hops: new ByteReader(hops).u32le(),
      payload: message.payload,
    };
  }

  close(): void {
    closeFile(this.#sys, this.fd);
  }
}

/** Disables IP_MULTICAST_ALL, which delivers groups joined by other sockets, and IP_MULTICAST_LOOP, which echoes. */
function optionsIPv4(sys: Sys, fd: number, index: number): readonly (() => number)[] {
  const set = (option: number, value: number | Uint8Array) => () => setOption(sys, fd, IPPROTO_IP, option, value);
  return [
    set(IP_MULTICAST_IF, concat([u32le(0), u32le(0), u32le(index)])),
    set(IP_MULTICAST_TTL, 255),
    set(IP_MULTICAST_LOOP, 0),
    set(IP_MULTICAST_ALL, 0),
  ];
}

function optionsIPv6(sys: Sys, fd: number, index: number): readonly (() => number)[] {
  const set = (option: number, value: number) => () => setOption(sys, fd, IPPROTO_IPV6, option, value);
  return [
    set(IPV6_MULTICAST_IF, index),
    set(IPV6_MULTICAST_HOPS, 255),
    set(IPV6_MULTICAST_LOOP, 0),
    set(IPV6_RECVPKTINFO, 1),
    set(IPV6_RECVHOPLIMIT, 1),
    // From Linux 4.20. Before, groups joined by others on this interface are received too, which the core can handle.
    () => Math.max(0, set(IPV6_MULTICAST_ALL, 0)()),
  ];
}

function controlOf(controls: readonly Control[], type: number): Uint8Array | undefined {
  for (const control of controls) if (control.level === IPPROTO_IPV6 && control.type === type) return control.data;
  return undefined;
}
