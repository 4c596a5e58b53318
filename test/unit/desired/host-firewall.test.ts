import { describe, expect, it } from 'vitest';
import { hostFirewall } from '../../../src/desired/host-firewall.ts';
import { FIREWALL_SCRIPT } from '../../../src/render/names.ts';
import type { Want } from '../../../src/resources/kinds.ts';
import { type Given, HOSTS, NAT, hostWith } from '../../support/firewall-host.ts';

/** @param script what the host has of it */
async function wantsOn(rules: string, given: Given = {}, script?: string): Promise<readonly Want[]> {
  const { cluster, member, state } = await hostWith(rules, given);
  const file = new Map(
    script === undefined ? [] : [[FIREWALL_SCRIPT, { is: 'file', mode: 0o755, text: script } as const] as const],
  );
  return hostFirewall(cluster, member, { ...state, have: { ...state.have, file } });
}

function scriptIn(wants: readonly Want[]): string {
  return wants.flatMap((want) => (want.kind === 'file' && want.path === FIREWALL_SCRIPT ? [want.text] : [])).join('');
}

const rulesIn = (wants: readonly Want[]): readonly string[] =>
  /^rules='\n([^']*)\n'$/m.exec(scriptIn(wants))?.[1]?.split('\n') ?? [];

const INPUT = 'nft inet filter input';
const HTTP = 'ip daddr 192.168.168.12 tcp dport 80|connections to 192.168.168.12:80';
const OPEN = `{"nftables": []}`;

