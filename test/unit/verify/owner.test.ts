import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../../src/verify/check.ts';
import { owner } from '../../../src/verify/checks/owner.ts';
import { type Host, evidenceHeld } from './holders.ts';

const TWO = `vip: [192.168.168.12, "fd00::12"]
directors: [{address: 192.168.168.100, addresses: "fd00::100"}, {address: 192.168.168.107, addresses: "fd00::107"}]
real_servers: [{address: 192.168.168.102, addresses: "fd00::102"}]
client: 192.168.168.200
`;

const PAIR = `directors: [192.168.168.100, 192.168.168.107, 192.168.168.108]
real_servers: [192.168.168.102]
client: 192.168.168.200
vrrp_instances:
  VI_1: {virtual_ipaddress: [192.168.168.12, 192.168.168.13], directors: [dr1, dr2]}
  VI_2: {virtual_ipaddress: 192.168.168.14, directors: [dr2, dr1]}
virtual_servers: [{vip: 192.168.168.12}]
`;

const NAT = `networks: {outside: 192.168.168.0/24, inside: 10.0.0.0/24}
vip: 192.168.168.12
directors: [{address: 192.168.168.100, addresses: 10.0.0.100}, {address: 192.168.168.107, addresses: 10.0.0.107}]
real_servers: [10.0.0.102]
client: 192.168.168.200
nat: {gateway: 10.0.0.1}
virtual_servers: [{lb_kind: NAT}]
`;

const text = (results: readonly CheckResult[]) =>
  results.map(({ status, title, actual }) => `${status}: ${title}: ${actual}`);

describe('the owner of the addresses of several instances', () => {
  it.each<readonly [string, string, Readonly<Record<string, Host>>, readonly string[]]>([
    [
      'is one for both families, in one sync group',
      TWO,
      { dr1: { holds: ['192.168.168.12 eth0', 'fd00::12 eth0'] } },
      [
        'passed: 192.168.168.12 has one owner: dr1 holds it',
        'passed: fd00::12 has one owner: dr1 holds it',
        'passed: the instances of VI_1_GROUP have the same owner: VI_1: dr1, VI_1_6: dr1',
      ],
    ],
    [
      'differs within a sync group',
      TWO,
      { dr1: { holds: ['192.168.168.12 eth0'] }, dr2: { holds: ['fd00::12 eth0'] } },
      [
        'passed: 192.168.168.12 has one owner: dr1 holds it',
        'passed: fd00::12 has one owner: dr2 holds it',
        'failed: the instances of VI_1_GROUP have the same owner: VI_1: dr1, VI_1_6: dr2',
      ],
    ],
    [
      'differs between instances of an active/active pair',
      PAIR,
      { dr1: { holds: ['192.168.168.12 eth0', '192.168.168.13 eth0'] }, dr2: { holds: ['192.168.168.14 eth0'] } },
      [
        'passed: VI_1 (192.168.168.12, 192.168.168.13) has one owner: dr1 holds all of them',
        'passed: 192.168.168.14 has one owner: dr2 holds it',
      ],
    ],
    [
      'differs between addresses of one instance',
      PAIR,
      { dr1: { holds: ['192.168.168.12 eth0'] }, dr2: { holds: ['192.168.168.14 eth0'] } },
      [
        'passed: 192.168.168.12 has one owner: dr1 holds it',
        'failed: 192.168.168.13 has one owner: no director holds it',
        'passed: 192.168.168.14 has one owner: dr2 holds it',
      ],
    ],
    [
      'has a second one, which is BACKUP of that instance and MASTER of another',
      PAIR,
      {
        dr1: { holds: ['192.168.168.12 eth0', '192.168.168.13 eth0'], states: { VI_1: 'MASTER' } },
        dr2: {
          holds: ['192.168.168.12 eth0', '192.168.168.13 eth0', '192.168.168.14 eth0'],
          states: { VI_2: 'MASTER', VI_1: 'BACKUP' },
        },
      },
      [
        'failed: VI_1 (192.168.168.12, 192.168.168.13) has one owner: dr1 and dr2 hold all of them; VRRP on dr2 is BACKUP',
        'passed: 192.168.168.14 has one owner: dr2 holds it',
      ],
    ],
    [
      'takes no part in the instance',
      PAIR,
      { dr3: { holds: ['192.168.168.14 eth0'] }, dr1: { holds: ['192.168.168.12 eth0', '192.168.168.13 eth0'] } },
      [
        'passed: VI_1 (192.168.168.12, 192.168.168.13) has one owner: dr1 holds all of them',
        'failed: 192.168.168.14 has one owner: dr3 holds it and takes no part in VI_2',
      ],
    ],
    [
      'has the gateway on the inside interface',
      NAT,
      { dr1: { holds: ['192.168.168.12 eth0', '10.0.0.1 eth1', '10.0.0.100 eth1', '192.168.168.100 eth0'] } },
      [
        'passed: VI_1 (192.168.168.12, 10.0.0.1) has one owner: dr1 holds all of them',
        'passed: dr1 has the gateway 10.0.0.1 on the inside interface: on eth1',
      ],
    ],
    [
      'has the gateway on the outside interface',
      NAT,
      { dr1: { holds: ['192.168.168.12 eth0', '10.0.0.1 eth0', '10.0.0.100 eth1', '192.168.168.100 eth0'] } },
      [
        'passed: VI_1 (192.168.168.12, 10.0.0.1) has one owner: dr1 holds all of them',
        'failed: dr1 has the gateway 10.0.0.1 on the inside interface: on eth0, while 10.0.0.100 is on eth1',
      ],
    ],
    [
      'is not a real server, which has the address on its segment',
      NAT,
      {
        dr1: { holds: ['192.168.168.12 eth0', '10.0.0.1 eth1', '10.0.0.100 eth1'] },
        rs1: { holds: ['10.0.0.102 eth0', '10.0.0.1 eth0', '192.168.168.12 lo'] },
      },
      [
        'passed: VI_1 (192.168.168.12, 10.0.0.1) has one owner: dr1 holds all of them',
        'passed: dr1 has the gateway 10.0.0.1 on the inside interface: on eth1',
        'failed: rs1 does not answer for 10.0.0.1: 10.0.0.1/32 is on eth0',
      ],
    ],
  ])('%s', async (_name, inventory, hosts, expected) => {
    const results = owner(await evidenceHeld(inventory, hosts));
    expect(text(results)).toEqual(expected);
    expect(results.every(({ status, fix }) => (status === 'failed') === (fix !== undefined))).toBe(true);
  });
});
