import { describe, expect, it } from 'vitest';
import { endpointsOf, hostsOf, type Cluster, type Host } from '../../../src/inventory/cluster.ts';
import { textOf } from '../../../src/keepalived/write.ts';
import { filesOf } from '../../../src/render/files.ts';
import { findings, minimalWith, read } from './reading.ts';

async function clusterOf(text: string): Promise<Cluster> {
  const { cluster, diagnostics } = await read(text);
  if (cluster === undefined) throw new Error(JSON.stringify(diagnostics));
  return cluster;
}

/** Instances as `NAME VRID vVERSION VIPS: MEMBERS in order`. */
async function instances(text: string): Promise<readonly string[]> {
  return (await clusterOf(text)).instances.map(
    ({ name, virtual_router_id, version, virtual_ipaddress, members }) =>
      `${name} ${virtual_router_id} v${version} ${virtual_ipaddress.map(({ address }) => address).join(' ')}: ${members
        .map(({ director, priority, state, address }) => `${director} ${priority} ${state} ${address}`)
        .join(', ')}`,
  );
}

/** Virtual servers as `NAME PROTOCOL: MEMBERS`, members as `NAME ADDRESS:PORT*WEIGHT`. */
async function services(text: string): Promise<readonly string[]> {
  return (await clusterOf(text)).virtualServers.map(
    ({ name, pool }) =>
      `${name}: ${pool.map((one) => `${one.name} ${one.address} ${one.port}*${one.weight}`).join(', ')}`,
  );
}

const TWO = `directors: [192.168.168.100, 192.168.168.107]
real_servers: [192.168.168.102, 192.168.168.103]
client: local
`;

const BOTH = `directors:
  - {address: 192.168.168.100, addresses: "fd00::100"}
  - {address: 192.168.168.107, addresses: "fd00::107"}
real_servers:
  - {address: 192.168.168.102, addresses: ["fd00::102"]}
  - {address: 192.168.168.103, addresses: ["fd00:0::103"]}
client: local
`;

describe('networks', () => {
  const networks = async (text: string) => (await clusterOf(text)).networks.map(({ name, cidr }) => `${name} ${cidr}`);

  it('are the one given', async () => {
    expect(await networks(minimalWith('network: 192.168.170.1/16'))).toEqual(['lan 192.168.0.0/16']);
  });

  it('are named', async () => {
    const text = minimalWith('networks: {outside: 192.168.168.0/24, inside: 10.0.0.0/8}');
    expect(await networks(text)).toEqual(['outside 192.168.168.0/24', 'inside 10.0.0.0/8']);
  });

  it('are around every address otherwise, that of the first director first', async () => {
    expect(await networks(`vip: 192.168.168.12\n${BOTH}`)).toEqual(['lan 192.168.168.0/24', 'lan2 fd00::/64']);
  });
});

