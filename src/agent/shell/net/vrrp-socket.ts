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

/** Internetwork control (RFC 4594 §3.1), and TC_PRIO_CONTROL of linux/pkt_sched.h: before all that is queued. */
const CONTROL_TOS = 0xc0;
const CONTROL_PRIORITY = 7;
/** More than any advert: 255 IPv6 addresses behind an IPv4 header with options. */
const LONGEST = 8192;

/** The socket for one interface and one family: all instances there share it. */
export class VrrpSocket {
  readonly fd: number;
  readonly #sys: Sys;
  readonly #name: string;
  readonly #family: Family;
  readonly #index: number;
  readonly #buffer = new Uint8Array(LONGEST);
  readonly #receiver: MessageReceiver;
  readonly #texts = new AddressTexts();
  /** The core gives the same advert again and again; it is put together for the kernel once. */
  readonly #outgoing = new WeakMap<Send, Outgoing>();

  private constructor(sys: Sys, fd: number, name: string, family: Family, index: number) {
    this.#sys = sys;
    this.fd = fd;
    this.#name = name;
    this.#family = family;
    this.#index = index;
    this.#receiver = new MessageReceiver(sys, LONGEST, 128);
  }

  /** @returns -errno when the kernel refuses it, or an option that it cannot work without */
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
    // After the TOS, which sets a priority of its own.
    setOption(sys, fd, SOL_SOCKET, SO_PRIORITY, CONTROL_PRIORITY);
    return new VrrpSocket(sys, fd, name, family, index);
  }

  /** 0 or -errno; EADDRINUSE when it had joined before. */
  join(group: string): number {
    const bytes = addressBytes(group);
    // struct ip_mreqn; struct ipv6_mreq.
    return this.#family === 'ipv4'
      ? setOption(this.#sys, this.fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, concat([bytes, u32le(0), u32le(this.#index)]))
      : setOption(this.#sys, this.fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, concat([bytes, u32le(this.#index)]));
  }

  /** The next packet; undefined for one that is too short to be one, -errno when there is none. @param now the clock */
  receive(now: () => Instant): Received | undefined | number {
    return this.#family === 'ipv4' ? this.#receiveIPv4(now) : this.#receiveIPv6(now);
  }

  /** How many bytes were taken, or -errno. */
  send(advert: Send): number {
    const known = this.#outgoing.get(advert);
    if (known !== undefined) return sendOutgoing(this.#sys, this.fd, known);
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
            // struct in_pktinfo: interface, source, and a destination that is not read.
            { level: IPPROTO_IP, type: IP_PKTINFO, data: concat([u32le(this.#index), source, u32le(0)]) },
          ]
        : [
            { level: IPPROTO_IPV6, type: IPV6_HOPLIMIT, data: hops },
            { level: IPPROTO_IPV6, type: IPV6_PKTINFO, data: concat([source, u32le(this.#index)]) },
          ];
    return outgoing(this.#sys, to, advert.payload, controls);
  }

  /** A raw IPv4 socket gives the packet with its header (RFC 791 §3.1). */
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

  /** A raw IPv6 socket gives no header: hop limit and destination come beside it (RFC 3542 §6). */
  #receiveIPv6(now: () => Instant): Received | undefined | number {
    const message = this.#receiver.receive(this.fd);
    if (typeof message === 'number') return message;
    const destination = controlOf(message.controls, IPV6_PKTINFO);
    const hops = controlOf(message.controls, IPV6_HOPLIMIT);
    // struct sockaddr_in6: family, port and flow label are before the address.
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

/** Without IP_MULTICAST_ALL off it would hear the groups that others joined; without LOOP off, itself. */
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
    // Linux 4.20; before, only groups of others on this interface are heard besides, and their adverts are ours to judge.
    () => Math.max(0, set(IPV6_MULTICAST_ALL, 0)()),
  ];
}

function controlOf(controls: readonly Control[], type: number): Uint8Array | undefined {
  for (const control of controls) if (control.level === IPPROTO_IPV6 && control.type === type) return control.data;
  return undefined;
}
