import { describe, expect, it } from 'vitest';
import { findings, minimalWith } from './reading.ts';

/** A whole inventory from parts: the three lines of the smallest one can be replaced, others are added. */
function cluster(parts: { vip?: string; directors?: string; real?: string; more?: readonly string[] }): string {
  return [
    `vip: ${parts.vip ?? '192.168.168.12'}`,
    `directors: ${parts.directors ?? '[192.168.168.100, 192.168.168.107]'}`,
    `real_servers: ${parts.real ?? '[192.168.168.102, 192.168.168.103]'}`,
    ...(parts.more ?? []),
  ].join('\n');
}

const assumed = '192.168.168.0/24, which is assumed because the inventory does not name its network';
const segment =
  'direct routing needs one segment. Correct the address, or say how large the segment is, as in `network: 192.168.0.0/16`.';

describe('lint', () => {
  it('has nothing to say about the smallest inventory', async () => {
    expect(await findings(minimalWith())).toEqual([]);
  });

  it('misses what every cluster has', async () => {
    expect(await findings('name: x')).toEqual([
      'error 1 vip: The cluster has no virtual address. Add the address that clients will use, as in `vip: 192.168.168.12`.',
      'error 1 directors: The cluster has no director. Add at least one, better two: `directors: [192.168.168.100, 192.168.168.107]`.',
      'error 1 real_servers: The cluster has no real server. Add them by address: `real_servers: [192.168.168.102, 192.168.168.103]`.',
    ]);
  });

  it.each<readonly [string, string, readonly string[]]>([
    [
      'one director',
      cluster({ directors: '[192.168.168.100]' }),
      ['warning 2 directors: There is only one director: if it fails, there is no failover. Add a second one.'],
    ],
    [
      'a real server twice in a pool, and once more with another port',
      cluster({
        more: [
          'virtual_servers: [{ pool: [rs1, { name: rs1, port: 81 }, rs1], lb_kind: NAT }]',
          'nat: { way_back: none }',
        ],
      }),
      ['error 4 virtual_servers[0].pool[2]: rs1 is listed twice. Keep one, or give each its own `port`.'],
    ],
    [
      'a user of the mail server',
      cluster({
        more: ['global_defs: { notification_email: root, notification_email_from: lvs, smtp_server: 192.0.2.25 }'],
      }),
      [],
    ],
    [
      'a VIP outside the assumed network',
      cluster({ vip: '10.0.0.1' }),
      [`error 1 vip: The VIP 10.0.0.1 is outside ${assumed}; ${segment}`],
    ],
    [
      'a VIP outside the network given',
      cluster({ vip: '10.0.0.1', more: ['network: 192.168.168.0/24'] }),
      [
        'error 1 vip: The VIP 10.0.0.1 is outside the network given, 192.168.168.0/24; direct routing needs one segment. Correct the address or `network`.',
      ],
    ],
    ['a large segment', cluster({ vip: '192.168.0.1', more: ['network: 192.168.0.0/16'] }), []],
    [
      'a host outside',
      cluster({ real: '[192.168.169.102]' }),
      [`error 3 real_servers[0]: rs1, 192.168.169.102, is outside ${assumed}; ${segment}`],
    ],
    [
      'the broadcast address',
      cluster({ vip: '192.168.168.255' }),
      ['error 1 vip: The VIP 192.168.168.255 is the network or the broadcast address of 192.168.168.0/24.'],
    ],
    [
      'a VIP that is a host',
      cluster({ vip: '[192.168.168.13, 192.168.168.102]' }),
      [
        'error 1 vip[1]: The VIP 192.168.168.102 is the address of rs1; a VIP moves between directors and must not belong to a host. Choose an address of the segment that no host has.',
      ],
    ],
    [
      'a VIP twice',
      cluster({ vip: '[192.168.168.12, 192.168.168.12]' }),
      ['error 1 vip[1]: The VIP 192.168.168.12 is listed twice. Keep one.'],
    ],
    [
      'a VIP with a prefix',
      cluster({ vip: '192.168.168.12/24' }),
      [
        'warning 1 vip: The VIP 192.168.168.12/24 brings a route for its network along; on a real server it is /32 anyway. Leave the prefix out, which means /32.',
      ],
    ],
    [
      'VIPs in two places',
      cluster({ more: ['vrrp_instance: {virtual_ipaddress: 192.168.168.12}'] }),
      [
        'error 4 vrrp_instance.virtual_ipaddress: The virtual addresses are given twice: as `vip` and as `vrrp_instance.virtual_ipaddress`. They mean the same; keep one.',
      ],
    ],
    [
      'an address twice',
      cluster({ real: '[192.168.168.102, 192.168.168.102]' }),
      ['error 3 real_servers[1]: rs2 and rs1 have the same address, 192.168.168.102.'],
    ],
    [
      'a director that is a real server of another name',
      cluster({ real: '[{name: web, address: 192.168.168.100}]' }),
      [
        'error 3 real_servers[0].address: 192.168.168.100 is the address of the director dr1 and of the real server web. If it is one host, give it one name: `name: dr1`.',
      ],
    ],
    [
      'a name twice',
      cluster({ directors: '[{name: A, address: 192.168.168.100}, {name: a, address: 192.168.168.107}]' }),
      ['error 2 directors[1].name: Two hosts are named a. Give each host a name of its own, or leave the names out.'],
    ],
    [
      'a name that a default would have had',
      cluster({ directors: '[192.168.168.100, {name: dr1, address: 192.168.168.107}]' }),
      [],
    ],
    [
      'a client that is a director',
      cluster({ more: ['client: 192.168.168.100'] }),
      [
        'error 4 client: The client 192.168.168.100 is the director dr1: it holds the VIP itself, so it cannot test it. Name a third host that reaches the VIP over the network, or leave `client` out.',
      ],
    ],
    [
      'a client that is a real server',
      cluster({ more: ['client: {address: 192.168.168.103}'] }),
      [
        'error 4 client.address: The client 192.168.168.103 is the real server rs2: it would answer itself on the VIP. Name a third host that reaches the VIP over the network, or leave `client` out.',
      ],
    ],
    [
      'a client that is the VIP',
      cluster({ more: ['client: 192.168.168.12'] }),
      [
        'error 1 vip: The VIP 192.168.168.12 is the address of c1; a VIP moves between directors and must not belong to a host. Choose an address of the segment that no host has.',
      ],
    ],
    [
      'a client without an address',
      cluster({ more: ['client: {name: c1}'] }),
      ['error 4 client: `client` needs an address. Use `client: local` for the machine that runs lvsctl.'],
    ],
    ['a client elsewhere', cluster({ more: ['client: 10.1.1.1'] }), []],
    ['the local client', cluster({ more: ['client: local'] }), []],
    [
      'a priority twice',
      cluster({ directors: '[{address: 192.168.168.100, priority: 9}, {address: 192.168.168.107, priority: 9}]' }),
      [
        'error 2 directors[1].priority: dr1 and dr2 have the same priority, 9: their addresses would decide who is master. Give each director a priority of its own.',
      ],
    ],
    [
      'two masters',
      cluster({ directors: '[{address: 192.168.168.100, state: MASTER}, {address: 192.168.168.107, state: MASTER}]' }),
      ['error 2 directors[1].state: dr1 and dr2 both start as MASTER. Only the one with the highest priority should.'],
    ],
    [
      'a master below another',
      cluster({ directors: '[192.168.168.100, {address: 192.168.168.107, state: MASTER}]' }).replace(
        '[192.168.168.100,',
        '[{address: 192.168.168.100, state: BACKUP},',
      ),
      [
        'warning 2 directors[1].state: dr2 starts as MASTER, but another director has a higher priority and takes over at once. Give it the highest priority, or leave `state` out.',
      ],
    ],
    [
      'MASTER with nopreempt',
      cluster({
        directors: '[{address: 192.168.168.100, state: MASTER}, 192.168.168.107]',
        more: ['vrrp_instance: {nopreempt: true}'],
      }),
      [
        'error 2 directors[0].state: dr1 starts as MASTER, and `nopreempt` works only when every director starts as BACKUP. Leave `state` out.',
      ],
    ],
    ['nopreempt alone', cluster({ more: ['vrrp_instance: {nopreempt: true}'] }), []],
    [
      'nopreempt with a delay',
      cluster({ more: ['vrrp_instance: {nopreempt: true, preempt_delay: 5}'] }),
      [
        'error 4 vrrp_instance.preempt_delay: `preempt_delay` says when to take the VIP back, and `nopreempt` says never to. Keep one of them.',
      ],
    ],
    [
      'half a second between adverts',
      cluster({ more: ['vrrp_instance: {advert_int: 0.5}'] }),
      [
        'error 4 vrrp_instance.advert_int: `advert_int` is 0.5, and VRRPv2 counts in whole seconds. Use a whole number, or add `version: 3` to vrrp_instance.',
      ],
    ],
    ['half a second in version 3', cluster({ more: ['vrrp_instance: {advert_int: 0.5, version: 3}'] }), []],
    [
      'a long interval in version 3',
      cluster({ more: ['vrrp_instance: {advert_int: 60, version: 3}'] }),
      ['error 4 vrrp_instance.advert_int: `advert_int` is at most 40.95 seconds in VRRPv3 (RFC 9568 §5.2.7).'],
    ],
    [
      'a long password',
      cluster({ more: ['vrrp_instance: {authentication: {auth_pass: 123456789}}'] }),
      [
        'error 4 vrrp_instance.authentication.auth_pass: `auth_pass` has more than 8 characters, and VRRP sends only 8 of them. Shorten it; it is no protection, it only keeps clusters apart.',
      ],
    ],
    [
      'a virtual server elsewhere',
      cluster({ more: ['virtual_servers: [{vip: 192.168.168.13}]'] }),
      [
        'error 4 virtual_servers[0].vip: 192.168.168.13 is not among the virtual addresses, so no director would ever answer for it. Add it to `vip`, or correct it; `held_by: other` is for an address that does not come from VRRP.',
      ],
    ],
    [
      'a virtual server on an address that does not come from VRRP',
      cluster({ more: ['virtual_servers: [{vip: 192.168.168.13, held_by: other}]'] }),
      [],
    ],
    [
      'a service over every port, whose persistence is not given',
      cluster({ more: ['virtual_servers: [{port: 0, lb_algo: wlc}]'] }),
      [
        "warning 4 virtual_servers[0].port: A service over every port is persistent: a client stays on one real server for 360 s, keepalived's default. Say how long with `persistence_timeout`.",
      ],
    ],
    [
      'a service over every port',
      cluster({ more: ['virtual_servers: [{port: 0, lb_algo: wlc, persistence_timeout: 60}]'] }),
      [],
    ],
    [
      'every port beside another one',
      cluster({ more: ['virtual_servers: [{port: [0, 80], persistence_timeout: 60, lb_algo: wlc}]'] }),
      ['error 4 virtual_servers[0].port: Port 0 is every port, and stands beside other ports. Keep one of them.'],
    ],
    [
      'every port beside a firewall mark',
      cluster({ more: ['virtual_servers: [{port: 0, fwmark: 3, persistence_timeout: 60, lb_algo: wlc}]'] }),
      ['error 4 virtual_servers[0].port: Port 0 is every port, and stands beside a firewall mark. Keep one of them.'],
    ],
    [
      'a port of a real server under every port',
      cluster({
        real: '[{address: 192.168.168.102, port: 8080}]',
        more: ['virtual_servers: [{port: 0, persistence_timeout: 60, lb_algo: wlc}]'],
      }),
      [
        'error 3 real_servers[0].port: rs1 listens on port 8080 and the virtual server takes every port: direct routing cannot change a port. Leave `port` out, or make the two equal.',
      ],
    ],
    [
      'a virtual server that each director has with its own values',
      cluster({
        more: ['virtual_servers: [{port: 80, directors: [dr1]}, {port: 80, delay_loop: 3, directors: [dr2]}]'],
      }),
      [],
    ],
    [
      'a virtual server that one director has twice',
      cluster({ more: ['virtual_servers: [{port: 80}, {port: 80, delay_loop: 3, directors: [dr2]}]'] }),
      ['error 4 virtual_servers[1]: There are two virtual servers on 192.168.168.12:80. Keep one.'],
    ],
    [
      'a virtual server of a director that does not exist',
      cluster({ more: ['virtual_servers: [{port: 80, directors: [dr3]}]'] }),
      ['error 4 virtual_servers[0].directors[0]: There is no director dr3. The directors are dr1, dr2.'],
    ],
    [
      'a segment with several networks',
      cluster({ vip: '203.0.113.10', more: ['network: [192.168.168.0/24, 203.0.113.0/24]'] }),
      [],
    ],
    [
      'an address outside of all networks of a segment',
      cluster({ vip: '203.0.113.10', real: '[10.0.0.9]', more: ['network: [192.168.168.0/24, 203.0.113.0/24]'] }),
      [
        'error 3 real_servers[0]: rs1, 10.0.0.9, is outside the network given, 192.168.168.0/24 and 203.0.113.0/24; direct routing needs one segment. Correct the address or `network`.',
      ],
    ],
    [
      'a director whose address is not known yet',
      cluster({ directors: '[192.0.2.1, 192.168.168.107]', more: ['network: 192.168.168.0/24'] }),
      [
        "warning 2 directors[0]: dr1 has the placeholder 192.0.2.1, which is no host's. Put in its address before a deploy.",
      ],
    ],
    [
      'an instance that moves no address',
      'directors: [192.168.168.100, 192.168.168.107]\nvrrp_instance: {no_virtual_ipaddress: true}\nvirtual_servers: []\nreal_servers: []',
      [],
    ],
    [
      'a virtual server on one of two VIPs',
      cluster({ vip: '[192.168.168.12, 192.168.168.13]', more: ['virtual_servers: [{port: 80}]'] }),
      ['error 4 virtual_servers[0].vip: `vip` is missing, and there are several to choose from.'],
    ],
    ['no virtual servers, as where VRRP alone is wanted', cluster({ more: ['virtual_servers: []'] }), []],
    [
      'a virtual server twice',
      cluster({ more: ['virtual_servers: [{port: 80}, {vip: 192.168.168.12}]'] }),
      ['error 4 virtual_servers[1]: There are two virtual servers on 192.168.168.12:80. Keep one.'],
    ],
    [
      'two ports under DR',
      cluster({ real: '[{address: 192.168.168.102, port: 8080}]' }),
      [
        'error 3 real_servers[0].port: rs1 listens on port 8080 and the virtual server on 80: direct routing cannot change a port. Leave `port` out, or make the two equal.',
      ],
    ],
    [
      'persistence under rr',
      cluster({ more: ['virtual_servers: [{persistence_timeout: 50}]'] }),
      [
        'warning 4 virtual_servers[0].persistence_timeout: With `persistence_timeout` a client stays on one real server for 50 s, so the rotation of rr cannot be seen from one client. Leave it out unless sessions need it.',
      ],
    ],
    [
      'a nat_mask',
      cluster({ more: ['virtual_servers: [{nat_mask: 255.255.255.0}]'] }),
      [
        'warning 4 virtual_servers[0].nat_mask: `nat_mask` has no effect: the kernel ignores it and newer keepalived refuses it. It is kept as a comment in keepalived.conf; leave it out.',
      ],
    ],
    [
      'all weights 0',
      cluster({ real: '[{address: 192.168.168.102, weight: 0}]' }),
      [
        'error 3 real_servers: Every real server has weight 0: no connection would be accepted. Leave `weight` out where a real server should take connections.',
      ],
    ],
    [
      'weights under rr',
      cluster({ real: '[192.168.168.102, {address: 192.168.168.103, weight: 5}]' }),
      [
        'warning 3 real_servers[1].weight: The real servers have different weights, which `lb_algo: rr` ignores. Use `wrr`.',
      ],
    ],
    ['a weight of 0 under rr', cluster({ real: '[192.168.168.102, {address: 192.168.168.103, weight: 0}]' }), []],
    [
      'mail through the VIP',
      cluster({ more: ['global_defs: {smtp_server: 192.168.168.12}'] }),
      [
        'warning 4 global_defs.smtp_server: `smtp_server` is the VIP 192.168.168.12: mail about the cluster would be sent to the cluster. Name a mail server outside it, or 127.0.0.1 when each director has one.',
      ],
    ],
    [
      'mail through a name',
      cluster({ more: ['global_defs: {smtp_server: mail.example}'] }),
      [
        'warning 4 global_defs.smtp_server: keepalived looks up mail.example when it reads its file, and refuses the line when no name server answers. Write the address of the mail server.',
      ],
    ],
    [
      'mail without a server',
      cluster({ more: ['global_defs: {notification_email: a@b.c, notification_email_from: a@b.c}'] }),
      [
        'warning 4 global_defs.notification_email: `notification_email` is set without `smtp_server`. Add `smtp_server`.',
      ],
    ],
    [
      'a lab with a user',
      cluster({ more: ['ssh: {lab: lab, user: me}'] }),
      ['error 4 ssh.user: `user` has no effect: the lab brings its own. Remove it, or remove `lab`.'],
    ],
    [
      'a lab with a proxy for one host',
      cluster({ more: ['ssh: {lab: lab}', 'client: {address: 192.168.168.9, ssh: {proxy_command: x}}'] }),
      [
        'error 5 client.ssh.proxy_command: `proxy_command` has no effect: the lab brings its own. Remove it, or remove `lab`.',
      ],
    ],
    [
      'a password from nowhere',
      cluster({ more: ['vrrp_instance: {authentication: {auth_pass: {env: VRRP_PASS}}}'] }),
      [
        'error 4 vrrp_instance.authentication.auth_pass: The environment variable VRRP_PASS, which holds `auth_pass`, is not set. Set it: export VRRP_PASS=...',
      ],
    ],
    [
      'a password from no file',
      cluster({ more: ['vrrp_instance: {authentication: {auth_pass: {file: pass}}}'] }),
      [
        'error 4 vrrp_instance.authentication.auth_pass: `auth_pass` could not be read from /home/ops/pass: The file does not exist.',
      ],
    ],
  ])('%s', async (_, text, expected) => {
    expect(await findings(text)).toEqual(expected);
  });
});

