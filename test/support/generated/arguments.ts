import type { Keyword, Shape } from '../../../src/keepalived/keywords/keyword.ts';
import type { Random } from './random.ts';

const SCRIPTS = [
  '/bin/true',
  '"/bin/true a b"',
  "'/bin/true' root",
  '/bin/true root root',
  '"/bin/true" root',
  '"/bin/true a" nosuchuser',
  '/bin/true root nosuchgroup',
  '"/bin/sh -c \'exit 0\'"',
  '/nonexistent/program',
  '"/nonexistent/program a"',
  '/etc/passwd',
  '/etc',
  'true',
  'nosuchprogram',
  '""',
  '"  "',
  '',
];

/** Arguments that the shape alone does not give, by keyword. */
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  lvs_sync_daemon: [
    'eth0 A',
    'eth0',
    'eth0 A id 5',
    'eth0 inst A id 256',
    'eth0 A port 8848 ttl 3 group 224.0.0.81',
    'eth0 A maxlen 0',
    'nosuch0 A',
    'eth0 A bogus',
    'eth0 A id',
    '',
  ],
  lvs_timeouts: ['tcp 10', 'tcp 10 udp 20 tcpfin 30', 'tcp 0', 'udp', 'bogus 3', 'tcp x', 'tcp 2147484', ''],
  lvs_flush_on_stop: ['', 'VS', 'vs', 'VS x'],
  smtp_server: ['127.0.0.1', '127.0.0.1 25', '127.0.0.1 0', '127.0.0.1 65536', '::1', '127.0.0.1 x', ''],
  script_user: ['root', 'root root', 'nobody', 'nosuchuser', 'root nosuchgroup', ''],
  user: ['root', 'root root', 'nobody', 'nosuchuser', 'root nosuchgroup', ''],
  notify_fifo: ['/tmp/lvsctl-fifo', '/tmp/lvsctl-fifo root', '/tmp/lvsctl-fifo nosuchuser', ''],
  vrrp_notify_fifo: ['/tmp/lvsctl-vrrp', '/tmp/lvsctl-vrrp root root', ''],
  lvs_notify_fifo: ['/tmp/lvsctl-lvs', '/tmp/lvsctl-lvs nosuchuser', ''],
  dynamic_interfaces: ['', 'allow_if_changes', 'bogus'],
  include_check: ['', 'match', '+match', '-read', 'bogus', 'match read', 'match +read'],
  interface: ['eth0', 'eth1', 'nosuch0', 'lo', 'eth0 eth1', 'abcdefghijklmnop', '""', ''],
  bind_if: ['eth0', 'nosuch0', 'abcdefghijklmnop', ''],
  default_interface: ['eth0', 'nosuch0', 'abcdefghijklmnop', ''],
  lb_kind: [
    'DR',
    'NAT',
    'TUN',
    'dr',
    'TUN type ipip',
    'TUN type gue port 6080',
    'TUN type gue',
    'TUN type gre csum',
    'TUN type gre remcsum',
    'TUN port 5',
    'DR x',
    'FNAT',
    '',
  ],
  lvs_method: ['DR', 'NAT', 'TUN', 'TUN type gre', 'TUN type bogus', 'TUN type', 'DR type ipip', 'Route', ''],
  sorry_server_lvs_method: ['DR', 'NAT', 'TUN', 'bogus', ''],
  lb_algo: [
    'rr',
    'wrr',
    'lc',
    'wlc',
    'lblc',
    'lblcr',
    'dh',
    'sh',
    'mh',
    'sed',
    'nq',
    'fo',
    'ovf',
    'twos',
    'bogus',
    'RR',
    '',
  ],
  lvs_sched: ['rr', 'wlc', 'sh', 'mh', 'roundrobin', ''],
  persistence_timeout: ['', '1', '0', '2678400', '2678401', 'x', '-5', '50 60'],
  persistence_granularity: ['255.255.255.0', '255.0.255.0', '64', '0', '129', '128', 'x', ''],
  persistence_engine: ['sip', 'abcdefghijklmnopq', ''],
  sorry_server: [
    '10.1.0.9 80',
    '10.1.0.9',
    '10.1.0.9 81',
    '10.1.0.2 80',
    'fd00::9 80',
    '10.1.0.9 0',
    '10.1.0.9 65536',
    'x 80',
    '10.1.0.9 80 x',
    '',
  ],
  payload: ['0123', '"01 23"', '01 23', 'xyz', '1', '0g', ''],
  require_reply: ['', '0123', '"01 XX"', 'zz', 'XX'],
  status_code: ['200', '200 404', '200-299', '99', '600', '299-200', '200-', 'x', '', '200 x', '200-700'],
  digest: [
    '0123456789abcdef0123456789abcdef',
    '0123456789ABCDEF0123456789ABCDEF',
    '0123',
    'g123456789abcdef0123456789abcdef',
    '',
  ],
  path: ['/', '/a/b?c=d', 'a', '"/a b"', '""', ''],
  weight: [
    '5',
    '-5',
    '0',
    '253',
    '254',
    '-254',
    '255',
    '5 reverse',
    '-5 reverse',
    '5 bogus',
    'x',
    '2147483647',
    '2147483648',
    '5 noreverse',
    '',
  ],
  init_file: ['', '0', '5', 'overwrite', '5 overwrite', 'overwrite 5', 'bogus', '99999999999'],
  param_match: ['', 'initial', 'partial', 'exact', 'bogus'],
  process: ['sshd', 'sshd -D', '"a b" c', '""', ''],
  file: ['/etc/hostname', '"/etc/hostname"', '/nonexistent/file', '/etc', ''],
  type: ['A', 'a', 'NS', 'SOA', 'MX', 'AAAA', 'TXT', 'CNAME', 'PTR', ''],
  name: ['example.com', '.', 'a..b', 'example.com.', ''],
  track_file: ['F', 'nosuch', ''],
  virtual_router_id: ['1', '255', '0', '256', '9', 'x', ''],
  auth_type: ['PASS', 'AH', 'pass', 'NONE', ''],
  auth_pass: ['secret', 'a', 'longerthan8', '"a b"', '""', ''],
  priority: ['100', '1', '254', '255', '0', '256', '-1', 'x', ''],
  state: ['MASTER', 'BACKUP', 'master', 'FAULT', ''],
  version: ['2', '3', '4', '1', ''],
  advert_int: ['1', '0.01', '0.5', '255', '256', '40.95', '40.96', '1.5', '0', '-1', '1s', '.5', '1.0000001', ''],
  regex: ['a', '"a b"', '"^(a|b)$"', ''],
  regex_options: ['', 'caseless', 'utf', 'bogus', 'caseless multiline'],
  misc_path: SCRIPTS,
};

