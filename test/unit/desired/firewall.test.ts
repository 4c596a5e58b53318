import { describe, expect, it } from 'vitest';
import { blockedBy, withFirewall } from '../../../src/desired/firewall.ts';
import { printedRules } from '../../support/firewall-rules.ts';
import { type Given, HOSTS, NAT, hostWith } from '../../support/firewall-host.ts';

async function blocked(rules: string, given: Given = {}): Promise<readonly string[]> {
  const { cluster, member, facts } = await hostWith(rules, given);
  return blockedBy(cluster, member, facts).map(
    ({ opening, fix }) => `${opening.essential ? '!' : '-'} ${opening.what}: ${fix}`,
  );
}

const IN = 'nft insert rule inet filter input';
const OUT = 'nft insert rule inet filter output';

describe('a firewall', () => {
  it.each<readonly [string, string, Given, readonly string[]]>([
    [
      'that drops by policy drops advertisements and connections',
      'workstation.nft',
      {},
      [
        `! VRRP advertisements to 224.0.0.18: ${IN} ip daddr 224.0.0.18 meta l4proto 112 accept`,
        `! connections to 192.168.168.12:80: ${IN} ip daddr 192.168.168.12 tcp dport 80 accept`,
        `- the end of connections to 192.168.168.12:80: ${IN} ip daddr 192.168.168.12 tcp dport 80 accept`,
        `- ICMP errors of path MTU to 192.168.168.12: ${IN} ip daddr 192.168.168.12 icmp type 3 accept`,
      ],
    ],
    [
      'on a real server drops connections and health checks',
      'workstation.nft',
      { host: 'rs1' },
      [
        `! connections to 192.168.168.12:80: ${IN} ip daddr 192.168.168.12 tcp dport 80 accept`,
        ...['192.168.168.100', '192.168.168.107'].map(
          (from) =>
            `! health checks on port 80 of ${from}: ${IN} ip saddr ${from} ip daddr 192.168.168.102 tcp dport 80 accept`,
        ),
      ],
    ],
    ['that was made for the cluster drops nothing', 'made-for-it.nft', {}, []],
    ['that was made for the cluster drops nothing on a real server', 'made-for-it.nft', { host: 'rs1' }, []],
    [
      'on a real server drops the packets of a tunnel',
      'workstation.nft',
      {
        host: 'rs1',
        inventory: `${HOSTS}virtual_servers: [{ port: 80, lb_kind: TUN }]\ntun: { type: gue, port: 6080 }\n`,
      },
      [
        `! connections to 192.168.168.12:80: ${IN} ip daddr 192.168.168.12 tcp dport 80 accept`,
        ...['192.168.168.100', '192.168.168.107'].map(
          (from) => `! the tunnel of ${from}: ${IN} ip saddr ${from} ip daddr 192.168.168.102 udp dport 6080 accept`,
        ),
        ...['192.168.168.100', '192.168.168.107'].map(
          (from) =>
            `! health checks on port 80 of ${from}: ${IN} ip saddr ${from} ip daddr 192.168.168.102 tcp dport 80 accept`,
        ),
      ],
    ],
    ['whose restrictions are the administrator’s own is left alone', 'only-some-clients.nft', {}, []],
    [
      'that drops only invalid packets drops the end of connections of direct routing',
      'invalid.nft',
      {},
      [
        `- the end of connections to 192.168.168.12:80: ${IN} ip daddr 192.168.168.12 tcp dport 80 accept`,
        `- ICMP errors of path MTU to 192.168.168.12: ${IN} ip daddr 192.168.168.12 icmp type 3 accept`,
      ],
    ],
    ['that drops only invalid packets drops nothing on a real server', 'invalid.nft', { host: 'rs1' }, []],
    [
      'that drops only invalid packets drops replies under NAT',
      'invalid.nft',
      { inventory: NAT },
      [
        `- the end of connections to 192.168.168.12:80: ${IN} ip daddr 192.168.168.12 tcp dport 80 accept`,
        `- ICMP errors of path MTU to 192.168.168.12: ${IN} ip daddr 192.168.168.12 icmp type 3 accept`,
        ...[2, 3].map(
          (rs) =>
            `! replies of rs${rs - 1} from 192.168.168.10${rs}:80: nft insert rule inet filter forward ip saddr 192.168.168.10${rs} tcp sport 80 accept`,
        ),
      ],
    ],
    [
      'of iptables gets rules of iptables',
      'server.iptables',
      {},
      [
        '! VRRP advertisements to 224.0.0.18: iptables -I INPUT -d 224.0.0.18 -p 112 -j ACCEPT',
        '! connections to 192.168.168.12:80: iptables -I INPUT -d 192.168.168.12 -p tcp --dport 80 -j ACCEPT',
        '- the end of connections to 192.168.168.12:80: iptables -I INPUT -d 192.168.168.12 -p tcp --dport 80 -j ACCEPT',
      ],
    ],
    [
      'of iptables is followed into its chains',
      'chains.iptables',
      {},
      [
        '- ICMP errors of path MTU to 192.168.168.12: iptables -I INPUT -d 192.168.168.12 -p icmp --icmp-type 3 -j ACCEPT',
      ],
    ],
    [
      'that lets a director send little drops what it sends',
      'sends-little.nft',
      {},
      [
        `! VRRP advertisements sent to 224.0.0.18: ${OUT} ip daddr 224.0.0.18 meta l4proto 112 accept`,
        `! forwarded connections to 192.168.168.12:80: ${OUT} ip daddr 192.168.168.12 tcp dport 80 accept`,
        ...[2, 3].map(
          (rs) => `! health checks on port 80 of rs${rs - 1}: ${OUT} ip daddr 192.168.168.10${rs} tcp dport 80 accept`,
        ),
      ],
    ],
    [
      'that lets a director send little drops what it forwards under NAT',
      'sends-little.iptables',
      { inventory: NAT },
      [
        '! VRRP advertisements sent to 224.0.0.18: iptables -I OUTPUT -d 224.0.0.18 -p 112 -j ACCEPT',
        ...[2, 3].map(
          (rs) =>
            `! forwarded connections to 192.168.168.10${rs}:80: iptables -I OUTPUT -d 192.168.168.10${rs} -p tcp --dport 80 -j ACCEPT`,
        ),
        ...[2, 3].map(
          (rs) =>
            `! health checks on port 80 of rs${rs - 1}: iptables -I OUTPUT -d 192.168.168.10${rs} -p tcp --dport 80 -j ACCEPT`,
        ),
      ],
    ],
    ['that lets a real server send little drops no replies', 'sends-little.nft', { host: 'rs1' }, []],
    [
      'of one family leaves the other alone',
      'server.iptables',
      {
        inventory: HOSTS.replaceAll(/192\.168\.168\.(\d+)/g, 'fd00::$1'),
      },
      [],
    ],
    [
      'that ufw keeps gets rules in its files',
      'server.iptables',
      { manager: 'ufw', host: 'rs1' },
      [
        '! connections to 192.168.168.12:80: add `-A ufw-before-input -d 192.168.168.12 -p tcp --dport 80 -j ACCEPT` to /etc/ufw/before.rules above the rules for INVALID, then `ufw reload`',
        ...['192.168.168.100', '192.168.168.107'].map(
          (from) =>
            `! health checks on port 80 of ${from}: add \`-A ufw-before-input -s ${from} -d 192.168.168.102 -p tcp --dport 80 -j ACCEPT\` to /etc/ufw/before.rules above the rules for INVALID, then \`ufw reload\``,
        ),
      ],
    ],
    [
      'that firewalld keeps gets rich rules',
      'chains.iptables',
      { manager: 'firewalld' },
      [
        '- ICMP errors of path MTU to 192.168.168.12: `firewall-cmd --permanent --add-rich-rule=\'rule family="ipv4" destination address="192.168.168.12" icmp-type name="destination-unreachable" accept\'` with the --zone of the interface, then `firewall-cmd --reload`',
      ],
    ],
    [
      'drops advertisements to a unicast address',
      'server.iptables',
      { inventory: `${HOSTS}vrrp_instance: { unicast: true }\n` },
      [
        '! VRRP advertisements of 192.168.168.107: iptables -I INPUT -s 192.168.168.107 -d 192.168.168.100 -p 112 -j ACCEPT',
        '! connections to 192.168.168.12:80: iptables -I INPUT -d 192.168.168.12 -p tcp --dport 80 -j ACCEPT',
        '- the end of connections to 192.168.168.12:80: iptables -I INPUT -d 192.168.168.12 -p tcp --dport 80 -j ACCEPT',
      ],
    ],
  ])('%s', async (_name, rules, given, expected) => {
    expect(await blocked(rules, given)).toEqual(expected);
  });

  it('fails preflight of a host that cannot work behind it and that lvsctl only checks, with the rules to add', async () => {
    const { cluster, member, facts } = await hostWith('server.iptables', { inventory: `${HOSTS}firewall: check\n` });
    const failure = withFirewall(cluster, member, facts);
    expect(failure?.message).toBe(
      'dr1: the firewall drops VRRP advertisements to 224.0.0.18; connections to 192.168.168.12:80 (chain INPUT of table filter)',
    );
    expect(failure?.detail.hint).toBe(
      'On the host: `iptables -I INPUT -d 224.0.0.18 -p 112 -j ACCEPT`; `iptables -I INPUT -d 192.168.168.12 -p tcp --dport 80 -j ACCEPT`, and the same in the file that is loaded at boot. Then deploy again.',
    );
  });

  it('does not fail preflight of a host where a deploy adds the rules', async () => {
    const { cluster, member, facts } = await hostWith('server.iptables');
    expect(withFirewall(cluster, member, facts)).toBeUndefined();
  });

  it('fails preflight of a director under NAT whose firewalld has no policies yet', async () => {
    const { cluster, member, facts } = await hostWith(
      printedRules('firewalld').replaceAll('_POLICIES_', '_OF_RELEASE_0_8_'),
      { inventory: NAT },
    );
    const failure = withFirewall(cluster, member, facts);
    expect(failure?.message).toBe(
      'dr1: the firewall drops replies of rs1 from 192.168.168.102:80; replies of rs2 from 192.168.168.103:80 (chain filter_FORWARD of table inet firewalld)',
    );
    expect(failure?.detail.hint).toContain(
      'firewalld before 0.9 has no policy that accepts replies of rs1 from 192.168.168.102:80: upgrade it, or keep the rules of this host with nftables',
    );
  });

  it('is left to the user with `firewall: ignore`', async () => {
    const { cluster, member, facts } = await hostWith('server.iptables', { inventory: `${HOSTS}firewall: ignore\n` });
    expect(blockedBy(cluster, member, facts)).toEqual([]);
  });

  it('does not fail preflight of a host that works without the rest', async () => {
    const { cluster, member, facts } = await hostWith('invalid.nft');
    expect(withFirewall(cluster, member, facts)).toBeUndefined();
  });
});
