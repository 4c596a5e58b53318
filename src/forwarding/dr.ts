import type { Forwarding, Judgement, RealServerView } from './forwarding.ts';

const IGNORE = [
  'Answer ARP only for addresses of the interface that was asked: the VIP is on lo, so ARP requests for it get no reply.',
];
const ANNOUNCE = [
  'Send ARP requests from an address of the outgoing interface: the VIP as sender would update the ARP caches of others.',
];

const UNIT = 'lvs-dr.service';

/**
 * Direct routing: the director changes the MAC address of a packet and nothing else. The real server has the virtual
 * address on lo, silent on ARP, and answers the client itself.
 */
export const dr: Forwarding = {
  lbKind: 'DR',
  summary: 'director and real servers on one segment, replies straight to the client',
  because: 'replies go straight to the client',
  kernel: { option: '-g', name: 'Route' },

  inventory: {
    oneSegment: 'direct routing needs one segment',
    samePort: 'direct routing cannot change a port',
    defaultPort: 'the port of the virtual server, as direct routing demands',
  },

  // IPVS forwards below the routing code, so ip_forward is not needed.
  director: {
    sysctls: [],
    notes: [
      'net.ipv4.ip_forward is not here: under direct routing a director does not route, it only changes a MAC address.',
    ],
  },

  realServer: {
    sysctls: [
      { key: 'net.ipv4.conf.all.arp_ignore', value: '1', why: IGNORE, optional: false },
      { key: 'net.ipv4.conf.all.arp_announce', value: '2', why: ANNOUNCE, optional: false },
      { key: 'net.ipv4.conf.lo.arp_ignore', value: '1', why: ['As above, for lo itself.'], optional: false },
      { key: 'net.ipv4.conf.lo.arp_announce', value: '2', why: ['As above, for lo itself.'], optional: false },
    ],
    notes: [
      'lvs.dr.sh sets the same when it starts. This file is for the time before that in a boot, and for a later',
      '`sysctl --system`, which would otherwise make the host answer for the VIP again.',
    ],
    files: [
      { path: '/usr/local/sbin/lvs.dr.sh', mode: 0o755, readBy: UNIT },
      { path: `/etc/systemd/system/${UNIT}`, mode: 0o644 },
    ],
    // Its reload is another start: it drops what left the list, and never takes away what stays.
    units: [UNIT],
    // On lo it gets no ARP requests; on another interface this host would answer them and divert packets from the director.
    addresses: (vip) => [
      {
        address: `${vip}/32`,
        on: { device: 'lo' },
        present: true,
        reason: 'direct routing delivers packets for this address here',
      },
      {
        address: `${vip}/32`,
        on: 'segment',
        present: false,
        reason: 'a real server must not answer ARP for the virtual address',
      },
    ],
    checks: (view) => [
      ...view.vips.map((vip) => onLoopback(view, vip)),
      silence(view),
      ...view.services.map(({ vip, port }) => listens(view, vip, port)),
    ],
    silencedBy: 'arp_ignore=1 and arp_announce=2 on `all`',
    hint: 'DR needs the virtual address on lo of each real server.',
  },
};

function onLoopback({ name, held }: RealServerView, vip: string): Judgement {
  const found = held.filter(({ address }) => address === vip);
  const right = found.length === 1 && found[0]?.device === 'lo' && found[0].prefix === 32;
  return {
    check: 'vip-on-lo',
    title: `${name} has ${vip} on lo`,
    expected: `${vip}/32 on lo, and nowhere else`,
    actual:
      found.length === 0
        ? 'missing'
        : found.map(({ address, prefix, device }) => `${address}/${prefix} on ${device}`).join(', '),
    fix: right
      ? undefined
      : `Run \`lvs.dr.sh start\` on ${name}, or \`lvsctl deploy\`; until then ${name} drops the packets of direct routing.`,
  };
}

/** The kernel takes the larger of `all` and the interface (Documentation/networking/ip-sysctl.rst, arp_ignore, arp_announce). */
function silence({ name, address, held, arp }: RealServerView): Judgement {
  const device = held.find((one) => one.address === address)?.device ?? 'all';
  const effective = (value: 'ignore' | 'announce') =>
    Math.max(arp.get('all')?.[value] ?? 0, arp.get(device)?.[value] ?? 0);
  const [ignore, announce] = [effective('ignore'), effective('announce')];
  const right = (ignore === 1 || ignore === 2) && announce === 2;
  return {
    check: 'arp-sysctl',
    title: `${name} does not answer ARP for the virtual address`,
    expected: `effective arp_ignore 1 and arp_announce 2 on ${device}`,
    actual: `arp_ignore ${ignore}, arp_announce ${announce}`,
    fix: right ? undefined : `Run \`lvsctl deploy\`, and check ${name} for other tools that set sysctls.`,
  };
}

/**
 * Under direct routing packets arrive for the virtual address, while the health check uses the real one: a server that
 * listens only on its real address passes the health check but refuses its share of the traffic.
 */
function listens({ name, listeners }: RealServerView, vip: string, port: number): Judgement {
  const places = listeners.filter((listener) => listener.port === port).map(({ address }) => address);
  const judged = {
    check: 'listens',
    title: `${name} listens on port ${port}`,
    expected: `a web server on ${vip}:${port}, or on all addresses`,
  };
  if (places.includes('0.0.0.0') || places.includes(vip)) return { ...judged, actual: 'listening', fix: undefined };
  if (places.length === 0) return { ...judged, actual: 'nothing listens', fix: `Start the web server on ${name}.` };
  return {
    ...judged,
    actual: `listening only on ${[...new Set(places)].join(', ')}`,
    fix: `Make the web server on ${name} listen on ${vip} too, or on all addresses.`,
  };
}