describe('VRRP instances', () => {
  it('have the order of their directors as priority', async () => {
    const named = TWO.replace(
      '[192.168.168.100, 192.168.168.107]',
      '[{name: a, address: 192.168.168.100, priority: 9}, {name: b, address: 192.168.168.107}]',
    );
    const more =
      'vrrp_instances:\n  ONE: {virtual_ipaddress: 192.168.168.12}\n  TWO: {virtual_ipaddress: 192.168.168.13, directors: [b, a]}\n  THREE: {virtual_ipaddress: 192.168.168.14, directors: [b]}\n';
    expect(await instances(named + more)).toEqual([
      'ONE 12 v2 192.168.168.12: a 9 MASTER 192.168.168.100, b 8 BACKUP 192.168.168.107',
      'TWO 13 v2 192.168.168.13: b 254 MASTER 192.168.168.107, a 253 BACKUP 192.168.168.100',
      'THREE 14 v2 192.168.168.14: b 254 MASTER 192.168.168.107',
    ]);
  });

  it('take what they do not say from vrrp_instance, and directors have the last word', async () => {
    const cluster = await clusterOf(`directors:
  - {address: 192.168.168.100, vrrp_instance: {garp_master_delay: 1}, vrrp_instances: {B: {priority: 10, garp_master_delay: 2, interface: eth5}}}
  - 192.168.168.107
real_servers: [192.168.168.102]
client: local
vrrp_instance: {advert_int: 3, garp_master_repeat: 7, raw: "dont_track_primary"}
vrrp_instances:
  A: {virtual_ipaddress: 192.168.168.12, advert_int: 1}
  B: {virtual_ipaddress: 192.168.168.13, garp_master_repeat: 8}
`);
    expect(
      cluster.instances.map(({ name, advert_int, members }) => [
        name,
        advert_int,
        ...members.map(
          ({ director, interface: device, conf }) => `${director} ${device} ${textOf(conf).split('\n').join('; ')}`,
        ),
      ]),
    ).toEqual([
      [
        'A',
        1,
        'dr1 auto garp_master_repeat 7; garp_master_delay 1; dont_track_primary; ',
        'dr2 auto garp_master_repeat 7; dont_track_primary; ',
      ],
      [
        'B',
        3,
        'dr1 eth5 garp_master_repeat 8; garp_master_delay 2; dont_track_primary; ',
        'dr2 auto garp_master_repeat 8; dont_track_primary; ',
      ],
    ]);
  });

  it('of both families are two in one sync group, with the same ID', async () => {
    const text = `vip: [192.168.168.12, "fd00::c"]\nvrrp_instance: {authentication: {auth_pass: 1111}, notify_master: /bin/true}\n${BOTH}`;
    const cluster = await clusterOf(text);
    expect(await instances(text)).toEqual([
      'VI_1 12 v2 192.168.168.12: dr1 254 MASTER 192.168.168.100, dr2 253 BACKUP 192.168.168.107',
      'VI_1_6 12 v3 fd00::c: dr1 254 MASTER fd00::100, dr2 253 BACKUP fd00::107',
    ]);
    expect(cluster.syncGroups).toEqual([{ name: 'VI_1_GROUP', instances: ['VI_1', 'VI_1_6'], generated: true }]);
    expect(cluster.instances.map(({ authentication }) => authentication === undefined)).toEqual([false, true]);
    expect(cluster.instances.map(({ members }) => textOf(members[0]?.conf ?? []))).toEqual([
      'notify_master /bin/true\n',
      'version 3\n',
    ]);
  });

  it('of a sync group of the inventory get none of lvsctl', async () => {
    const text = `vip: [192.168.168.12, "fd00::c"]\nvrrp_sync_group: {MINE: {group: [VI_1, VI_1_6]}}\n${BOTH}`;
    expect((await clusterOf(text)).syncGroups).toEqual([
      { name: 'MINE', instances: ['VI_1', 'VI_1_6'], generated: false },
    ]);
  });

  it('have their peers filled in for unicast', async () => {
    const { instances: all } = await clusterOf(
      `vip: [192.168.168.12, "fd00::c"]\nvrrp_instance: {unicast: yes}\n${BOTH}`,
    );
    expect(all.map(({ members }) => textOf(members[1]?.conf ?? []))).toEqual([
      'unicast_src_ip 192.168.168.107\nunicast_peer {\n  192.168.168.100\n}\n',
      'version 3\nunicast_src_ip fd00::107\nunicast_peer {\n  fd00::100\n}\n',
    ]);
  });

  it.each([
    ['192.168.168.0', 51],
    ['192.168.168.51', 51],
    ['"fd00::1ff"', 255],
    ['"fd00::100"', 51],
  ])('have the last byte of %s as ID', async (vip, id) => {
    const network = 'networks: {a: 192.168.0.0/16, b: "fd00::/16"}';
    const [instance] = (await clusterOf(`vip: ${vip}\n${network}\n${BOTH.replaceAll('::10', '::20')}`)).instances;
    expect(instance?.virtual_router_id).toBe(id);
  });

  it('have the inside gateway of NAT as an address that is no VIP', async () => {
    const cluster = await clusterOf(
      `vip: 192.168.168.12\n${TWO.replaceAll('192.168.168.10', '10.0.0.10')}nat: {gateway: 10.0.0.1}\nnetworks: {out: 192.168.168.0/24, in: 10.0.0.0/24}\nvirtual_servers: [{lb_kind: NAT}]\n`,
    );
    expect(cluster.instances[0]?.virtual_ipaddress.map(({ address, gateway }) => [address, gateway])).toEqual([
      ['192.168.168.12', undefined],
      ['10.0.0.1', true],
    ]);
  });

  it.each([
    ['192.168.168.12', '192.168.168.12 32 '],
    ['10.0.0.1/24 dev eth1 label eth1:1', '10.0.0.1 24 dev eth1 label eth1:1'],
    ['{address: 10.0.0.1, prefix: 24, dev: eth1, scope: 0}', '10.0.0.1 24 dev eth1 scope 0'],
    ['"FD00:0:0::12"', 'fd00::12 128 '],
  ])('read the virtual address %s', async (written, expected) => {
    const cluster = await clusterOf(
      `networks: {a: 192.168.168.0/24, b: 10.0.0.0/24, c: "fd00::/64"}\nvip: [${written}]\n${BOTH}virtual_servers: []\n`,
    );
    const [address] = cluster.instances[0]?.virtual_ipaddress ?? [];
    expect(`${address?.address} ${address?.prefix} ${address?.options.join(' ')}`).toBe(expected);
  });
});

