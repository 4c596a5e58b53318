import { describe, expect, it } from 'vitest';
import { managers } from '../../../src/verify/checks/managers.ts';
import type { Sections } from '../../support/recorded.ts';
import { judged } from './evidence.ts';

/** The states of running network managers, as grep prints them. */
const print =
  (...lines: readonly string[]) =>
  (sections: Sections): void => {
    sections.set('managers', `${lines.join('\n')}\n`);
  };

const NETPLAN = '/run/systemd/network/10-netplan-eth0.network';
const networkd = (number: number, file = NETPLAN, state = 'configured') => [
  `/run/systemd/netif/links/${number}:ADMIN_STATE=${state}`,
  `/run/systemd/netif/links/${number}:NETWORK_FILE=${file}`,
];
const DROP_IN = '/etc/systemd/network/10-netplan-eth0.network.d/keep.conf';
const RISK = 'systemd-networkd manages eth0, and drops addresses that it did not add';

describe('a network manager on a host', () => {
  it.each<readonly [string, string, (sections: Sections) => void, readonly string[]]>([
    ['is none', 'dr1', print(), []],
    ['manages the interface of the VIP', 'dr1', print(...networkd(2)), [`skipped dr1 ${RISK}`]],
    ['manages another interface', 'dr1', print(...networkd(3)), []],
    ['leaves the interface alone', 'dr1', print(...networkd(2, NETPLAN, 'unmanaged')), []],
    ['keeps addresses of others', 'dr1', print(...networkd(2), `${NETPLAN}:KeepConfiguration=static`), []],
    ['keeps them by a drop-in', 'dr1', print(...networkd(2), `${DROP_IN}:KeepConfiguration = yes`), []],
    [
      'keeps only what DHCP gave',
      'dr1',
      print(...networkd(2), `${NETPLAN}:KeepConfiguration=yes`, `${DROP_IN}:KeepConfiguration=dynamic`),
      [`skipped dr1 ${RISK}`],
    ],
    [
      'keeps them on another interface',
      'dr1',
      print(...networkd(2), '/etc/systemd/network/lan.network:KeepConfiguration=yes'),
      [`skipped dr1 ${RISK}`],
    ],
    [
      'is NetworkManager',
      'dr2',
      print('/run/NetworkManager/devices/2:managed=true', '/run/NetworkManager/devices/1:managed=true'),
      ['skipped dr2 NetworkManager manages eth0, and drops addresses that it did not add'],
    ],
    ['is NetworkManager, without the interface', 'dr2', print('/run/NetworkManager/devices/2:managed=false'), []],
    [
      'manages lo of a real server',
      'rs1',
      print(...networkd(1, '/etc/systemd/network/lo.network')),
      ['failed rs1 systemd-networkd manages lo, and drops addresses that it did not add'],
    ],
    ['manages the interface of a real server', 'rs1', print(...networkd(2)), []],
  ])('%s', async (_name, host, undone, expected) => {
    const results = await judged(managers, { undone: { [host]: undone } });
    const short = results.map(({ status, title, actual }) => `${status} ${title.split(' ', 1)[0]} ${actual}`);
    expect(short.map((line) => line.replace(/ when it .*/, ''))).toEqual(expected);
  });

  it('gets a drop-in of its file', async () => {
    const [result] = await judged(managers, { undone: { dr1: print(...networkd(2)) } });
    expect(result?.fix).toContain(`Create ${DROP_IN} with the lines [Network] and KeepConfiguration=static`);
  });
});
