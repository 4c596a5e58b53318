/**
 * Firewall marks that a director gives to packets as they arrive, by filters of tc(8): these are in every iproute2, and
 * need neither nftables nor iptables.
 */

/** The packets of one fwmark service. */
export interface Mark {
  /** 1 to 4294967295 */
  readonly mark: number;
  /** Of one family. */
  readonly vips: readonly string[];
  readonly ports: readonly number[];
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
}

/** A director that may forward packets of a service to this one, by the hardware address it sends from. */
export type Peer = string;

/**
 * The priorities of tc. All filters of one priority have one protocol, and lower ones are examined first: packets of
 * peers leave the list before they can be marked.
 */
const PRIORITIES = {
  peer: { ip: 17_701, ipv6: 17_702 },
  mark: { ip: 17_703, ipv6: 17_704 },
} as const;

export const MARK_PRIORITIES: readonly number[] = [
  ...Object.values(PRIORITIES.peer),
  ...Object.values(PRIORITIES.mark),
];

/** The rules of lvs.mark.sh: `PRIORITY HANDLE PROTOCOL MATCH ... ACTION`, by priority. */
export function markRules(marks: readonly Mark[], peers: readonly Peer[]): readonly string[] {
  const vips = [...new Set(marks.flatMap((mark) => mark.vips))];
  const passed = vips.flatMap((vip) =>
    peers.map((peer) => ({
      priority: PRIORITIES.peer[protocolOf(vip)],
      protocol: protocolOf(vip),
      words: `src_mac ${peer} dst_ip ${vip} action pass`,
    })),
  );
  const marked = marks.flatMap(({ mark, protocol, ports, vips: addresses }) =>
    addresses.flatMap((vip) =>
      ports.map((port) => ({
        priority: PRIORITIES.mark[protocolOf(vip)],
        protocol: protocolOf(vip),
        words: `dst_ip ${vip} ip_proto ${protocol.toLowerCase()} dst_port ${port} action skbedit mark ${mark}`,
      })),
    ),
  );
  const handles = new Map<number, number>();
  return [...passed, ...marked]
    .toSorted((one, other) => one.priority - other.priority)
    .map(({ priority, protocol, words }) => {
      const handle = (handles.get(priority) ?? 0) + 1;
      handles.set(priority, handle);
      return `${priority} ${handle} ${protocol} ${words}`;
    });
}

function protocolOf(address: string): 'ip' | 'ipv6' {
  return address.includes(':') ? 'ipv6' : 'ip';
}
