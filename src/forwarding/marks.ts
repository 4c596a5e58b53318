import { type HostSide, type MethodFile, type MethodUnit, NOTHING, type Protocol } from './forwarding.ts';
import { familyOf } from './view.ts';

/**
 * Firewall marks, which a director sets on arriving packets by filters of tc(8): every iproute2 has these, so neither
 * nftables nor iptables is needed (docs/decisions/marks-by-tc.md).
 */

/** The packets of one fwmark service. */
export interface Mark {
  /** 1 to 4294967295 */
  readonly mark: number;
  readonly protocol: Protocol;
  readonly endpoints: readonly { readonly vip: string; readonly port: number }[];
}

/** The interface of a director on the segment of a virtual address, and what it marks there. */
export interface MarkedSegment {
  /** The director's own address there; filters are on the interface that holds it. */
  readonly address: string;
  readonly marks: readonly Mark[];
  /**
   * If the director is also a real server: the addresses of the other directors there. Their packets stay unmarked,
   * because they have been balanced already. The script looks up the hardware addresses.
   */
  readonly peers: readonly string[];
}

const SCRIPT = '/usr/local/sbin/lvs.mark.sh';
const UNIT: MethodUnit = {
  name: 'lvs-mark.service',
  script: SCRIPT,
  title: 'marks of packets for virtual addresses',
};

export const MARK_TRACES = { files: [SCRIPT], units: [UNIT.name] } as const;

/**
 * Priorities of tc(8). The filters of a priority share one protocol, and lower priorities come first, so that packets
 * of peers leave the chain before they can be marked.
 */
const PRIORITIES = {
  peer: { ipv4: 17_701, ipv6: 17_702 },
  mark: { ipv4: 17_703, ipv6: 17_704 },
} as const;

const PROTOCOLS = { ipv4: 'ip', ipv6: 'ipv6' } as const;

/** What a director needs in order to mark packets; undefined if there are none to mark. */
export function markingSide(segments: readonly MarkedSegment[]): HostSide | undefined {
  const rules = markRules(segments);
  if (rules.length === 0) return undefined;
  const priorities = [...Object.values(PRIORITIES.peer), ...Object.values(PRIORITIES.mark)].join(' ');
  const files: readonly MethodFile[] = [
    { path: SCRIPT, mode: 0o755, readBy: UNIT.name, view: { rules: rules.join('\n'), priorities } },
  ];
  return { ...NOTHING, files, units: [UNIT], script: SCRIPT };
}

/** The rules of lvs.mark.sh: `ADDRESS PRIORITY HANDLE PROTOCOL MATCH ... ACTION`. */
export function markRules(segments: readonly MarkedSegment[]): readonly string[] {
  const handles = new Map<number, number>();
  return segments.flatMap((segment) =>
    rulesOf(segment)
      .toSorted((one, other) => one.priority - other.priority)
      .map(({ priority, protocol, words }) => {
        const handle = (handles.get(priority) ?? 0) + 1;
        handles.set(priority, handle);
        return `${segment.address} ${priority} ${handle} ${protocol} ${words}`;
      }),
  );
}

interface Rule {
  readonly priority: number;
  readonly protocol: 'ip' | 'ipv6';
  readonly words: string;
}

function rulesOf({ marks, peers }: MarkedSegment): readonly Rule[] {
  const vips = [...new Set(marks.flatMap(({ endpoints }) => endpoints.map(({ vip }) => vip)))];
  const rule = (kind: keyof typeof PRIORITIES, vip: string, words: string): Rule => {
    const family = familyOf(vip);
    return { priority: PRIORITIES[kind][family], protocol: PROTOCOLS[family], words };
  };
  return [
    ...vips.flatMap((vip) => peers.map((peer) => rule('peer', vip, `src_mac @${peer} dst_ip ${vip} action pass`))),
    ...marks.flatMap(({ mark, protocol, endpoints }) =>
      endpoints.map(({ vip, port }) => {
        const match = `dst_ip ${vip} ip_proto ${protocol.toLowerCase()} dst_port ${port}`;
        return rule('mark', vip, `${match} action skbedit mark ${mark}`);
      }),
    ),
  ];
}