/** @param wide also too large, too small or malformed arguments */
export function argumentsOf(name: string, keyword: Keyword, random: Random): string {
  const known = Object.hasOwn(ARGUMENTS, name) ? ARGUMENTS[name] : undefined;
  if (known !== undefined && random.chance(90)) return random.pick(known);
  if (keyword.status !== 'model') return random.pick(['', 'on', '5', 'x', '10.0.0.9', 'a b', '0']);
  return random.pick(ofShape(keyword.shape));
}

function ofShape(shape: Shape): readonly string[] {
  switch (shape.kind) {
    case 'flag':
      return ['', '', 'on', 'off', 'x'];
    case 'bool':
      return ['', 'on', 'off', 'true', 'false', 'yes', 'no', 'ON', 'maybe', 'on off', '1', '""'];
    case 'number':
    case 'seconds':
      return [
        ...around(shape.min, shape.max, 1),
        '5',
        '005',
        '+5',
        '5 6',
        '5.0',
        '5x',
        'x',
        '0x10',
        '-1',
        '" 5"',
        '""',
        '',
      ];
    case 'timer':
      return [
        ...around(shape.min, shape.max, 0.000001),
        '5',
        '5.',
        '.5',
        '5.1234567',
        '1e3',
        '5 6',
        '5x',
        'x',
        '-1',
        '+5',
        '" 5"',
        '""',
        '',
      ];
    case 'pattern':
      return ['MTU', 'mtu', 'ADVERT', '0', '1', '022', '0777', '01000', 'IWGRP|IWOTH', 'bogus', '1 0', '""', ''];
    case 'word':
    case 'secret':
      return ['x', '"a b"', 'a b', '""', '', 'x'.repeat(40), 'ä', "it's"];
    case 'words':
    case 'quoted':
      return ['x', 'x y', '"a b" c', '5', '5 x', '""', ''];
    case 'choice':
      return [...shape.of, ...shape.of.map((one) => one.toLowerCase()), 'bogus', `${shape.of[0] ?? ''} x`, '', '""'];
    case 'address':
      return [
        '10.0.0.7',
        'fd00::7',
        '224.0.0.19',
        'ff02::13',
        '10.0.0.7/24',
        'fd00::7/64',
        '10.0.0.300',
        '10.0.0',
        'localhost',
        '0.0.0.0',
        '::',
        '10.0.0.7 10.0.0.8',
        '10.0.0.7-9',
        '""',
        '',
      ];
    case 'script':
      return SCRIPTS;
    case 'block':
    case 'lines':
      return ['{\n}', '{ }', '{\nbogus\n}', '\n{\n}', 'x {\n}', ''];
  }
}

function around(min: number, max: number, step: number): readonly string[] {
  return [min - step, min, min + step, max - step, max, max + step].map((value) =>
    Number.isInteger(value) ? String(value) : value.toFixed(6),
  );
}