describe('virtual servers', () => {
  const with_ = (...servers: readonly string[]) =>
    `vip: [192.168.168.12, "fd00::c"]\n${BOTH}pools:\n  web: {port: 8080, weight: 5, members: [rs2, {name: rs1, weight: 2, port: 81}]}\n  all: {check: none}\nvirtual_servers:\n${servers.map((one) => `  - ${one}\n`).join('')}`;

  it('of a list of addresses are one each, with real servers of the same family', async () => {
    expect(await services(with_('{vip: [192.168.168.12, "fd00::c"], protocol: UDP, port: 53}'))).toEqual([
      '192.168.168.12:53/udp: rs1 192.168.168.102 53*1, rs2 192.168.168.103 53*1',
      '[fd00::c]:53/udp: rs1 fd00::102 53*1, rs2 fd00::103 53*1',
    ]);
  });

  it('of a list of ports are one service by a mark that lvsctl sets', async () => {
    const text = with_(
      '{vip: [192.168.168.12, "fd00::c"], port: [80, 443]}',
      '{vip: 192.168.168.12, port: [80], fwmark: 81}',
    );
    expect(await services(text)).toEqual([
      'fwmark 80: rs1 192.168.168.102 0*1, rs2 192.168.168.103 0*1',
      'fwmark 82 ipv6: rs1 fd00::102 0*1, rs2 fd00::103 0*1',
      'fwmark 81: rs1 192.168.168.102 0*1, rs2 192.168.168.103 0*1',
    ]);
    const { virtualServers } = await clusterOf(text);
    expect(virtualServers.map(endpointsOf).map((all) => all.map(({ vip, port }) => `${vip} ${port}`))).toEqual([
      ['192.168.168.12 80', '192.168.168.12 443'],
      ['fd00::c 80', 'fd00::c 443'],
      ['192.168.168.12 80'],
    ]);
  });

  it('of a mark alone leave the rules to the user', async () => {
    const [server] = (await clusterOf(with_('{fwmark: 3}'))).virtualServers;
    expect(server).toMatchObject({ name: 'fwmark 3', target: { kind: 'fwmark', fwmark: 3, marks: [] } });
  });

  it('of a group have its endpoints', async () => {
    const text = `virtual_server_group: {G: ["192.168.168.12 80", "192.168.168.12 443", fwmark 7]}\n${with_('{group: G}')}`;
    const [server] = (await clusterOf(text)).virtualServers;
    expect(server?.target).toEqual({
      kind: 'group',
      group: 'G',
      endpoints: [
        { vip: '192.168.168.12', port: 80 },
        { vip: '192.168.168.12', port: 443 },
      ],
    });
  });

  it('have a pool by its name, where members are nearer than the pool', async () => {
    const text = with_(
      '{vip: 192.168.168.12, pool: web, lb_kind: NAT, lb_algo: wrr}',
      '{port: 81, vip: 192.168.168.12, pool: [rs2]}',
    );
    expect(await services(`${text}nat: {way_back: none}\n`)).toEqual([
      '192.168.168.12:80: rs2 192.168.168.103 8080*5, rs1 192.168.168.102 81*2',
      '192.168.168.12:81: rs2 192.168.168.103 81*1',
    ]);
  });
});

