import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factsProbes, interfaceOf, parseFacts } from '../../../src/observe/facts.ts';
import { compose, split } from '../../../src/observe/sections.ts';
import { LISTENING_PROBE } from '../../../src/observe/listeners.ts';
import { sh } from '../../../src/remote/command.ts';
import { KIND_NAMES } from '../../../src/resources/kinds.ts';
import { SHELLS, runIn } from '../../support/shells.ts';
import { NONCE } from '../../support/nonce.ts';

const facts = (sections: Readonly<Record<string, string>>) => parseFacts(new Map(Object.entries(sections)));

describe('the facts of a host', () => {
  it('are parsed from its output', () => {
    const found = facts({
      facts: 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nkernel 6.1.0-13-amd64\nsystemd\nplatform apt\n',
    });
    expect(found).toMatchObject({
      os: 'Debian GNU/Linux 12 (bookworm)',
      kernel: '6.1.0-13-amd64',
      platform: 'apt',
      initSystem: 'systemd',
    });
  });

  it.each([
    ['PRETTY_NAME=\'My "OS"\'', 'My "OS"'],
    ['PRETTY_NAME=Alpine', 'Alpine'],
    ['PRETTY_NAME=""', ''],
    ['NAME=x', 'an unknown system'],
  ])('know %s', (line, os) => {
    expect(facts({ facts: `${line}\n` }).os).toBe(os);
  });

  it('are unknown without output', () => {
    expect(facts({})).toEqual({
      os: 'an unknown system',
      kernel: 'unknown',
      platform: undefined,
      initSystem: undefined,
      addresses: [],
      macs: new Map(),
      mtu: new Map(),
      conf: new Map(),
      forwards: { ipv4: false, ipv6: false },
      routing: undefined,
      managers: [],
      laterSysctls: [],
      settings: { confined: new Map(), announcing: [] },
      folders: { readOnly: new Set(), noexec: new Set() },
      firewall: undefined,
      listening: new Set(),
      listeners: [],
      vrrpState: undefined,
      vrrpStates: new Map(),
      machine: undefined,
      keepalivedFrom: undefined,
      keepalivedVersion: undefined,
      scripts: undefined,
      engines: undefined,
      faults: undefined,
    });
  });

  it('are parsed without an exception, whatever the output', () => {
    const words = fc.constantFrom(
      '1:',
      'eth0@if5:',
      'inet',
      '10.0.0.1/24',
      'link/ether',
      '52:54:00:00:00:01',
      '/',
      ':',
      '\n',
      'LISTEN',
      'conf/a/arp_ignore:1',
      '0A',
      '[::]:80',
      'Entering',
      'STATE',
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(words).map((parts) => parts.join(' ')),
    );
    const sections = fc.dictionary(
      fc.constantFrom('facts', 'links', 'conf', 'routing', 'listening', 'vrrp', 'address'),
      text,
    );
    fc.assert(
      fc.property(sections, (given) => {
        expect(() => facts(given)).not.toThrow();
      }),
    );
  });

  it('list every address with its interface', () => {
    const found = facts({
      address: `1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever
2: eth0.100    inet 192.168.168.100/24 brd 192.168.168.255 scope global eth0.100\\       valid_lft forever
2: eth0.100    inet6 fe80::1/64 scope link \\       valid_lft forever
`,
    });
    expect(found.addresses).toEqual([
      { device: 'lo', address: '127.0.0.1', prefix: 8 },
      { device: 'eth0.100', address: '192.168.168.100', prefix: 24 },
      { device: 'eth0.100', address: 'fe80::1', prefix: 64 },
    ]);
    expect(interfaceOf(found, '192.168.168.100')).toBe('eth0.100');
    expect(interfaceOf(found, '192.168.168.10')).toBeUndefined();
  });

  it('list the MAC address of every interface, by the name used for addresses', () => {
    const links = `1: lo: <LOOPBACK,UP> mtu 65536\\    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
2: eth0@if7: <BROADCAST,UP> mtu 1500 qdisc noqueue\\    link/ether 02:00:c0:a8:a8:64 brd ff:ff:ff:ff:ff:ff link-netnsid 0
3: eth0.100@eth0: <BROADCAST> mtu 1500\\    link/ether 02:00:c0:a8:a8:65 brd ff:ff:ff:ff:ff:ff
4: tun0: <POINTOPOINT> mtu 1500\\    link/none
`;
    expect(Object.fromEntries(facts({ links }).macs)).toEqual({
      lo: '00:00:00:00:00:00',
      eth0: '02:00:c0:a8:a8:64',
      'eth0.100': '02:00:c0:a8:a8:65',
    });
  });

  it('have the parameters of every interface, one with a dot too', () => {
    const conf = `/proc/sys/net/ipv4/conf/all/arp_ignore:1
/proc/sys/net/ipv4/conf/eth0.100/rp_filter:2
/proc/sys/net/ipv4/conf/all/arp_announce:2
`;
    const none = { arp_ignore: 0, arp_announce: 0, rp_filter: 0, proxy_arp: 0, send_redirects: 0 };
    expect(Object.fromEntries(facts({ conf }).conf)).toEqual({
      all: { ...none, arp_ignore: 1, arp_announce: 2 },
      'eth0.100': { ...none, rp_filter: 2 },
    });
  });

  it('have the MTU of every interface', () => {
    const links =
      '2: eth0@if7: <UP> mtu 1500 qdisc noqueue\\\\    link/ether\n3: lvs-tun@NONE: <UP> mtu 1480 qdisc x\n';
    expect(facts({ links }).mtu).toEqual(
      new Map([
        ['eth0', 1500],
        ['lvs-tun', 1480],
      ]),
    );
  });

  it.each([
    ['0', '1', { ipv4: false, ipv6: true }],
    ['1', '0', { ipv4: true, ipv6: false }],
  ])('have what is forwarded: %s %s', (ipv4, ipv6, forwards) => {
    const conf = `/proc/sys/net/ipv4/ip_forward:${ipv4}\n/proc/sys/net/ipv6/conf/all/forwarding:${ipv6}\n`;
    expect(facts({ conf }).forwards).toEqual(forwards);
  });

  it('have the default routes of all tables and the rules', () => {
    const routing = `family 4
default via 192.168.168.1 dev eth0 proto dhcp metric 100
default via 10.0.0.1 dev eth1 table 7168
0:\tfrom all lookup local
7168:\tfrom 10.0.0.103 ipproto ipproto-17 sport 53 lookup 7168
7168:\tfrom 10.0.0.102 ipproto tcp sport 8080 lookup 7168
family 6
default dev sit0 metric 1 pref medium
`;
    expect(facts({ routing }).routing).toEqual({
      defaults: [
        { family: 'ipv4', table: 'main', metric: 100, via: '192.168.168.1', device: 'eth0' },
        { family: 'ipv4', table: '7168', metric: 0, via: '10.0.0.1', device: 'eth1' },
        { family: 'ipv6', table: 'main', metric: 1, via: undefined, device: 'sit0' },
      ],
      rules: [
        'from all lookup local',
        'from 10.0.0.103 ipproto 17 sport 53 lookup 7168',
        'from 10.0.0.102 ipproto 6 sport 8080 lookup 7168',
      ],
    });
  });

  it.each(['MASTER', 'BACKUP', 'FAULT'])('have the state that keepalived entered last: %s', (state) => {
    expect(facts({ vrrp: `(VI_1) Entering ${state} STATE\n` }).vrrpState).toBe(state);
  });

  it.each([
    'VRRP_Instance(VI_1) Now in FAULT state',
    'VRRP_Instance(VI_1) Entering FAULT STATE',
    '(VI_1) entering FAULT state',
    '(VI_1): entering FAULT state (src address not configured)',
  ])('are found in what releases of keepalived log: %s', (line) => {
    expect(facts({ vrrp: `${line}\n` }).vrrpState).toBe('FAULT');
  });
});

