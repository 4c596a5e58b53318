import {
  type Forwarding,
  type HostSide,
  type MethodUnit,
  type MethodCluster,
  type MethodFinding,
  NOTHING,
  type Part,
  type TunSettings,
  type TunnelType,
} from './forwarding.ts';
import { judgeDefaultRoute, judgeListener, judgeProxyArp, judgeSilence } from './checks.ts';
import { SILENCE, SILENCED_BY, pathsOf } from './silence.ts';
import { type HostView, type Judgement, deviceOf, effective, familyOf, passed } from './view.ts';

type Family = 'ipv4' | 'ipv6';

const SCRIPT = '/usr/local/sbin/lvs.tun.sh';
const UNIT: MethodUnit = {
  name: 'lvs-tun.service',
  script: SCRIPT,
  title: 'tunnels and virtual addresses',
};
/** The routing table for replies with a smaller MSS, and the preference of the rules that select it. */
const TABLE = 7170;
const DEVICES: Readonly<Record<Family, string>> = { ipv4: 'lvs-tun', ipv6: 'lvs-tun6' };

/** Bytes; the MTU of Ethernet. */
const USUAL_MTU = 1500;

interface Tunnel {
  /** The link type of ip-link(8), by family. */
  readonly kind: Readonly<Record<Family, string>>;
  readonly modules: Readonly<Record<Family, readonly string[]>>;
  /** Bytes between the outer IP header and the packet (net/netfilter/ipvs/ip_vs_xmit.c). */
  readonly overhead: number;
}

const TUNNEL: Readonly<Record<TunnelType, Tunnel>> = {
  ipip: {
    kind: { ipv4: 'ipip', ipv6: 'ip6tnl' },
    modules: { ipv4: ['ipip'], ipv6: ['ip6_tunnel'] },
    overhead: 0,
  },
  // UDP, and the header of GUE.
  gue: {
    kind: { ipv4: 'ipip', ipv6: 'ip6tnl' },
    modules: { ipv4: ['ipip', 'fou'], ipv6: ['ip6_tunnel', 'fou6'] },
    overhead: 8 + 4,
  },
  gre: {
    kind: { ipv4: 'gre', ipv6: 'ip6gre' },
    modules: { ipv4: ['ip_gre'], ipv6: ['ip6_gre'] },
    overhead: 4,
  },
};

/** Bytes of an IP header. */
const IP_HEADER: Readonly<Record<Family, number>> = { ipv4: 20, ipv6: 40 };
/** Bytes of a TCP header without options. */
const TCP_HEADER = 20;

/**
 * Tunnelling: the director encapsulates each packet and sends it to the real server, which may be on any network. The
 * real server holds the virtual address on the tunnel device, does not answer ARP for it, and replies to the client
 * itself.
 */
export const tun: Forwarding = {
  lbKind: 'TUN',
  summary: 'the director wraps packets to real servers on any network, replies straight to the client',
  because: 'real servers may be on other networks',
  keepsDestination: true,
  conf: ({ tun: { type, port } }) => [
    'TUN',
    ...(type === 'ipip' ? [] : ['type', type]),
    ...(type === 'gue' ? ['port', String(port)] : []),
  ],

  inventory: {
    oneSegment: undefined,
    samePort: 'a tunnel cannot change a port',
    defaultPort: 'the port of the virtual server, as a tunnel demands',
    rules,
  },

  floating: () => [],
  traces: { files: [SCRIPT], units: [UNIT.name] },
  host: (part) => (part.isRealServer ? realServer(part) : { ...NOTHING, checks: (view) => directorChecks(view, part) }),
  silencedBy: SILENCED_BY,
  hint: 'TUN needs a tunnel with the virtual address on each real server, and no firewall that drops it.',
};

/** Bytes that the director adds to a packet. */
function overheadOf({ type }: TunSettings, family: Family): number {
  return IP_HEADER[family] + TUNNEL[type].overhead;
}

function segmentOf(settings: TunSettings, family: Family): number {
  const fits = USUAL_MTU - overheadOf(settings, family) - IP_HEADER[family] - TCP_HEADER;
  return family === 'ipv4' ? (settings.mss ?? fits) : fits;
}

function familiesOf(vips: readonly string[]): readonly Family[] {
  return [...new Set(vips.map(familyOf))];
}

/** The address of the host to which directors send packets of a family. */
function endOf({ ownServices }: Part, family: Family): string | undefined {
  const addresses = ownServices.flatMap(({ members }) => members.map(({ address }) => address));
  return addresses.find((address) => familyOf(address) === family);
}

function realServer(part: Part): HostSide {
  const { vips, settings } = part;
  const { type, port } = settings.tun;
  const families = familiesOf(vips).filter((family) => endOf(part, family) !== undefined);
  const sysctls = families.includes('ipv4') ? SILENCE : [];
  const modules = [...new Set(families.flatMap((family) => TUNNEL[type].modules[family]))];
  const option = (family: Family): string => (family === 'ipv4' ? '-4' : '-6');
  const view = {
    vips: vips.join(' '),
    is_director: part.isDirector ? 'yes' : '',
    sysctls: pathsOf(sysctls),
    links: families
      .map((family) => `${DEVICES[family]} ${TUNNEL[type].kind[family]} ${endOf(part, family) ?? ''}`)
      .join('\n'),
    modules: modules.join(' '),
    ports: type === 'gue' ? families.map((family) => `${option(family)} ${port}`).join('\n') : '',
    segments: families.map((family) => `${option(family)} ${segmentOf(settings.tun, family)}`).join('\n'),
    device4: DEVICES.ipv4,
    device6: DEVICES.ipv6,
    table: TABLE,
  };
  return {
    ...NOTHING,
    sysctls,
    notes: ['lvs.tun.sh sets the same when it starts. This file is for the time before that in a boot.'],
    modules,
    files: [{ path: SCRIPT, mode: 0o755, readBy: UNIT.name, view }],
    units: [UNIT],
    script: SCRIPT,
    addresses: (part.isDirector ? [] : vips).map((vip) => ({
      address: `${vip}/${familyOf(vip) === 'ipv4' ? 32 : 128}`,
      on: 'segment',
      present: false,
      reason: 'a real server must not answer ARP for the virtual address',
    })),
    checks: (seen) => [...realServerChecks(seen, part), ...(part.isDirector ? directorChecks(seen, part) : [])],
  };
}