describe('the rules of lvsctl in a firewall', () => {
  it.each<readonly [string, string, Given, readonly string[]]>([
    [
      'of nftables are as narrow as what is dropped',
      'workstation.nft',
      {},
      [
        `${INPUT}|ip daddr 224.0.0.18 meta l4proto 112|VRRP advertisements to 224.0.0.18`,
        `${INPUT}|${HTTP}`,
        `${INPUT}|ip daddr 192.168.168.12 icmp type 3|ICMP errors of path MTU to 192.168.168.12`,
      ],
    ],
    [
      'of iptables on a real server name the directors',
      'server.iptables',
      { host: 'rs1' },
      [
        'iptables INPUT|-d 192.168.168.12 -p tcp --dport 80|connections to 192.168.168.12:80',
        ...['192.168.168.100', '192.168.168.107'].map(
          (from) =>
            `iptables INPUT|-s ${from} -d 192.168.168.102 -p tcp --dport 80|health checks on port 80 of ${from}`,
        ),
      ],
    ],
    [
      'of ufw are before its own chains, which it loads again',
      'server.iptables',
      { manager: 'ufw' },
      [
        'iptables INPUT|-d 224.0.0.18 -p 112|VRRP advertisements to 224.0.0.18',
        'iptables INPUT|-d 192.168.168.12 -p tcp --dport 80|connections to 192.168.168.12:80',
      ],
    ],
    [
      'of firewalld keep what it would call invalid out of connection tracking',
      'firewalld',
      {},
      [
        'firewalld|rule family="ipv4" destination address="224.0.0.18" protocol value="112" accept|VRRP advertisements to 224.0.0.18',
        'firewalld|rule family="ipv4" destination address="192.168.168.12" port port="80" protocol="tcp" accept|connections to 192.168.168.12:80',
        `nft inet lvsctl prerouting|ip daddr 192.168.168.12 tcp dport 80|the end of connections to 192.168.168.12:80`,
        'firewalld|rule family="ipv4" destination address="192.168.168.12" icmp-type name="destination-unreachable" accept|ICMP errors of path MTU to 192.168.168.12',
        `nft inet lvsctl prerouting|ip daddr 192.168.168.12 icmp type 3|ICMP errors of path MTU to 192.168.168.12`,
      ],
    ],
    [
      'of firewalld under NAT are in a policy, as its zones do not forward',
      'firewalld',
      { inventory: NAT },
      [
        'firewalld|rule family="ipv4" destination address="224.0.0.18" protocol value="112" accept|VRRP advertisements to 224.0.0.18',
        'firewalld|rule family="ipv4" destination address="192.168.168.12" port port="80" protocol="tcp" accept|connections to 192.168.168.12:80',
        `nft inet lvsctl prerouting|ip daddr 192.168.168.12 tcp dport 80|the end of connections to 192.168.168.12:80`,
        'firewalld|rule family="ipv4" destination address="192.168.168.12" icmp-type name="destination-unreachable" accept|ICMP errors of path MTU to 192.168.168.12',
        `nft inet lvsctl prerouting|ip daddr 192.168.168.12 icmp type 3|ICMP errors of path MTU to 192.168.168.12`,
        ...[2, 3].flatMap((rs) => [
          `firewalld-policy forward|rule family="ipv4" source address="192.168.168.10${rs}" source-port port="80" protocol="tcp" accept|replies of rs${rs - 1} from 192.168.168.10${rs}:80`,
          `nft inet lvsctl prerouting|ip saddr 192.168.168.10${rs} tcp sport 80|replies of rs${rs - 1} from 192.168.168.10${rs}:80`,
        ]),
      ],
    ],
    [
      'of what a director sends are at its output',
      'sends-little.iptables',
      {},
      [
        'iptables OUTPUT|-d 224.0.0.18 -p 112|VRRP advertisements sent to 224.0.0.18',
        'iptables OUTPUT|-d 192.168.168.12 -p tcp --dport 80|forwarded connections to 192.168.168.12:80',
        ...[2, 3].map(
          (rs) => `iptables OUTPUT|-d 192.168.168.10${rs} -p tcp --dport 80|health checks on port 80 of rs${rs - 1}`,
        ),
      ],
    ],
    ['are none where nothing is dropped', 'made-for-it.nft', {}, []],
    ['are none where lvsctl only checks', 'workstation.nft', { inventory: `${HOSTS}firewall: check\n` }, []],
  ])('%s', async (_name, rules, given, expected) => {
    expect(rulesIn(await wantsOn(rules, given))).toEqual(expected);
  });

  it('come with what reads them, in this order', async () => {
    const wants = await wantsOn('server.iptables', { host: 'rs1', inventory: NAT });
    expect(wants.map((want) => [want.kind, 'path' in want ? want.path : ''])).toEqual([
      ['file', FIREWALL_SCRIPT],
      ['file', '/etc/systemd/system/lvs-firewall.service'],
      ['service', ''],
      ['firewall', FIREWALL_SCRIPT],
    ]);
    expect(wants.at(-1)).toEqual({
      kind: 'firewall',
      path: FIREWALL_SCRIPT,
      unit: 'lvs-firewall.service',
      accepts: [
        'connections to 192.168.168.102:80 (iptables INPUT)',
        'health checks on port 80 of 192.168.168.100 (iptables INPUT)',
        'health checks on port 80 of 192.168.168.107 (iptables INPUT)',
      ],
    });
  });

  it.each(['systemd', 'sysvinit', 'openrc'])('start behind every firewall with %s', async (initSystem) => {
    const { cluster, member, state } = await hostWith('server.iptables');
    const wants = hostFirewall(cluster, member, { ...state, facts: { ...state.facts, initSystem } });
    const unit = wants.flatMap((want) => (want.kind === 'file' && want.path !== FIREWALL_SCRIPT ? [want.text] : []));
    const after = /^(?:After=|# Should-Start: | *after )(.*)$/m.exec(unit.join(''))?.[1]?.replaceAll('.service', '');
    expect(after?.split(' ')).toEqual(expect.arrayContaining(['nftables', 'iptables', 'ufw', 'firewalld']));
  });

  it('stay when they are in effect, which opens the firewall', async () => {
    const first = scriptIn(await wantsOn('workstation.nft'));
    const opened = await wantsOn('made-for-it.nft', {}, first);
    expect(scriptIn(opened)).toBe(first);
  });

  it('go with the address that they were for', async () => {
    const first = scriptIn(await wantsOn('workstation.nft'));
    const moved = await wantsOn('made-for-it.nft', { inventory: HOSTS.replace('168.12\n', '168.13\n') }, first);
    expect(rulesIn(moved)).toEqual([`${INPUT}|ip daddr 224.0.0.18 meta l4proto 112|VRRP advertisements to 224.0.0.18`]);
  });

  it('go when the firewall does, after a stop', async () => {
    const first = scriptIn(await wantsOn('workstation.nft'));
    const wants = await wantsOn(`@nft\n${OPEN}\n`, {}, first);
    expect(wants).toContainEqual(
      expect.objectContaining({ kind: 'obsolete', path: FIREWALL_SCRIPT, marked: true, beforehand: ['stop'] }),
    );
    expect(wants).toContainEqual(expect.objectContaining({ kind: 'service', stoppedBecause: expect.any(String) }));
  });

  it('are not put into a chain whose name a shell could take for more', async () => {
    const wants = await wantsOn(
      `@nft\n${JSON.stringify({
        nftables: [
          { table: { family: 'inet', name: 'x' } },
          { chain: { family: 'inet', table: 'x', name: "a';reboot;'", type: 'filter', hook: 'input', policy: 'drop' } },
        ],
      })}\n`,
    );
    expect(rulesIn(wants)).toEqual([]);
  });
});