it('facts and resources have sections of different names', () => {
  const facts = factsProbes({
    director: { virtualAddresses: [], instances: 1, keepalivedFrom: undefined, scripts: { programs: [], users: [] } },
    routing: ['ipv4'],
    firewall: true,
    engines: { instances: 1 },
    faults: { listener: undefined },
  }).map(([name]) => name);
  const all = [...facts, ...KIND_NAMES];
  expect(all).toEqual([...new Set(all)]);
});

describe('the version of keepalived', () => {
  it.each([
    ['installed\nKeepalived v2.2.7 (01/16,2022)', '2.2.7'],
    ['candidate\nversion 1:2.2.7-1+b2', '2.2.7'],
    ['mount\nversion 2.3.1-1\nversion 2.3.1-1', '2.3.1'],
    ['mount\nversion 2.3.1-1\nversion 2.2.7-1', undefined],
    ['none', undefined],
  ])('in %j is %s', (engine, version) => {
    expect(facts({ engine }).keepalivedVersion).toBe(version);
  });
});

describe('who listens', () => {
  const ss = (...places: readonly string[]) =>
    facts({ listening: places.map((place) => `LISTEN 0      511    ${place}  0.0.0.0:*\n`).join('') });

  it.each([
    ['0.0.0.0:80', ['0.0.0.0']],
    ['*:80', ['0.0.0.0', '::']],
    [':::80', ['0.0.0.0', '::']],
    ['192.168.168.102:80', ['192.168.168.102']],
    ['0.0.0.0%eth0:80', ['0.0.0.0']],
    ['[::ffff:192.168.168.102]:80', ['192.168.168.102']],
  ])('over IPv4 is seen: %s', (place, addresses) => {
    expect(ss(place).listeners).toEqual(addresses.map((address) => ({ address, port: 80 })));
    expect(ss(place).listening).toEqual(new Set([80]));
  });

  it.each([
    ['[::]:80', '::'],
    ['[::1]:80', '::1'],
    ['[fe80::1]%eth0:80', 'fe80::1'],
  ])('over IPv6 alone does not count for IPv4: %s', (place, address) => {
    expect(ss(place).listeners).toEqual([{ address, port: 80 }]);
    expect(ss(place).listening).toEqual(new Set());
  });

  it('do not include listeners on loopback', () => {
    expect(ss('127.0.0.1:80', '127.0.0.53%lo:53', '0.0.0.0:22').listening).toEqual(new Set([22]));
  });

  it('are read from the kernel where ss is missing', () => {
    const listening = `   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2340 1 0 100 0 0 10 0
   1: 0100007F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2340 1 0 100 0 0 10 0
   2: 66A8A8C0:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2340 1 0 100 0 0 10 0
   3: 64A8A8C0:9DAE 66A8A8C0:0050 06 00000000:00000000 03:00000A10 00000000     0        0 0 3 00000000367cd48c
   0: 00000000000000000000000000000000:01BB 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000
   1: 00000000000000000000000001000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000
`;
    expect(facts({ listening }).listeners).toEqual([
      { address: '0.0.0.0', port: 22 },
      { address: '127.0.0.1', port: 80 },
      { address: '192.168.168.102', port: 8080 },
      { address: '0.0.0.0', port: 443 },
      { address: '::', port: 443 },
    ]);
  });
});

