import { type Family, familyOf } from '../../../keepalived/text/address.ts';
import { ByteReader } from '../bytes/byte-reader.ts';
import { internetChecksum } from '../bytes/checksum.ts';
import { concat, equalBytes, u16be, u32be } from '../bytes/write.ts';
import { type Conversation, type ProbeEvent, type Turn, failed, proceed, passed, formatSeconds } from './probe.ts';

/** ICMP (RFC 792) and ICMPv6 (RFC 4443 §4) message types. */
const REQUEST = { ipv4: 8, ipv6: 128 } as const;
const REPLY = { ipv4: 0, ipv6: 129 } as const;

export interface Echo {
  readonly family: Family;
  readonly id: number;
  readonly sequence: number;
  readonly payload: Uint8Array;
}

/** An echo request. The kernel fills in the ICMPv6 checksum, which covers the source address (RFC 3542 §3.1). */
export function echoRequest({ family, id, sequence, payload }: Echo): Uint8Array {
  const head = Uint8Array.of(REQUEST[family], 0);
  const rest = concat([u16be(id), u16be(sequence), payload]);
  const sum = family === 'ipv4' ? internetChecksum(head, Uint8Array.of(0, 0), rest) : 0;
  return concat([head, u16be(sum), rest]);
}

/** Whether an ICMP message (without IP header) answers this request: raw sockets receive all replies to the host. */
export function isEchoReply(bytes: Uint8Array, { family, id, sequence, payload }: Echo): boolean {
  const reader = new ByteReader(bytes);
  const [type, code] = [reader.u8(), reader.u8()];
  reader.skip(2);
  const same = reader.u16() === id && reader.u16() === sequence;
  return (
    !reader.failed && type === REPLY[family] && code === 0 && same && equalBytes(reader.take(reader.left), payload)
  );
}

interface PingChecker {
  readonly connect_ip: string;
  readonly connect_timeout: number;
}

/**
 * PING_CHECK: one echo request over a raw socket.
 * @param random identifier that the reply must repeat
 */
export function pingConversation(checker: PingChecker, random: number): Conversation {
  const echo: Echo = {
    family: familyOf(checker.connect_ip),
    id: random & 0xffff,
    sequence: 1,
    payload: concat([u32be(random), u32be(random ^ 0x5a5a5a5a)]),
  };
  return {
    on: (event) => {
      if (event.kind === 'failed') return failed(event.reason);
      if (event.kind !== 'connected') return failed(`no connection within ${formatSeconds(checker.connect_timeout)}`);
      return proceed(
        (next) => receive(checker, echo, next),
        { kind: 'send', bytes: echoRequest(echo) },
        { kind: 'deadline', due: event.at + checker.connect_timeout },
      );
    },
  };
}

function receive(checker: PingChecker, echo: Echo, event: ProbeEvent): Turn {
  if (event.kind === 'failed') return failed(event.reason);
  if (event.kind === 'deadline') return failed(`no echo within ${formatSeconds(checker.connect_timeout)}`);
  if (event.kind === 'data' && isEchoReply(event.bytes, echo)) return passed();
  return proceed((next) => receive(checker, echo, next));
}