describe('a host that is a director and a real server', () => {
  const text = `networks: {out: 192.168.168.0/24}
vip: 192.168.168.12
directors: [{name: a, address: 192.168.168.100}, {name: b, address: 192.168.168.107}]
real_servers: [{name: a, address: 192.168.168.100, weight: 2}, 192.168.168.107, 192.168.168.103]
client: 192.168.168.200
nat: {way_back: none}
virtual_servers: [{lb_kind: NAT, lb_algo: wrr}]
`;

  it('is one host with both roles and one name', async () => {
    const cluster = await clusterOf(text);
    expect(
      hostsOf(cluster).map(({ host, role, director, realServer, client }) => [
        host.name,
        role,
        director !== undefined,
        realServer !== undefined,
        client !== undefined,
      ]),
    ).toEqual([
      ['a', 'director', true, true, false],
      ['b', 'director', true, true, false],
      ['rs3', 'real-server', false, true, false],
      ['c1', 'client', false, false, true],
    ]);
  });

  it.each(['DR', 'TUN'])('is balanced by marks under %s, so that a backup does not balance again', async (method) => {
    const { virtualServers } = await clusterOf(text.replace('lb_kind: NAT', `lb_kind: ${method}`));
    expect(virtualServers.map(({ name, target }) => ({ name, target }))).toEqual([
      {
        name: 'fwmark 80',
        target: { kind: 'fwmark', fwmark: 80, marks: [{ vip: '192.168.168.12', port: 80 }] },
      },
    ]);
  });

  it('can be kept from balancing again in another way, with a warning', async () => {
    const own = text.replace('lb_kind: NAT', 'lb_kind: DR, two_box: none');
    expect((await clusterOf(own)).virtualServers.map(({ name }) => name)).toEqual(['192.168.168.12:80']);
    expect(await findings(own)).toContainEqual(
      expect.stringMatching(/^warning \d+ real_servers\[0\]\.address: a is a director and a real server of 192/),
    );
  });

  it('cannot be balanced again in a group, whose packets have no marks', async () => {
    const group = 'virtual_server_group: {web: [192.168.168.12 80]}\nvirtual_servers: [{lb_kind: DR, group: web}]';
    expect(await findings(text.replace(/^virtual_servers:.*$/m, group))).toContainEqual(
      expect.stringContaining('a is a director and a real server of group web at once'),
    );
  });

  it('has one name', async () => {
    expect(
      await findings(
        text.replace('{name: a, address: 192.168.168.100, weight: 2}', '{name: a, address: 192.168.168.104}'),
      ),
    ).toContainEqual(expect.stringContaining('Two hosts are named a.'));
  });
});

describe('two checks of one place', () => {
  it('are both written', async () => {
    const more = 'virtual_servers: [{tcp_check: {connect_timeout: 1}, http_get: {url: {path: /}}}]';
    const cluster = await clusterOf(minimalWith('client: local', more));
    const checks = (cluster.virtualServers[0]?.pool[0]?.conf ?? []).flatMap((one) =>
      'keyword' in one ? one.keyword : [],
    );
    expect(checks).toEqual(['TCP_CHECK', 'HTTP_GET']);
  });
});

describe('a priority of 255', () => {
  it('is warned of, because it is for the owner of an address', async () => {
    const text = minimalWith('client: local').replace('192.168.168.100,', '{address: 192.168.168.100, priority: 255},');
    expect(await findings(text)).toEqual([
      expect.stringMatching(/^warning 2 directors\[0\]\.priority: dr1 has priority 255/),
    ]);
  });
});

