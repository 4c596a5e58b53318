import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { folder, linkTools, removeFolder, root, run as runIn, script, shells } from '../support/script-namespace.ts';

beforeAll(linkTools);
removeFolder();

const NONE = {
  role: 'real server',
  table: 7168,
  sysctls: '',
  real_servers: '',
  masquerade: '',
  default_route: '',
  rules: '',
  routes: '',
};

/** A leg outside with the default route, and one inside. */
const prelude = `
ip link add eth0 type veth peer name far0; ip address add 192.168.168.102/24 dev eth0; ip link set eth0 up; ip link set far0 up
ip link add eth1 type veth peer name far1; ip address add 10.0.0.102/24 dev eth1; ip link set eth1 up; ip link set far1 up
ip address add fd01::102/64 dev eth1 nodad
ip route add default via 192.168.168.1
shown() { ip "$1" route show default | while read -r line; do echo "\${line% }"; done; }
own_rules() { ip rule show | while read -r preference rule; do case $preference in 716*) echo "$preference $rule" | sed "s/ipproto tcp/ipproto-6/";; esac; done; }
forwarding() { cat /proc/sys/net/ipv4/ip_forward $conf/all/send_redirects $conf/eth1/send_redirects $conf/eth0/send_redirects | tr '\\n' ' '; echo; }
`;

const run = (scenario: string, variables: Readonly<Record<string, string>>): readonly string[] =>
  runIn(`${prelude}\n${scenario}`, variables);

