import type { MethodService, Part } from '../../../src/forwarding/forwarding.ts';
import type { HostView } from '../../../src/forwarding/view.ts';

/** A host's part of a small cluster: two directors with a leg inside, two real servers inside. */

export const BOTH = [{ isDirector: true }, { isRealServer: true }] as const;

const RS1 = { name: 'rs1', address: '10.0.0.102', port: 8080 };
const RS2 = { name: 'rs2', address: '10.0.0.103', port: 8080 };

const SERVICE: MethodService = {
  name: '192.168.168.12:80',
  endpoints: [{ vip: '192.168.168.12', port: 80 }],
  protocol: 'TCP',
  members: [RS1, RS2],
};

export const SERVICE_6: MethodService = {
  name: '[fd00::12]:80',
  endpoints: [{ vip: 'fd00::12', port: 80 }],
  protocol: 'TCP',
  members: [{ name: 'rs1', address: 'fd01::102', port: 8080 }],
};

const DIRECTORS = [
  { name: 'dr1', addresses: ['192.168.168.100', '10.0.0.100'] },
  { name: 'dr2', addresses: ['192.168.168.107', '10.0.0.107'] },
];

/** rs1 unless it is a director, dr1. */
export function partOf(given: Partial<Part> = {}): Part {
  const { isDirector = false, isRealServer = false, services = [SERVICE] } = given;
  const ownServices = isRealServer
    ? services.map((one) => ({ ...one, members: one.members.filter(({ name }) => name === 'rs1') }))
    : [];
  return {
    settings: {
      nat: { gateways: ['10.0.0.1'], wayBack: 'default_route' },
      tun: { type: 'ipip', port: 6080, mss: undefined },
    },
    directors: DIRECTORS,
    otherServices: [],
    networkOf: (address) => (address.includes(':') ? address.split('::', 1)[0] : address.replace(/\.\d+$/, '.0/24')),
    host: isDirector
      ? { name: 'dr1', addresses: ['192.168.168.100', '10.0.0.100'] }
      : { name: 'rs1', addresses: ['10.0.0.102', 'fd01::102'] },
    alone: true,
    vips: isRealServer ? services.flatMap(({ endpoints }) => endpoints.map(({ vip }) => vip)) : [],
    ownServices,
    services,
    isDirector,
    isRealServer,
    ...given,
  };
}

const CONF = { arp_ignore: 0, arp_announce: 0, rp_filter: 0, proxy_arp: 0, send_redirects: 0 };

/** A host that has nothing but its addresses. */
export function viewOf(given: Partial<HostView> = {}): HostView {
  return {
    name: 'rs1',
    held: [
      { device: 'eth0', address: '192.168.168.100', prefix: 24 },
      { device: 'eth1', address: '10.0.0.100', prefix: 24 },
      { device: 'eth1', address: '10.0.0.102', prefix: 24 },
    ],
    conf: new Map(['all', 'eth0', 'eth1'].map((device) => [device, CONF])),
    mtu: new Map([
      ['eth0', 1500],
      ['eth1', 1500],
    ]),
    listeners: [{ address: '0.0.0.0', port: 80 }],
    routing: { defaults: [], rules: [] },
    forwards: { ipv4: true, ipv6: true },
    ...given,
  };
}

export { CONF };