describe('the short form of a check', () => {
  const checks = async (check: string, more = '') => {
    const cluster = await clusterOf(minimalWith('client: local', `virtual_servers: [{check: "${check}"${more}}]`));
    return textOf(cluster.virtualServers[0]?.pool[0]?.conf ?? [])
      .replaceAll(/\s+/g, ' ')
      .trim();
  };
  const timing = 'connect_timeout 3 retry 3 delay_before_retry 3';

  it.each([
    ['none', ''],
    ['tcp', `TCP_CHECK { ${timing} }`],
    ['http /health', `HTTP_GET { url { path /health } ${timing} }`],
    ['https /', `SSL_GET { url { path / } ${timing} }`],
    ['smtp', `SMTP_CHECK { ${timing} }`],
    ['dns example.com', `DNS_CHECK { type A name example.com ${timing} }`],
    ['ping', 'PING_CHECK { }'],
    ['udp', `UDP_CHECK { ${timing} }`],
    ['file /run/ok', 'FILE_CHECK { track_file run_ok }'],
    ['misc /usr/bin/check -a 1', 'MISC_CHECK { misc_path "/usr/bin/check -a 1" }'],
  ])('%s', async (check, expected) => {
    expect(await checks(check)).toBe(expected);
  });

  it('takes its time limits from tcp_check', async () => {
    expect(await checks('smtp', ', tcp_check: {connect_timeout: 9}')).toContain('connect_timeout 9');
  });

  it('defaults to what the protocol can answer', async () => {
    const text = (protocol: string) => minimalWith('client: local', `virtual_servers: [{protocol: ${protocol}}]`);
    const first = async (protocol: string) => {
      const [server] = (await clusterOf(text(protocol))).virtualServers;
      return server?.pool[0]?.conf.map((entry) => ('keyword' in entry ? entry.keyword : ''));
    };
    expect([await first('TCP'), await first('UDP'), await first('SCTP')]).toEqual([
      ['TCP_CHECK'],
      ['UDP_CHECK'],
      ['PING_CHECK'],
    ]);
  });
});

describe('files for the directors', () => {
  const pushed = (value: string) => minimalWith('client: local', `files: {/etc/keepalived/notify.sh: ${value}}`);
  const files = { '/home/ops/scripts/notify.sh': '#!/bin/sh\n' };

  it('are read from beside the inventory', async () => {
    const { cluster } = await read(pushed('{from: scripts/notify.sh, mode: "0755"}'), { files });
    expect(cluster?.files).toEqual([
      { path: '/etc/keepalived/notify.sh', mode: 0o755, text: '#!/bin/sh\n', directors: ['dr1', 'dr2'] },
    ]);
    expect((await read(pushed('scripts/notify.sh'), { files })).cluster?.files[0]?.mode).toBe(0o644);
  });

  it('are on the directors before keepalived.conf', async () => {
    const { cluster } = await read(pushed('scripts/notify.sh'), { files });
    const paths = (host: Host | undefined) =>
      cluster === undefined || host === undefined
        ? []
        : filesOf(cluster, host, { interfaceOf: () => 'eth0' }).map(({ path }) => path);
    const [script, conf] = ['/etc/keepalived/notify.sh', '/etc/keepalived/keepalived.conf'];
    const found = paths(cluster?.directors[0]);
    expect(found).toContain(script);
    expect(found.indexOf(script)).toBeLessThan(found.indexOf(conf));
    expect(paths(cluster?.realServers[0])).not.toContain(script);
  });

  it('must be there', async () => {
    expect(await findings(pushed('gone.sh'))).toEqual([
      'error 5 files./etc/keepalived/notify.sh: /home/ops/gone.sh cannot be read: The file does not exist.',
    ]);
  });

  it('of a director take the place of those of all', async () => {
    const text = `vip: 192.168.168.12
directors:
  - {address: 192.168.168.100, files: {/etc/keepalived/notify.sh: own.sh, /etc/keepalived/more: own.sh}}
  - 192.168.168.107
real_servers: [192.168.168.102]
client: local
files: {/etc/keepalived/notify.sh: scripts/notify.sh}
`;
    const { cluster } = await read(text, { files: { ...files, '/home/ops/own.sh': 'own\n' } });
    expect(cluster?.files.map((one) => [one.path, one.text, ...one.directors])).toEqual([
      ['/etc/keepalived/notify.sh', '#!/bin/sh\n', 'dr2'],
      ['/etc/keepalived/notify.sh', 'own\n', 'dr1'],
      ['/etc/keepalived/more', 'own\n', 'dr1'],
    ]);
  });

  it.each([
    ['binary', new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0xff]), 'is not UTF-8 text'],
    ['with NUL', 'a\0b', 'is not UTF-8 text'],
    ['large', 'x'.repeat(1024 * 1024 + 1), 'is larger than 1 MiB'],
  ])('are refused when they are %s', async (_, content, what) => {
    const given = { files: { '/home/ops/x': content } };
    expect(await findings(pushed('x'), given)).toEqual([
      expect.stringContaining(`error 5 files./etc/keepalived/notify.sh: /home/ops/x ${what}. `),
    ]);
  });

  it('replace none of lvsctl', async () => {
    const text = minimalWith('client: local', 'files: {/etc/keepalived/keepalived.conf: x}');
    expect(await findings(text)).toEqual([
      'error 5 files./etc/keepalived/keepalived.conf: `/etc/keepalived/keepalived.conf` is written by lvsctl itself.',
    ]);
  });
});

