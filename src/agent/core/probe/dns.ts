import { ByteReader } from '../bytes/byte-reader.ts';
import { encodeUtf8 } from '../../../keepalived/text/utf8.ts';
import { concat, u16be, u8 } from '../bytes/write.ts';
import { type Conversation, type ProbeEvent, type Turn, failed, proceed, passed, formatSeconds } from './probe.ts';

/** Record types (RFC 1035 §3.2.2, RFC 3596 §2.1). */
const TYPES: ReadonlyMap<string, number> = new Map(
  Object.entries<number>({ A: 1, NS: 2, CNAME: 5, SOA: 6, MX: 15, TXT: 16, AAAA: 28 }),
);

const INTERNET = 1;
const RECURSION_DESIRED = 0x0100;

/** A query with one question (RFC 1035 §4.1); undefined if the name or type is invalid. */
export function dnsQuery(id: number, name: string, type: string): Uint8Array | undefined {
  const number = TYPES.get(type.toUpperCase());
  const labels = encodeName(name);
  if (number === undefined || labels === undefined) return undefined;
  const header = [id, RECURSION_DESIRED, 1, 0, 0, 0].map(u16be);
  return concat([...header, labels, u16be(number), u16be(INTERNET)]);
}

/** Decodes the response to a query with this id; undefined for any other datagram. */
export function dnsAnswer(bytes: Uint8Array, id: number): { readonly rcode: string } | undefined {
  const reader = new ByteReader(bytes);
  const answers = reader.u16();
  const flags = reader.u16();
  reader.skip(8);
  if (reader.failed || answers !== id || (flags & 0x8000) === 0) return undefined;
  const code = flags & 15;
  return { rcode: RCODES[code] ?? `RCODE ${code}` };
}

/** RFC 1035 §4.1.1. */
const RCODES = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'];

/** RFC 1035 §3.1: labels of 1 to 63 bytes, 255 bytes in total; `.` is the root. */
function encodeName(name: string): Uint8Array | undefined {
  const text = name.replace(/\.$/, '');
  const labels = text === '' ? [] : text.split('.').map(encodeUtf8);
  if (labels.some((label) => label.length < 1 || label.length > 63)) return undefined;
  const encoded = concat([...labels.flatMap((label) => [u8(label.length), label]), u8(0)]);
  return encoded.length > 255 ? undefined : encoded;
}

interface DnsChecker {
  readonly connect_timeout: number;
  readonly type: string;
  readonly name: string;
}

/**
 * DNS_CHECK: queries a name over UDP. As in keepalived, any response without error passes, even one without records.
 * Other datagrams are ignored.
 * @param random its low 16 bits become the query's id
 */
export function dnsConversation(checker: DnsChecker, random: number): Conversation {
  const id = random & 0xffff;
  return {
    on: (event) => {
      if (event.kind === 'failed') return failed(event.reason);
      if (event.kind !== 'connected') return failed(`no connection within ${formatSeconds(checker.connect_timeout)}`);
      const query = dnsQuery(id, checker.name, checker.type);
      if (query === undefined) return failed(`invalid query for ${checker.name} ${checker.type}`);
      return proceed(
        (next) => receive(checker, id, next),
        { kind: 'send', bytes: query },
        { kind: 'deadline', due: event.at + checker.connect_timeout },
      );
    },
  };
}

function receive(checker: DnsChecker, id: number, event: ProbeEvent): Turn {
  const { name, type, connect_timeout } = checker;
  if (event.kind === 'failed') return failed(event.reason);
  if (event.kind === 'deadline') return failed(`no answer within ${formatSeconds(connect_timeout)}`);
  const answer = event.kind === 'data' ? dnsAnswer(event.bytes, id) : undefined;
  if (answer === undefined) return proceed((next) => receive(checker, id, next));
  return answer.rcode === 'NOERROR' ? passed() : failed(`${answer.rcode} for ${name} ${type}`);
}