describe('raw blocks', () => {
  const raw = (...lines: readonly string[]) =>
    minimalWith('vrrp_instance:', '  raw: |', ...lines.map((line) => `    ${line}`));
  const whole = 'The block is inserted into keepalived.conf as is, and must be complete.';

  it.each<readonly [string, string, readonly string[]]>([
    ['a whole block', raw('track_interface {', '  eth1', '}'), []],
    [
      'a brace that stays open',
      raw('a', 'track_interface {', '  eth1'),
      [`error 5 vrrp_instance.raw: A brace is not closed that was opened in line 2 of the raw block. ${whole}`],
    ],
    [
      'a brace that closes the block around it',
      raw('}', 'virtual_server {'),
      [`error 5 vrrp_instance.raw: A brace is closed that was not opened in line 1 of the raw block. ${whole}`],
    ],
    [
      'an open quote',
      raw('notify_master "/bin/x a', 'b"'),
      [`error 5 vrrp_instance.raw: A quote is not closed in line 1 of the raw block. ${whole}`],
    ],
    ['braces in quotes and comments', raw('notify_master "/bin/x }"', '# }', 'debug 1 ! }'), []],
    [
      'what lvsctl writes itself',
      raw('priority 3', 'track_file {', '  priority 3', '}'),
      [
        'warning 5 vrrp_instance.raw: The raw block sets `priority`, which lvsctl writes too. Use the key of the inventory instead.',
      ],
    ],
    [
      'a virtual server',
      minimalWith('virtual_servers: [{raw: "}"}]'),
      [`error 4 virtual_servers[0].raw: A brace is closed that was not opened in line 1 of the raw block. ${whole}`],
    ],
    [
      'the top level',
      minimalWith('raw: "vrrp_script x {"'),
      [`error 4 raw: A brace is not closed that was opened in line 1 of the raw block. ${whole}`],
    ],
    [
      'global_defs',
      minimalWith('global_defs: {raw: "router_id X"}'),
      [
        'warning 4 global_defs.raw: The raw block sets `router_id`, which lvsctl writes too. Use the key of the inventory instead.',
      ],
    ],
    [
      'a block with nothing in it',
      minimalWith('raw: " "'),
      [
        'error 4 raw: `raw` must be a block of text, not ` `. Write `raw: |` and the lines of keepalived.conf below it, indented.',
      ],
    ],
  ])('%s', async (_, text, expected) => {
    expect(await findings(text)).toEqual(expected);
  });
});