describe('mistakes of a shape', () => {
  it.each([
    [
      'a check with an argument too many',
      minimalWith('client: local', 'virtual_servers: [{check: tcp 80}]'),
      'error 5 virtual_servers[0].check: `check` has `tcp` with an argument that it does not take. Write one of `none`, `tcp`, `http /health`, `https /`, `smtp`, `dns example.com`, `ping`, `udp`, `misc /usr/local/bin/check`.',
    ],
    [
      'a misspelt key of a pool',
      minimalWith('client: local', 'pools: {web: {member: [rs1]}}'),
      'error 5 pools.web.member: `member` is not a key that is known here. Did you mean `members`?',
    ],
    [
      'a name that keepalived cannot read',
      `${TWO}vrrp_instances: {"A B": {virtual_ipaddress: 192.168.168.12}}`,
      'error 4 vrrp_instances.A B: `A B` is no name: use letters, digits, `_`, `.`, `:` and `-`.',
    ],
    [
      'a pool that does not exist',
      minimalWith('client: local', 'pools: {web: {}}', 'virtual_servers: [{pool: wbe}]'),
      'error 6 virtual_servers[0].pool: There is no pool wbe. The pools are web.',
    ],
    [
      'a member that does not exist',
      minimalWith('client: local', 'pools: {web: {members: [rs1, rs9]}}', 'virtual_servers: [{pool: web}]'),
      'error 5 pools.web.members[1]: There is no real server rs9. There is rs1, rs2.',
    ],
    [
      'a director that does not exist',
      `${TWO}vrrp_instances: {A: {virtual_ipaddress: 192.168.168.12, directors: [dr1, dr3]}}`,
      'error 4 vrrp_instances.A.directors[1]: There is no director dr3. The directors are dr1, dr2.',
    ],
    [
      'an instance that does not exist',
      `${TWO.replace('[192.168.168.100,', '[{address: 192.168.168.100, vrrp_instances: {B: {priority: 3}}},')}vrrp_instances: {A: {virtual_ipaddress: 192.168.168.12}}`,
      'error 1 directors[0].vrrp_instances.B: There is no VRRP instance B. The instances are A.',
    ],
    [
      'a VIP in two instances',
      `${TWO}vrrp_instances:\n  A: {virtual_ipaddress: 192.168.168.12}\n  B: {virtual_ipaddress: 192.168.168.12}`,
      'error 6 vrrp_instances.B.virtual_ipaddress: The VIP 192.168.168.12 is in A and in B. Keep one: two masters would hold it.',
    ],
    [
      'an ID twice on one interface',
      `${TWO}vrrp_instances:\n  A: {virtual_ipaddress: 192.168.168.12, virtual_router_id: 5}\n  B: {virtual_ipaddress: 192.168.168.13, virtual_router_id: 5}`,
      'error 6 vrrp_instances.B.virtual_router_id: A and B have the same virtual_router_id, 5, on one interface. Give each VRRP instance an ID of its own.',
    ],
    [
      'vip beside several instances',
      `vip: 192.168.168.11\n${TWO}vrrp_instances: {A: {virtual_ipaddress: 192.168.168.12}}`,
      'error 1 vip: With `vrrp_instances` each instance has its own addresses, and `vip` belongs to none. Move it to `virtual_ipaddress` of an instance.',
    ],
    [
      'a real server without an address of the family',
      `vip: "fd00::c"\n${BOTH.replace(', addresses: ["fd00::102"]', '')}`,
      'error 6 real_servers[0]: rs1 has only IPv4 addresses and cannot serve [fd00::c]:80. Add one of its family to `addresses`, or give the virtual server a `pool` without it.',
    ],
    [
      'a group that does not exist',
      minimalWith('client: local', 'virtual_servers: [{group: web}]'),
      'error 5 virtual_servers[0].group: There is no virtual_server_group web. Add it as `virtual_server_group` at the top.',
    ],
  ])('%s', async (_name, inventory, expected) => {
    expect((await findings(inventory)).filter((one) => one.startsWith('error'))).toEqual([expected]);
  });
});
