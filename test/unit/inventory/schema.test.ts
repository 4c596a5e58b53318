import { describe, expect, it } from 'vitest';
import { findings, minimalWith } from './reading.ts';

/** Lines added to the smallest inventory, and all that is said about them. */
const cases: readonly (readonly [string, readonly string[]])[] = [
  // keys
  ['vips: 192.168.168.13', ['error 4 vips: `vips` is not a key that is known here. Did you mean `vip`?']],
  ['Client: local', ['error 4 Client: `Client` is not a key that is known here. Did you mean `client`?']],
  ['clinet: local', ['error 4 clinet: `clinet` is not a key that is known here. Did you mean `client`?']],
  [
    'constructor: local',
    ['error 4 constructor: `constructor` is not a key that is known here. docs/inventory.md lists all keys.'],
  ],
  [
    '__proto__: {a: 1}',
    ['error 4 __proto__: `__proto__` is not a key that is known here. docs/inventory.md lists all keys.'],
  ],
  [
    'virtual_servers: [{lvs_sched: rr}]',
    ['error 4 virtual_servers[0].lvs_sched: `lvs_sched` is not a key that is known here. Did you mean `lb_algo`?'],
  ],
  [
    'global_defs: {notification-email: a@b.c}',
    [
      'error 4 global_defs.notification-email: `notification-email` is not a key that is known here. Did you mean `notification_email`?',
    ],
  ],
  ['ssh: {key: x}', ['error 4 ssh.key: `key` is not a key that is known here. Did you mean `identity_file`?']],
  // types
  ['web: nginx', ['error 4 web: `web` must be a map of keys, not a single value.']],
  ['web: [nginx]', ['error 4 web: `web` must be a map of keys, not a list.']],
  ['virtual_servers: {port: 80}', ['error 4 virtual_servers: `virtual_servers` must be a list, not a map.']],
  ['name: [a]', ['error 4 name: `name` must be a name, not a list. Use letters, digits, `_`, `.` and `-`.']],
  ['name:', ['error 4 name: `name` has no value. Give it a value, or remove the key to take the default.']],
  [
    'client: {name: c1, address: ~}',
    ['error 4 client.address: `address` has no value. Give it a value, or remove the key to take the default.'],
  ],
  // values
  [
    'virtual_servers: [{port: 65536}]',
    ['error 4 virtual_servers[0].port: `port` must be a whole number from 0 to 65535, not `65536`.'],
  ],
  [
    'virtual_servers: [{persistence_timeout: 0}]',
    [
      'error 4 virtual_servers[0].persistence_timeout: `persistence_timeout` must be a whole number from 1 to 2678400, not `0`. Seconds; leave it out for no persistence.',
    ],
  ],
  [
    'virtual_servers: [{port: 8e1}]',
    ['error 4 virtual_servers[0].port: `port` must be a whole number from 0 to 65535, not `8e1`.'],
  ],
  [
    'virtual_servers: [{port: -1}]',
    ['error 4 virtual_servers[0].port: `port` must be a whole number from 0 to 65535, not `-1`.'],
  ],
  [
    'client: 192.168.168.256',
    ['error 4 client: `client` is not an IPv4 address: `192.168.168.256`. Write it as 192.168.168.12 or fd00::12.'],
  ],
  ['client: 192.168.168.012', [expect.stringContaining('is not an IPv4 address') as string]],
  ['client: fd00::1::2', ['error 4 client: `client` is not an IPv6 address: `fd00::1::2`. Write it as fd00::12.']],
  [
    'client: web.example',
    ['error 4 client: `client` must be an IP address, not `web.example`. Write it as 192.168.168.12 or fd00::12.'],
  ],
  [
    'vrrp_instance: {virtual_router_id: 0}',
    [
      'error 4 vrrp_instance.virtual_router_id: `virtual_router_id` must be a whole number from 1 to 255, not `0`. Every cluster on a segment needs its own.',
    ],
  ],
  [
    'vrrp_instance: {nopreempt: maybe}',
    ['error 4 vrrp_instance.nopreempt: `nopreempt` must be true or false, not `maybe`.'],
  ],
  [
    'vrrp_instance: {advert_int: 0}',
    ['error 4 vrrp_instance.advert_int: `advert_int` must be a number of seconds from 0.01 to 255, not `0`.'],
  ],
  [
    'virtual_servers: [{lb_kind: masq}]',
    ['error 4 virtual_servers[0].lb_kind: `lb_kind` is `masq`. Did you mean `NAT`?'],
  ],
  [
    'virtual_servers: [{lb_algo: random}]',
    [
      'error 4 virtual_servers[0].lb_algo: `lb_algo` must be one of rr, wrr, lc, wlc, sh, dh, mh, sed, nq, lblc, lblcr, fo, ovf, twos, not `random`.',
    ],
  ],
  ['virtual_servers: [{lb_algo: round-robin}]', [expect.stringContaining('Did you mean `rr`?') as string]],
  [
    'virtual_servers: [{protocol: ICMP}]',
    ['error 4 virtual_servers[0].protocol: `protocol` must be one of TCP, UDP, SCTP, not `ICMP`.'],
  ],
  ['ssh: {host_key_checking: no}', [expect.stringContaining('cannot be disabled') as string]],
  [
    'network: 192.168.168.0',
    ['error 4 network: `network` must be a network such as 192.168.168.0/24, not `192.168.168.0`.'],
  ],
];

