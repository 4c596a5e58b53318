import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { SILENCE, pathsOf } from '../../src/forwarding/silence.ts';
import { placeOf } from '../support/shells.ts';
import { folder, linkTools, removeFolder, root, run as runIn, script, shells } from '../support/script-namespace.ts';

/** Kernels without ipip are usual on machines that run tests: a veth stands in for a tunnel, and a file for GUE's ports. */

beforeAll(() => {
  linkTools();
  const bin = join(folder, 'tunnels');
  mkdirSync(bin);
  writeFileSync(
    join(bin, 'ip'),
    `#!/bin/sh
real=${placeOf('ip')}
case "$*" in
"link add name"*) echo "$*" >>/run/made; exec $real link add name "$4" type veth peer name "$4-far" ;;
*"fou show"*) cat /run/fou 2>/dev/null; exit 0 ;;
*"fou add"*) case $1 in -6) six=' -6' ;; *) six= ;; esac; echo "port $5 gue$six" >>/run/fou; exit 0 ;;
*"fou del"*) : >/run/fou; exit 0 ;;
esac
exec $real "$@"
`,
  );
  chmodSync(join(bin, 'ip'), 0o755);
});
removeFolder();

const VIEW = {
  vips: '192.168.168.12',
  is_director: '',
  table: 7170,
  links: 'lvs-tun ipip 10.1.0.102',
  modules: '',
  ports: '',
  segments: '-4 1440',
  sysctls: pathsOf(SILENCE.slice(0, 2)),
  device4: 'lvs-tun',
  device6: 'lvs-tun6',
};

const prelude = `
ip link add eth0 type veth peer name far0; ip address add 10.1.0.102/24 dev eth0; ip link set eth0 up; ip link set far0 up
ip address add fd01::102/64 dev eth0 nodad
ip route add default via 10.1.0.1
values() { cat $conf/all/arp_ignore $conf/all/arp_announce $conf/lvs-tun/rp_filter 2>/dev/null | tr '\\n' ' '; echo; }
held() { ip -o -4 address show | while read -r _ device _ cidr _; do case $cidr in 192*) echo "$cidr on $device";; esac; done; }
`;

const run = (scenario: string, variables: Readonly<Record<string, string>>): readonly string[] =>
  runIn(`${prelude}\n${scenario}`, variables);

describe.skipIf(!root).each(shells)('lvs.tun.sh in $name', ({ command, tools }) => {
  const path = `${join(folder, 'tunnels')}:${tools ?? '/usr/sbin:/usr/bin:/sbin:/bin'}`;
  const tun = (view: Partial<typeof VIEW> = {}): string =>
    `${command} ${script('lvs.tun.sh', { ...VIEW, ...view }, path)}`;

  it('has a tunnel with the VIP, silent and with room for the header, and stops to what was there before', () => {
    const scenario = `$TUN status; echo $?; $TUN start; echo $?; $TUN start; values; held; ip route show table 7170 | head -1
ip rule show | while read -r preference rule; do [ $preference = 7170: ] && echo $rule; done
cat /run/made; $TUN status; $TUN stop; echo $?; values; held; ip route show table 7170; ls -d /run/lvs.tun* 2>/dev/null; $TUN status`;
    expect(run(scenario, { TUN: tun() })).toEqual([
      'lvs.tun.sh: stopped',
      '3',
      'lvs.tun.sh: added lvs-tun (ipip)',
      'lvs.tun.sh: added 192.168.168.12/32 to lvs-tun',
      '0',
      '1 2 2',
      '192.168.168.12/32 on lvs-tun',
      'default via 10.1.0.1 dev eth0 advmss 1440',
      'from 192.168.168.12 lookup 7170',
      'link add name lvs-tun type ipip local 10.1.0.102',
      'lvs.tun.sh: running: 192.168.168.12',
      'lvs.tun.sh: removed 192.168.168.12/32 from lvs-tun',
      'lvs.tun.sh: removed lvs-tun',
      '0',
      '0 0',
      'lvs.tun.sh: stopped',
    ]);
  });

  it('names each thing that is off, and puts it back', () => {
    const scenario = `$TUN start >/dev/null; ip link set lvs-tun down; echo 1 >$conf/lvs-tun/rp_filter; echo 0 >$conf/all/arp_ignore
ip rule del preference 7170; $TUN status; echo $?; $TUN start; $TUN status`;
    expect(run(scenario, { TUN: tun() })).toEqual([
      'lvs.tun.sh: lvs-tun is down',
      'lvs.tun.sh: net.ipv4.conf.lvs-tun.rp_filter is 1, not 2',
      'lvs.tun.sh: net.ipv4.conf.all.arp_ignore is 0, not 1',
      'lvs.tun.sh: the rule is missing: from 192.168.168.12 lookup 7170',
      '1',
      'lvs.tun.sh: running: 192.168.168.12',
    ]);
  });

  it('follows the routes of the host', () => {
    const scenario = `$TUN start >/dev/null; ip route replace default via 10.1.0.2; $TUN status; $TUN start; ip route show table 7170 | head -1`;
    expect(run(scenario, { TUN: tun() })).toEqual([
      'lvs.tun.sh: the route is missing: default via 10.1.0.2 dev eth0 advmss 1440',
      'default via 10.1.0.2 dev eth0 advmss 1440',
    ]);
  });

  it('makes another tunnel where its kind changes, and both families', () => {
    const scenario = `$OLD start >/dev/null; $NEW start; cat /run/made /run/fou; $NEW status; $OLD start; cat /run/fou; $OLD status`;
    const newer = {
      vips: '192.168.168.12 fd00::12',
      links: 'lvs-tun gre 10.1.0.102\nlvs-tun6 ip6tnl fd01::102',
      ports: '-4 6080\n-6 6080',
    };
    expect(run(scenario, { OLD: tun(), NEW: tun(newer) })).toEqual([
      'lvs.tun.sh: added lvs-tun (gre)',
      'lvs.tun.sh: added lvs-tun6 (ip6tnl)',
      'lvs.tun.sh: added 192.168.168.12/32 to lvs-tun',
      'lvs.tun.sh: added fd00::12/128 to lvs-tun6',
      'link add name lvs-tun type ipip local 10.1.0.102',
      'link add name lvs-tun type gre local 10.1.0.102',
      'link add name lvs-tun6 type ip6tnl local fd01::102 mode ip6ip6 remote ::',
      'port 6080 gue',
      'port 6080 gue -6',
      'lvs.tun.sh: running: 192.168.168.12 fd00::12',
      'lvs.tun.sh: removed lvs-tun6',
      'lvs.tun.sh: added lvs-tun (ipip)',
      'lvs.tun.sh: added 192.168.168.12/32 to lvs-tun',
      'lvs.tun.sh: running: 192.168.168.12',
    ]);
  });

  it('stays silent while direct routing needs it, and the other way round', () => {
    const scenario = `$TUN start >/dev/null; $DR start >/dev/null; echo $?; $TUN stop >/dev/null; values; $DR stop >/dev/null; values
$DR start >/dev/null; $TUN start >/dev/null; $DR stop >/dev/null; values; $TUN stop >/dev/null; values`;
    const dr = `${command} ${script('lvs.dr.sh', { vips: '192.168.168.12', is_director: '', sysctls: pathsOf(SILENCE) }, path)}`;
    expect(run(scenario, { TUN: tun(), DR: dr })).toEqual(['0', '1 2', '0 0', '1 2 2', '0 0']);
  });
});