describe('all at once', () => {
  it('mistakes of the schema do not hide those between hosts', async () => {
    const text = cluster({
      directors: '[{address: 192.168.168.100, priority: high}, {address: 192.168.168.107, state: MASTER}, 1.2.3]',
      real: '[192.168.168.107, 192.168.168.104, 192.168.168.104]',
      more: ['client: 192.168.168.104', 'vrrp_instance: {nopreempt: true, adver_int: 1}'],
    });
    expect((await findings(text)).map((line) => line.replace(/: .*/, ''))).toEqual([
      'error 2 directors[0].priority',
      'error 2 directors[2]',
      'error 2 directors[1].state',
      'error 3 real_servers[2]',
      'error 4 client',
      'error 5 vrrp_instance.adver_int',
    ]);
  });

  it('nothing is concluded from what could not be read', async () => {
    const text = cluster({ more: ['virtual_servers: [{vip: 192.168.168.12}]'] }).replace(
      'vip: 192.168.168.12\n',
      'vips: 192.168.168.12\n',
    );
    expect(await findings(text)).toEqual(['error 1 vips: `vips` is not a key that is known here. Did you mean `vip`?']);
    expect(await findings(cluster({ directors: '[a, b]', real: '[c]' }))).toHaveLength(3);
  });
});
