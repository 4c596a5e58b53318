import {
  type Forwarding,
  type HostSide,
  type MethodAddress,
  type MethodUnit,
  NOTHING,
  type Part,
} from './forwarding.ts';
import { judgeDefaultRoute, judgeListener, judgeProxyArp, judgeSilence } from './checks.ts';
import { SILENCE, SILENCED_BY, pathsOf } from './silence.ts';
import { type HostView, type Judgement, deviceOf, effective, familyOf, mainDefault, passed } from './view.ts';

const SCRIPT = '/usr/local/sbin/lvs.dr.sh';
const UNIT: MethodUnit = {
  name: 'lvs-dr.service',
  script: SCRIPT,
  title: 'virtual addresses on the loopback',
};

/**
 * Direct routing: the director changes the MAC address of a packet and nothing else. The real server has the virtual
 * address on lo, silent on ARP, and answers the client itself.
 */
export const dr: Forwarding = {
  lbKind: 'DR',
  summary: 'director and real servers on one segment, replies straight to the client',
  because: 'replies go straight to the client',
  keepsDestination: true,
  conf: () => ['DR'],

  inventory: {
    oneSegment: 'direct routing needs one segment',
    samePort: 'direct routing cannot change a port',
    defaultPort: 'the port of the virtual server, as direct routing demands',
    rules: () => [],
  },

  floating: () => [],
  traces: { files: [SCRIPT], units: [UNIT.name] },
  host: (part) => (part.isRealServer ? realServer(part) : director(part)),
  silencedBy: SILENCED_BY,
  hint: 'DR needs the virtual address on lo of each real server.',
};

function director(part: Part): HostSide {
  return {
    ...NOTHING,
    // IPVS forwards below the routing code, so ip_forward is not needed.
    notes: part.alone
      ? [
          'net.ipv4.ip_forward is not here: under direct routing a director does not route, it only changes a MAC address.',
        ]
      : [],
    checks: (view) => judgeProxyArp(view, part),
  };
}

function realServer(part: Part): HostSide {
  const { vips } = part;
  const sysctls = vips.some((vip) => familyOf(vip) === 'ipv4') ? SILENCE : [];
  return {
    ...NOTHING,
    sysctls,
    notes: [
      'lvs.dr.sh sets the same when it starts. This file is for the time before that in a boot, and for a later',
      '`sysctl --system`, which would otherwise make the host answer for the VIP again.',
    ],
    files: [
      {
        path: SCRIPT,
        mode: 0o755,
        readBy: UNIT.name,
        view: {
          vips: vips.join(' '),
          is_director: part.isDirector ? 'yes' : '',
          sysctls: pathsOf(sysctls),
        },
      },
    ],
    // A reload is another start: it removes addresses that left the list and does not touch the others.
    units: [UNIT],
    addresses: vips.flatMap((vip) => addresses(vip).filter(({ on }) => on !== 'segment' || !part.isDirector)),
    checks: (view) => checks(view, part),
  };
}

/**
 * An address on lo receives no ARP requests. On another interface this host would answer them and divert packets from
 * the director.
 */
function addresses(vip: string): readonly MethodAddress[] {
  const address = alone(vip);
  return [
    {
      address,
      on: { device: 'lo' },
      present: true,
      reason: 'direct routing delivers packets for this address here',
    },
    {
      address,
      on: 'segment',
      present: false,
      reason: 'a real server must not answer ARP for the virtual address',
    },
  ];
}

function alone(vip: string): string {
  return `${vip}/${familyOf(vip) === 'ipv4' ? 32 : 128}`;
}

function checks(view: HostView, part: Part): readonly Judgement[] {
  const { vips, ownServices, host } = part;
  const [address = ''] = host.addresses;
  const listening = ownServices.flatMap(({ protocol, endpoints }) =>
    protocol === 'TCP' ? endpoints.filter(({ port }) => port > 0) : [],
  );
  return [
    ...vips.map((vip) => onLoopback(view, vip, part)),
    ...(vips.some((vip) => familyOf(vip) === 'ipv4') ? [judgeSilence(view, address)] : []),
    ...judgeDefaultRoute(view, part),
    ...acceptsClients(view, address),
    ...listening.map(({ vip, port }) => judgeListener(view, vip, port)),
    ...(part.isDirector ? judgeProxyArp(view, part) : []),
  ];
}

function onLoopback({ name, held }: HostView, vip: string, { isDirector }: Part): Judgement {
  const found = held.filter(({ address }) => address === vip);
  // Like lo, a tunnel receives no ARP requests. A director that is master has to answer them.
  const others = found.filter(({ device }) => (isDirector ? device === 'lo' : !device.startsWith('lvs-tun')));
  const right = others.length === 1 && others[0]?.device === 'lo' && `${vip}/${others[0].prefix}` === alone(vip);
  return {
    check: 'vip-on-lo',
    title: `${name} has ${vip} on lo`,
    expected: `${alone(vip)} on lo, and nowhere else`,
    actual:
      others.length === 0
        ? 'missing'
        : others.map(({ address, prefix, device }) => `${address}/${prefix} on ${device}`).join(', '),
    fix: right
      ? undefined
      : `Run \`lvs.dr.sh start\` on ${name}, or \`lvsctl deploy\`; until then ${name} drops the packets of direct routing.`,
  };
}

/** A strict rp_filter drops the packets of clients that the host would answer through another interface. */
function acceptsClients(view: HostView, address: string): readonly Judgement[] {
  const device = deviceOf(view, address);
  const route = mainDefault(view, 'ipv4');
  if (view.routing === undefined || device === undefined || familyOf(address) !== 'ipv4') return [];
  const title = `${view.name} accepts packets of clients on ${device}`;
  const expected = `rp_filter 0 or 2 on ${device}, or its default route`;
  const elsewhere = route?.device !== undefined && route.device !== device;
  if (!elsewhere || effective(view, device, 'rp_filter') !== 1)
    return [passed('rp-filter', title, expected, `rp_filter ${effective(view, device, 'rp_filter')}`)];
  return [
    {
      check: 'rp-filter',
      title,
      expected,
      actual: `rp_filter 1, and the default route leaves through ${route.device ?? ''}`,
      fix: `Set net.ipv4.conf.${device.replaceAll('.', '/')}.rp_filter to 2 on ${view.name}.`,
    },
  ];
}
