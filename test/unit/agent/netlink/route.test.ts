import { describe, expect, it } from 'vitest';
import type { Route, Rule } from '../../../../src/keepalived/model/vrrp.ts';
import { deleteRoute, newRoute } from '../../../../src/agent/core/netlink/route.ts';
import { deleteRule, newRule } from '../../../../src/agent/core/netlink/rule.ts';
import { fromWords } from './words.ts';

const route: Route = {
  family: 'ipv4',
  destination: { address: '10.50.0.0', prefix: 16 },
  type: 'unicast',
  via: undefined,
  dev: undefined,
  src: undefined,
  table: 254,
  metric: undefined,
  scope: undefined,
  protocol: undefined,
  onlink: false,
  mtu: undefined,
};
const rule: Rule = {
  family: 'ipv4',
  from: undefined,
  to: undefined,
  iif: undefined,
  oif: undefined,
  fwmark: undefined,
  table: 1000,
  preference: undefined,
  ipproto: undefined,
  sport: undefined,
  dport: undefined,
  uidrange: undefined,
  not: false,
  action: 'table',
  suppress_prefixlength: undefined,
};

/** Verified with Linux 6.18 and ip-route(8). */
describe('routes', () => {
  it.each<[string, Partial<Route>, number | undefined, string]>([
    [
      'use global scope without a gateway, as keepalived does',
      {},
      2,
      `02100000 fe120001 00000000
       08000f00 fe000000
       08000100 0a320000
       08000400 02000000`,
    ],
    [
      'include all options of a default route',
      { destination: { address: '0.0.0.0', prefix: 0 }, via: '10.9.0.2', metric: 50, mtu: 1300, src: '10.9.0.1' },
      undefined,
      `02000000 fe120001 00000000
       08000f00 fe000000
       08000500 0a090002
       08000700 0a090001
       08000600 32000000
       0c000880 08000200 14050000`,
    ],
    [
      'support tables above 255 and onlink',
      { via: '172.16.0.1', onlink: true, table: 1000 },
      2,
      `02100000 00120001 04000000
       08000f00 e8030000
       08000100 0a320000
       08000500 ac100001
       08000400 02000000`,
    ],
    [
      'omit the interface of a blackhole',
      { type: 'blackhole', scope: 200, protocol: 99 },
      2,
      `02100000 fe63c806 00000000
       08000f00 fe000000
       08000100 0a320000`,
    ],
    [
      'support an IPv6 gateway for an IPv4 route',
      { via: 'fd00::9' },
      2,
      `02100000 fe120001 00000000
       08000f00 fe000000
       08000100 0a320000
       16001200 0a00fd00 00000000 00000000 00000000 00090000
       08000400 02000000`,
    ],
    [
      'use global scope for IPv6',
      { family: 'ipv6', destination: { address: 'fd50::', prefix: 32 }, type: 'unreachable' },
      undefined,
      `0a200000 fe120007 00000000
       08000f00 fe000000
       14000100 fd500000 00000000 00000000 00000000`,
    ],
  ])('%s', (_, difference, index, hex) => {
    const request = newRoute({ ...route, ...difference }, index);
    expect(request.payload).toEqual(fromWords(hex));
    expect([request.type, request.flags]).toEqual([24, 0x605]);
  });

  it('are deleted in any scope, with our protocol only', () => {
    const request = deleteRoute(route, 2);
    expect([request.type, request.flags]).toEqual([25, 0x5]);
    expect(request.payload.subarray(0, 8)).toEqual(fromWords('02100000 fe12ff01'));
    expect(deleteRoute({ ...route, scope: 200 }, 2).payload[6]).toBe(200);
  });
});

describe('rules', () => {
  it.each<[string, Partial<Rule>, string]>([
    [
      'select by source, with a preference',
      { from: { address: '10.9.0.0', prefix: 24 }, preference: 500 },
      `02001800 00000001 00000000
       08000f00 e8030000
       05001500 12000000
       08000600 f4010000
       08000200 0a090000`,
    ],
    [
      'select by destination and interfaces',
      { to: { address: '10.9.0.0', prefix: 24 }, iif: 'eth0', oif: 'lo', table: 100 },
      `02180000 64000001 00000000
       08000f00 64000000
       05001500 12000000
       08000100 0a090000
       09000300 65746830 00000000
       07001100 6c6f0000`,
    ],
    [
      'select by mark',
      { family: 'ipv6', fwmark: { mark: 5, mask: 0xff }, from: { address: '::', prefix: 0 } },
      `0a000000 00000001 00000000
       08000f00 e8030000
       05001500 12000000
       08000a00 05000000
       08001000 ff000000`,
    ],
    [
      'select by protocol, ports and users',
      {
        ipproto: 17,
        sport: { first: 1, last: 65_535 },
        dport: { first: 53, last: 54 },
        uidrange: { first: 0, last: 99 },
      },
      `02000000 00000001 00000000
       08000f00 e8030000
       05001500 12000000
       05001600 11000000
       08001700 0100ffff
       08001800 35003600
       0c001400 00000000 63000000`,
    ],
    [
      'select what does not match, and ignore a default route',
      { from: { address: '10.9.0.0', prefix: 24 }, not: true, table: 254, suppress_prefixlength: 0 },
      `02001800 fe000001 02000000
       08000f00 fe000000
       05001500 12000000
       08000200 0a090000
       08000e00 00000000`,
    ],
    [
      'refuse packets',
      { from: { address: '10.9.0.0', prefix: 24 }, action: 'prohibit', table: 0 },
      `02001800 00000008 00000000
       08000f00 00000000
       05001500 12000000
       08000200 0a090000`,
    ],
  ])('%s', (_, difference, hex) => {
    const added = newRule({ ...rule, ...difference });
    const deleted = deleteRule({ ...rule, ...difference });
    expect(added.payload).toEqual(fromWords(hex));
    expect(deleted.payload).toEqual(added.payload);
    expect([added.type, added.flags, deleted.type, deleted.flags]).toEqual([32, 0x605, 33, 0x5]);
  });
});
