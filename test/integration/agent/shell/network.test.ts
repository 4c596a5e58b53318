import { describe, expect, it } from 'vitest';
import type { Route, VirtualAddress } from '../../../../src/keepalived/model/vrrp.ts';
import { decodeAddress } from '../../../../src/agent/core/netlink/address.ts';
import type { Request } from '../../../../src/agent/core/netlink/message.ts';
import { deleteRoute, newRoute } from '../../../../src/agent/core/netlink/route.ts';
import { IFA_F } from '../../../../src/agent/core/netlink/rtnetlink-number.ts';
import type { Link } from '../../../../src/agent/core/vrrp/event.ts';
import type { NetlinkSocket } from '../../../../src/agent/shell/net/netlink-socket.ts';
import { Network } from '../../../../src/agent/shell/net/network.ts';
import { read } from '../../../unit/keepalived/read.ts';

const INDEXES: Readonly<Record<string, number>> = { eth0: 2, eth1: 3 };

/** Records requests and journal lines. */
function network() {
  const asked: Request[] = [];
  const lines: string[] = [];
  const request = (one: Request) => {
    asked.push(one);
    return { kind: 'done' as const };
  };
  const find = (name: string) => {
    const index = INDEXES[name];
    return index === undefined ? undefined : ({ name, index } as Link);
  };
  const made = new Network({ request } as unknown as NetlinkSocket, find, (text) => lines.push(text));
  return { asked, lines, network: made };
}

const instance = (lines: string) => {
  const head = 'interface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n192.0.2.1\n}';
  const [first] = read(`vrrp_instance A {\n${head}\n${lines}\n}`).conf?.vrrp.vrrp_instance ?? [];
  if (first === undefined) throw new Error('no instance');
  return first;
};

const packet = (payload: Uint8Array) => ({ type: 0, flags: 0, sequence: 0, port: 0, payload });

describe('routes', () => {
  const routes = (lines: string): readonly Route[] => instance(`virtual_routes {\n${lines}\n}`).virtual_routes;

  it.each([
    ['198.51.100.0/24 via 203.0.113.9', undefined],
    ['198.51.100.0/24 via 203.0.113.9 dev eth1', 3],
    ['blackhole 198.51.100.0/24', undefined],
  ])('routes %s through interface %s', (line, index) => {
    const { asked, network: host } = network();
    for (const change of ['add', 'remove'] as const)
      host.apply({ kind: 'routes', change, interface: 'eth0', routes: routes(line) });
    expect(asked).toEqual(routes(line).flatMap((route) => [newRoute(route, index), deleteRoute(route, index)]));
  });

  it('reports a missing interface without a request', () => {
    const { asked, lines, network: host } = network();
    const lost = routes('198.51.100.0/24 dev eth9');
    host.apply({ kind: 'routes', change: 'add', interface: 'eth0', routes: lost });
    host.apply({ kind: 'routes', change: 'remove', interface: 'eth0', routes: lost });
    expect(asked).toEqual([]);
    expect(lines).toEqual(['cannot add route 198.51.100.0/24 of table 254: no interface eth9']);
  });
});

it('disables duplicate address detection for IPv6 unless -nodad is given', () => {
  const { asked, network: host } = network();
  const lines = 'virtual_ipaddress_excluded {\n2001:db8::1/64\n2001:db8::2/64 -nodad\n}';
  const addresses: readonly VirtualAddress[] = instance(lines).virtual_ipaddress_excluded;
  host.apply({ kind: 'addresses', change: 'add', interface: 'eth0', addresses });
  const flags = asked.map(({ payload }) => {
    const report = decodeAddress(packet(payload));
    return typeof report === 'object' ? report.flags & IFA_F.NODAD : undefined;
  });
  expect(flags).toEqual([IFA_F.NODAD, 0]);
});