function realServerChecks(view: HostView, part: Part): readonly Judgement[] {
  const { vips, ownServices, host } = part;
  const listening = ownServices.flatMap(({ protocol, endpoints }) =>
    protocol === 'TCP' ? endpoints.filter(({ port }) => port > 0) : [],
  );
  const [address = ''] = host.addresses;
  return [
    ...vips.map((vip) => onTunnel(view, vip, part.isDirector)),
    ...(familiesOf(vips).includes('ipv4') ? [judgeSilence(view, address), loose(view)] : []),
    ...judgeDefaultRoute(view, part),
    ...listening.map(({ vip, port }) => judgeListener(view, vip, port)),
  ];
}

/** A director that is master has it on its network too. */
function onTunnel(view: HostView, vip: string, isDirector: boolean): Judgement {
  const device = DEVICES[familyOf(vip)];
  const found = view.held
    .filter((one) => one.address === vip && (isDirector ? one.device === device : one.device !== 'lo'))
    .map((one) => one.device);
  const title = `${view.name} has ${vip} on its tunnel`;
  const expected = `on ${device}, and on no network`;
  if (found.length === 1 && found[0] === device) return passed('vip-on-tunnel', title, expected, `on ${device}`);
  return {
    check: 'vip-on-tunnel',
    title,
    expected,
    actual: found.length === 0 ? 'missing' : `on ${found.join(', ')}`,
    fix: `Run \`lvs.tun.sh start\` on ${view.name}, or \`lvsctl deploy\`; until then ${view.name} drops what directors send.`,
  };
}

/** Replies leave by another interface than requests come in, which a strict filter takes for a forged source. */
function loose(view: HostView): Judgement {
  const device = DEVICES.ipv4;
  const value = effective(view, device, 'rp_filter');
  const title = `${view.name} accepts packets of clients from its tunnel`;
  const expected = `effective rp_filter 0 or 2 on ${device}`;
  if (value !== 1) return passed('rp-filter', title, expected, `rp_filter ${value}`);
  const fix = `Run \`lvs.tun.sh start\` on ${view.name}, or \`lvsctl deploy\`; until then ${view.name} drops what directors send.`;
  return { check: 'rp-filter', title, expected, actual: 'rp_filter 1', fix };
}

function directorChecks(view: HostView, part: Part): readonly Judgement[] {
  const vips = part.services.flatMap(({ endpoints }) => endpoints.map(({ vip }) => vip));
  return [...familiesOf(vips).flatMap((family) => holdsHeader(view, part, family)), ...judgeProxyArp(view, part)];
}

/** A packet that is too large when wrapped is dropped, and clients behind some firewalls never learn of it. */
function holdsHeader(view: HostView, { host, settings }: Part, family: Family): readonly Judgement[] {
  const address = host.addresses.find((one) => familyOf(one) === family);
  const device = address === undefined ? undefined : deviceOf(view, address);
  const mtu = device === undefined ? undefined : view.mtu.get(device);
  if (device === undefined || mtu === undefined) return [];
  const segment = segmentOf(settings.tun, family);
  const needed = segment + TCP_HEADER + IP_HEADER[family] + overheadOf(settings.tun, family);
  const title = `${view.name} can wrap full packets`;
  const expected = `MTU ${needed} on ${device} for segments of ${segment} bytes`;
  if (mtu >= needed) return [passed('tunnel-mtu', title, expected, `MTU ${mtu}`)];
  const fix = `Set tun.mss to ${segment - (needed - mtu)} or less, or raise the MTU of ${device} on ${view.name} and of the networks behind it.`;
  return [{ check: 'tunnel-mtu', title, expected, actual: `MTU ${mtu}`, fix }];
}

function rules({ settings, services }: MethodCluster): readonly MethodFinding[] {
  const { mss, type } = settings.tun;
  const fits = USUAL_MTU - overheadOf(settings.tun, 'ipv4') - IP_HEADER.ipv4 - TCP_HEADER;
  const [ended] = services.flatMap(({ name, endpoints, members }) =>
    members.flatMap((member) => {
      const other = endpoints.find(({ vip }) => familyOf(vip) !== familyOf(member.address));
      return other === undefined ? [] : [{ name, member }];
    }),
  );
  return [
    ...(mss !== undefined && mss > fits
      ? [
          {
            at: ['tun', 'mss'],
            severity: 'warning' as const,
            what: `A full segment of ${mss} bytes and the header of ${type} need packets of ${mss + USUAL_MTU - fits} bytes, more than the usual ${USUAL_MTU}.`,
            hint: `Set it to ${fits} or less, unless every network between directors and real servers carries larger packets.`,
          },
        ]
      : []),
    ...(ended === undefined
      ? []
      : [
          {
            at: ['real_servers'],
            severity: 'error' as const,
            what: `${ended.member.name}, ${ended.member.address}, has no address of the family of ${ended.name}.`,
            hint: 'Add one to its `addresses`.',
          },
        ]),
  ];
}