describe.skipIf(!root).each(shells)('lvs.nat.sh in $name', ({ command, tools }) => {
  const nat = (view: Partial<typeof NONE>, path = tools): string =>
    `${command} ${script('lvs.nat.sh', { ...NONE, ...view }, path)}`;

  it('routes through the gateway, and stops to exactly what was there before', () => {
    const scenario =
      '$NAT status; echo $?; $NAT start; $NAT start; echo $?; shown -4; $NAT status; $NAT stop; echo $?; shown -4; ls -d /run/lvs.nat* 2>/dev/null; $NAT status';
    expect(run(scenario, { NAT: nat({ default_route: '10.0.0.1' }) })).toEqual([
      'lvs.nat.sh: stopped',
      '3',
      'lvs.nat.sh: the default route goes through 10.0.0.1',
      '0',
      'default via 10.0.0.1 dev eth1',
      'lvs.nat.sh: running',
      'lvs.nat.sh: the default route is default via 192.168.168.1 dev eth0',
      '0',
      'default via 192.168.168.1 dev eth0',
      'lvs.nat.sh: stopped',
    ]);
  });

  it('goes before a router of DHCP or of an advertisement, and leaves it there', () => {
    const scenario =
      'ip route replace default via 192.168.168.9 metric 100; ip route del default metric 0; ip -6 route add default via fd01::9; $NAT start >/dev/null; shown -4; ip -6 route show default | while read -r _ _ via _; do echo $via; done; $NAT stop >/dev/null; shown -4';
    expect(run(scenario, { NAT: nat({ default_route: '10.0.0.1\nfd01::1' }) })).toEqual([
      'default via 10.0.0.1 dev eth1',
      'default via 192.168.168.9 dev eth0 metric 100',
      'fd01::1',
      'fd01::9',
      'default via 192.168.168.9 dev eth0 metric 100',
    ]);
  });

  const rules = '-4 7167 from all to 10.0.0.100 lookup main\n-4 7168 from 10.0.0.102 ipproto 6 sport 8080 lookup 7168';
  const byRule = { rules, routes: '-4 default via 10.0.0.1' };

  it('routes only replies of the service, and those to directors straight back', () => {
    const scenario =
      '$NAT start; own_rules; shown -4; ip route get 1.2.3.4 from 10.0.0.102 ipproto tcp sport 8080 | head -1; ip route get 10.0.0.100 from 10.0.0.102 ipproto tcp sport 8080 | head -1; $NAT stop; own_rules; ip route show table 7168';
    const said = run(scenario, { NAT: nat(byRule) });
    expect(said.map((line) => line.replace(/ uid 0$/, ''))).toEqual([
      '7167: from all to 10.0.0.100 lookup main',
      '7168: from 10.0.0.102 ipproto-6 sport 8080 lookup 7168',
      'default via 192.168.168.1 dev eth0',
      '1.2.3.4 from 10.0.0.102 via 10.0.0.1 dev eth1 table 7168',
      '10.0.0.100 from 10.0.0.102 dev eth1',
    ]);
  });

  it('names each thing that is off, and puts it back', () => {
    const scenario =
      'ip rule del preference 7167; ip route flush table 7168; $NAT status; echo $?; $NAT start; $NAT status';
    expect(run(`$NAT start; ${scenario}`, { NAT: nat(byRule) })).toEqual([
      'lvs.nat.sh: the rule is missing: from all to 10.0.0.100 lookup main',
      'lvs.nat.sh: the route is missing: default via 10.0.0.1',
      '1',
      'lvs.nat.sh: running',
    ]);
  });

  it('removes what left the lists, and goes from one way back to the other', () => {
    const scenario = '$OLD start >/dev/null; $NEW reload; own_rules; shown -4; $NEW stop; shown -4; own_rules';
    const newer = { ...byRule, rules: '-4 7168 from 10.0.0.102 ipproto 6 sport 443 lookup 7168' };
    expect(run(`${scenario}; $OLD start`, { OLD: nat(byRule), NEW: nat(newer) }).slice(0, 2)).toEqual([
      '7168: from 10.0.0.102 ipproto-6 sport 443 lookup 7168',
      'default via 192.168.168.1 dev eth0',
    ]);
    expect(run(scenario, { OLD: nat({ default_route: '10.0.0.1' }), NEW: nat(byRule) })).toEqual([
      'lvs.nat.sh: the default route is default via 192.168.168.1 dev eth0',
      '7167: from all to 10.0.0.100 lookup main',
      '7168: from 10.0.0.102 ipproto-6 sport 8080 lookup 7168',
      'default via 192.168.168.1 dev eth0',
      'default via 192.168.168.1 dev eth0',
    ]);
  });

  it('has a director forward without redirects towards real servers, and takes it back', () => {
    const scenario =
      'forwarding; $NAT start; forwarding; echo 0 >/proc/sys/net/ipv4/ip_forward; $NAT status; echo $?; $NAT stop; forwarding';
    const view = { role: 'director', sysctls: 'net/ipv4/ip_forward 1', real_servers: '10.0.0.103\n10.0.0.104' };
    expect(run(scenario, { NAT: nat(view) })).toEqual([
      '0 1 1 1',
      '1 0 0 1',
      'lvs.nat.sh: net.ipv4.ip_forward is 0, not 1',
      '1',
      '0 1 1 1',
    ]);
  });

  it('takes no redirects of IPv6 from the interface of its gateway', () => {
    const redirects =
      'for d in eth0 eth1; do cat /proc/sys/net/ipv6/conf/$d/accept_redirects; done | tr "\\n" " "; echo';
    const scenario = `$NAT start; ${redirects}; $NAT status; $NAT stop; ${redirects}`;
    const view = { rules: '-6 7168 from fd01::102 lookup 7168', routes: '-6 default via fd01::1' };
    expect(run(scenario, { NAT: nat(view) })).toEqual(['1 0', 'lvs.nat.sh: running', '1 1']);
  });

  it('says what it needs to masquerade', () => {
    const scenario = '$NAT start; echo $?';
    const view = { role: 'director', masquerade: '10.0.0.103 tcp 8080' };
    const ip = join(folder, 'only-ip');
    expect(run(scenario, { NAT: nat(view, tools ?? `${ip}:/nowhere`) }).at(-1)).toBe('1');
    expect(run(scenario, { NAT: nat(view, tools ?? `${ip}:/nowhere`) })[0]).toMatch(
      /install (?:nftables|iproute2)|not found/,
    );
  });

  /** An nft that keeps one table, as it was given, in a file. */
  const nft = (): string => {
    const bin = join(folder, 'nft');
    mkdirSync(bin, { recursive: true });
    writeFileSync(
      join(bin, 'nft'),
      `#!/bin/sh\ncase "$1 $2" in "-f -") cat >/run/nft;; "list table") [ "$3" = ip ] && cat /run/nft 2>/dev/null;; "delete table") [ "$3" = ip ] && rm -f /run/nft;; esac\n`,
    );
    chmodSync(join(bin, 'nft'), 0o755);
    return `${bin}:${tools ?? '/usr/sbin:/usr/bin:/sbin:/bin'}`;
  };

  it('masquerades connections to real servers in a table of its own', () => {
    const scenario =
      '$NAT start; echo $?; while read -r line; do echo $line; done </run/nft; $NAT status; : >/run/nft; $NAT status; $NAT stop; ls /run/nft 2>&1 | cat';
    const view = { role: 'director', masquerade: '10.0.0.103 tcp 8080\n10.0.0.104 udp 53' };
    const said = run(scenario, { NAT: nat(view, nft()) });
    expect(said.slice(0, 12)).toEqual([
      '0',
      'table ip lvs_nat',
      'delete table ip lvs_nat',
      'table ip lvs_nat {',
      'chain postrouting {',
      'type nat hook postrouting priority 100; policy accept;',
      'ip daddr 10.0.0.103 tcp dport 8080 masquerade',
      'ip daddr 10.0.0.104 udp dport 53 masquerade',
      '}',
      '}',
      'lvs.nat.sh: running',
      'lvs.nat.sh: the rule of nftables is missing: ip daddr 10.0.0.103 tcp dport 8080 masquerade',
    ]);
    expect(said.at(-1)).toMatch(/No such file/);
  });
});