describe.each(SHELLS)('this machine, asked in $name', (shell) => {
  it('lists listeners with a release of ss that has no -H', () => {
    const old = sh`ss() { case $1 in -H*) echo usage >&2; return 255 ;; esac; echo 'State Recv-Q Send-Q'; echo 'LISTEN 0 128 :::80 :::*'; }
${LISTENING_PROBE}`;
    expect(facts({ listening: runIn(shell, old).stdout }).listening).toEqual(new Set([80]));
  });

  it('are read without ss, ip and systemd', () => {
    const { stdout, stderr } = runIn(
      shell,
      compose(
        factsProbes({
          director: { virtualAddresses: ['192.0.2.1'], instances: 1, keepalivedFrom: { localMount: undefined } },
        }),
        NONCE,
      ),
    );
    const found = parseFacts(split(stdout, NONCE));
    expect(stderr).toBe('');
    expect(found.kernel).toMatch(/^\d+\./);
    expect(found.conf.get('all')).toBeDefined();
    expect(found.macs.has('lo')).toBe(true);
    expect(found.vrrpState).toBeUndefined();
    expect(found.machine).toMatch(/^\w+$/);
    // busybox has an rpm, which may find a database of this machine.
    expect([undefined, 'none'].includes(found.keepalivedFrom)).toBe(shell.onlyBusybox);
    const hasVersion = ['installed', 'mount', 'candidate'].includes(found.keepalivedFrom ?? 'none');
    expect(found.keepalivedVersion !== undefined).toBe(hasVersion);
  });
});
