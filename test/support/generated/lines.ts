import type { Random } from './random.ts';

const ADDRESSES = [
  '10.0.0.8',
  '10.0.0.8/24',
  'fd00::8',
  'fd00::8/64',
  '10.0.0.8/33',
  '10.0.0.8/0',
  '10.0.0.8/',
  '10.0.0.8/x',
  '10.0.0.300',
  '10.0.0.8-9',
  'x',
  '224.0.0.9',
  '127.0.0.1',
  'fe80::1',
  '::ffff:10.0.0.1',
];
const ADDRESS_OPTIONS = [
  'dev eth0',
  'dev eth1',
  'dev nosuch0',
  'dev',
  'scope link',
  'scope global',
  'scope 5',
  'scope 256',
  'scope bogus',
  'label eth0:1',
  'label eth0:abcdefghijklmn',
  'brd +',
  'brd -',
  'brd 10.0.0.255',
  'brd x',
  'broadcast 10.0.0.255',
  'peer 10.0.0.9',
  'peer 10.0.0.9/24',
  'peer fd00::9',
  'home',
  '-nodad',
  'mngtmpaddr',
  'noprefixroute',
  'preferred_lft 5',
  'preferred_lft forever',
  'preferred_lft x',
  'preferred_lft 0',
  'no_track',
  'bogus',
  'dev eth0 dev eth1',
  'peer 10.0.0.9 brd 10.0.0.255',
];
const ROUTES = [
  '10.2.0.0/24',
  'to 10.2.0.0/24',
  'default',
  'fd02::/64',
  '10.2.0.0/33',
  'x',
  'unicast 10.2.0.0/24',
  'blackhole 10.2.0.0/24',
  'prohibit default',
  'throw 10.2.0.0/24',
  'unreachable fd02::/64',
  '0.0.0.0/0',
  'default6',
  '',
];
const ROUTE_OPTIONS = [
  'via 192.168.168.1',
  'gw 192.168.168.1',
  'via inet 192.168.168.1',
  'via inet6 fd00::1',
  'via fd00::1',
  'via x',
  'via',
  'dev eth0',
  'dev eth1',
  'dev nosuch0',
  'oif eth0',
  'dev',
  'src 192.168.168.2',
  'src fd00::2',
  'table 100',
  'table main',
  'table bogus',
  'table 0',
  'table',
  'metric 5',
  'priority 5',
  'preference 5',
  'metric x',
  'metric -1',
  'metric',
  'scope link',
  'scope bogus',
  'scope 255',
  'proto static',
  'protocol 100',
  'proto bogus',
  'proto 256',
  'mtu 1400',
  'mtu x',
  'mtu lock 1400',
  'onlink',
  'no_track',
  'bogus',
  'inet',
  'inet6',
  'add',
];
const RULES = [
  'from 10.2.0.0/24',
  'to 10.2.0.0/24',
  'from fd02::/64',
  'from all',
  'from x',
  'from',
  'fwmark 1',
  'fwmark 0x10/0xff',
  'fwmark x',
  'fwmark',
  'iif eth0',
  'dev eth0',
  'oif eth1',
  'iif nosuch0',
  'iif lo',
  'inet',
  'inet6',
  'no_track',
  'bogus',
  'from 10.2.0.0/24 to fd02::/64',
  'ipproto tcp',
  'ipproto 17',
  'ipproto bogus',
  'dport 53-60',
  'dport 53',
  'sport 0-65536',
  'uidrange 0-5',
  'uidrange x',
  'not',
  'prohibit',
  'blackhole',
  'suppress_prefixlength 0',
  'sup_pl x',
];
const RULE_ENDS = [
  'table 100 preference 5',
  'lookup 100 pref 5',
  'table main priority 5',
  'table 100',
  'preference 5',
  'table 0 preference 5',
  'table bogus preference 5',
  'table 100 preference x',
  'table 100 order 5',
  'table 100 preference',
  'table',
  'table 100 table 101 preference 5',
  'table 100 preference 4294967296',
];
const PEERS = [
  '10.0.0.6',
  '10.0.0.6 min_ttl 5',
  '10.0.0.6 min_ttl 5 max_ttl 255',
  '10.0.0.6 max_ttl 256',
  '10.0.0.6 min_ttl',
  '10.0.0.6 min_ttl x',
  '10.0.0.6 min_ttl 9 max_ttl 5',
  'fd00::6',
  'fe80::6',
  '10.0.0.6/24',
  '10.0.0.300',
  '10.0.0.6 bogus',
  'x',
];
const WEIGHTS = [
  '',
  '',
  'weight 5',
  'weight -5',
  'weight 0',
  'weight 253',
  'weight 254',
  'weight -254',
  'weight 255',
  'weight',
  'weight x',
  'weight 5 reverse',
  'weight 5 noreverse',
  'weight 5 no_reverse',
  'weight 5 bogus',
  'reverse',
  'bogus',
];
const GROUP = [
  '10.1.0.1 80',
  '10.1.0.1',
  '10.1.0.1-9 80',
  '10.1.0.9-1 80',
  '10.1.0.1-10.1.0.5 80',
  '10.1.0.1-300 80',
  '10.1.0.0/28 80',
  '10.1.0.1/28 80',
  '10.1.0.0/33 80',
  'fd00::1 80',
  'fd00::1-f 80',
  'fwmark 1',
  'fwmark 0',
  'fwmark 1 inet',
  'fwmark 1 inet6',
  'fwmark 1 bogus',
  'fwmark',
  'fwmark x',
  'fwmark 4294967295',
  '10.1.0.1 0',
  '10.1.0.1 65536',
  '10.1.0.1 x',
  'x 80',
  '10.1.0.1 80 x',
];

/** A line of a block of lines; `''` where there is none to say. */
export function lineOf(block: string, random: Random): string {
  const some = (list: readonly string[], most: number) =>
    Array.from({ length: random.below(most + 1) }, () => random.pick(list)).join(' ');
  switch (block) {
    case 'virtual_ipaddress':
    case 'virtual_ipaddress_excluded':
    case 'static_ipaddress':
      return `${random.chance(70) ? random.pick(ADDRESSES.slice(0, 4)) : random.pick(ADDRESSES)} ${some(ADDRESS_OPTIONS, 2)}`;
    case 'virtual_routes':
    case 'static_routes':
      return `${random.chance(60) ? random.pick(ROUTES.slice(0, 3)) : random.pick(ROUTES)} ${some(ROUTE_OPTIONS, 3)}`;
    case 'virtual_rules':
    case 'static_rules':
      return `${some(RULES, 2)} ${random.pick(RULE_ENDS)}`;
    case 'unicast_peer':
      return random.pick(PEERS);
    case 'track_interface':
      return `${random.pick(['eth0', 'eth1', 'eth2', 'nosuch0'])} ${random.pick(WEIGHTS)}`;
    case 'track_script':
    case 'track_process':
    case 'track_file':
      return `${random.pick(['S', 'S', 'S', 'P', 'P', 'F', 'F', 'nosuch'])} ${random.pick(WEIGHTS)}`;
    case 'group':
      return random.pick(['A', 'B', 'A B', 'nosuch', 'A A']);
    case 'virtual_server_group':
      return random.pick(GROUP);
    case 'notification_email':
      return random.pick(['a@example.com', 'a@example.com b@example.com', '"a b"', '']);
    case 'interfaces':
    case 'linkbeat_interfaces':
      return random.pick(['eth0', 'eth1', 'nosuch0', 'eth0 eth1']);
    default:
      return random.pick(['x', 'x y', '']);
  }
}