describe('the schema', () => {
  it.each(cases)('%s', async (line, expected) => {
    expect(await findings(minimalWith(line))).toEqual(expected);
  });

  it('finds a director without an address and a wrong one in the same list', async () => {
    const text =
      'vip: 192.168.168.12\ndirectors:\n  - {name: a}\n  - 300.1.1.1\n  - {address: 192.168.168.100, priority: 256}\nreal_servers: [192.168.168.102]\n';
    expect(await findings(text)).toEqual([
      'error 3 directors[0].address: `address` is missing.',
      'error 4 directors[1]: `directors[1]` is not an IPv4 address: `300.1.1.1`. Write it as 192.168.168.12 or fd00::12.',
      'error 5 directors[2].priority: `priority` must be a whole number from 1 to 255, not `256`. 0 is how a master resigns.',
    ]);
  });
});

describe('a value cannot break out of its place in keepalived.conf', () => {
  it.each([
    'global_defs: {router_id: "a b"}',
    'global_defs: {router_id: "a}"}',
    'global_defs: {router_id: "a\\nb"}',
    'global_defs: {notification_email_from: "a@b.c {"}',
    'global_defs: {smtp_server: "127.0.0.1 25 x"}',
    'global_defs: {notification_email: ["a@b.c\\n}"]}',
    'vrrp_instance: {name: "VI 1"}',
    'vrrp_instance: {name: "VI!1"}',
    'vrrp_instance: {interface: "eth0 {"}',
    'vrrp_instance: {interface: "a234567890123456"}',
    'vrrp_instance: {authentication: {auth_pass: "a b"}}',
    'vrrp_instance: {authentication: {auth_pass: "a#b"}}',
    "vrrp_instance: {authentication: {auth_pass: 'a\"b'}}",
    'vrrp_instance: {authentication: {auth_pass: "$x"}}',
    'client: {name: "a b", address: 192.168.168.200}',
    'client: {name: -x, address: 192.168.168.200}',
    'client: {name: "a;b", address: 192.168.168.200}',
    'client: {name: a/b, address: 192.168.168.200}',
    'name: ../x',
    'web: {demo_path: "/a b"}',
    'web: {demo_path: /var/../etc/shadow}',
    'web: {demo_path: relative}',
    'web: {service: "a b"}',
    'web: {package: -o}',
    'ssh: {user: -oProxyCommand=x}',
    'packages: {local_mount: "/mnt;x"}',
  ])('%s', async (line) => {
    const found = await findings(minimalWith(line));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^error 4 /);
  });

  it('and a password that is refused is not shown', async () => {
    for (const line of ['{auth_pass: "s3cret "}', 's3cret', '[s3cret]', '{auth_pass: {env: "", file: s3cret}}']) {
      const found = await findings(minimalWith(`vrrp_instance: {authentication: ${line}}`));
      expect(found.join()).not.toContain('s3cret');
      expect(found).toHaveLength(1);
    }
  });
});
