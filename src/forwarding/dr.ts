import type { Forwarding, Judgement, RealServerView } from './forwarding.ts';

const IGNORE = [
  'Answer ARP only for addresses of the interface that was asked: the VIP is on lo, so nobody is told about it.',
];
const ANNOUNCE = ['Ask ARP from an address of the outgoing interface: the VIP as a sender would teach it to everyone.'];

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

  // It hands packets on below the routing code, so there is no ip_forward among these.
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
    // On lo nobody asks for it by ARP; on the wire this host would answer, and take the packets from the director.
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
    saw:
      found.length === 0
        ? 'not there'
        : found.map(({ address, prefix, device }) => `${address}/${prefix} on ${device}`).join(', '),
    todo: right
      ? undefined
      : `\`lvs.dr.sh start\` on ${name}, or \`lvsctl deploy\`; without it the packets of direct routing are dropped there.`,
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
    title: `${name} is silent on ARP for the virtual address`,
    expected: `effective arp_ignore 1 and arp_announce 2 on ${device}`,
    saw: `arp_ignore ${ignore}, arp_announce ${announce}`,
    todo: right ? undefined : `\`lvsctl deploy\` sets them; look for another tool on ${name} that sets sysctls.`,
  };
}

/**
 * The packets of direct routing come for the virtual address, and the health check asks the real one: a server that
 * listens only on the latter is well, and swallows its share.
 */
function listens({ name, listeners }: RealServerView, vip: string, port: number): Judgement {
  const places = listeners.filter((listener) => listener.port === port).map(({ address }) => address);
  const judged = {
    check: 'listens',
    title: `${name} listens on port ${port}`,
    expected: `a web server on ${vip}:${port}, or on every address`,
  };
  if (places.includes('0.0.0.0') || places.includes(vip)) return { ...judged, saw: 'it listens', todo: undefined };
  if (places.length === 0) return { ...judged, saw: 'nothing listens', todo: `Start the web server on ${name}.` };
  return {
    ...judged,
    saw: `it listens only on ${[...new Set(places)].join(', ')}`,
    todo: `Let the web server on ${name} listen on ${vip} too, or on every address.`,
  };
}
