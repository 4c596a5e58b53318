import * as fc from 'fast-check';
import { CHECKERS, REAL_SERVER, VIRTUAL_SERVER } from '../../src/keepalived/keywords/check.ts';
import { GLOBAL_DEFS } from '../../src/keepalived/keywords/globals.ts';
import type { Keyword, Keywords } from '../../src/keepalived/keywords/keyword.ts';
import {
  TRACK_FILE,
  VRRP_INSTANCE,
  VRRP_SCRIPT,
  VRRP_SYNC_GROUP,
  VRRP_TRACK_PROCESS,
} from '../../src/keepalived/keywords/vrrp.ts';

/** Lines for raw blocks, made from the keywords: most are right, some just so, some wrong. */

const CARDS = ['eth0', 'eth1', 'eth2', 'eth3'];
const ADDRESSES = ['192.168.168.100', '192.168.168.107', '192.168.168.102', '192.168.168.12', '10.0.0.9', '224.0.0.20'];
const WRONG = ['', 'x', '-1', '0', '1.5', '99999999999', '"two words"', 'fd00::1', '192.168.168.300'];

/** Of the host, of which lint knows nothing. */
const USERS = ['root', 'root root'];

/** What stands behind keywords whose shape does not say it. */
const BEHIND: Readonly<Record<string, readonly string[]>> = {
  interface: CARDS,
  default_interface: CARDS,
  bind_if: CARDS,
  lb_algo: ['rr', 'wrr', 'mh', 'sh', 'roundrobin'],
  lvs_sched: ['rr', 'wlc', 'sh'],
  lb_kind: ['DR', 'NAT', 'TUN', 'dr'],
  lvs_method: ['DR', 'NAT', 'TUN', 'TUN type gue port 5', 'TUN type gre'],
  sorry_server: ['192.168.168.200 80', '192.168.168.200', '192.168.168.200 8080', '192.168.168.102 80'],
  sorry_server_lvs_method: ['DR', 'NAT'],
  persistence_timeout: ['', '1', '300', '0', '2678400'],
  persistence_granularity: ['255.255.255.0', '32', '0.0.0.0'],
  persistence_engine: ['sip', 'none'],
  lvs_sync_daemon: ['eth0', 'eth0 VI_1', 'eth0 VI_1 id 3', 'eth0 inst VI_2', 'eth0 id 300'],
  lvs_timeouts: ['tcp 5', 'tcp 5 udp 7', 'icmp 5', 'tcp'],
  lvs_flush_on_stop: ['', 'VS', 'RS'],
  dynamic_interfaces: ['', 'allow_if_changes', 'x'],
  include_check: ['', 'match', '+match', '-read', '+match -brace_match', 'match read', 'x'],
  ip_family: ['inet', 'inet6'],
  smtp_server: ['127.0.0.1', '192.0.2.1 2525', '::1', '127.0.0.1 0', '127.0.0.1 x'],
  vrrp_mcast_group4: ['224.0.0.20', '10.0.0.9', 'ff02::20'],
  vrrp_mcast_group6: ['ff02::20', 'ff05::20', '224.0.0.20', 'fd00::1'],
  script_user: USERS,
  user: USERS,
  notify_fifo: ['/tmp/fifo', '/tmp/fifo root'],
  vrrp_notify_fifo: ['/tmp/fifo-vrrp'],
  lvs_notify_fifo: ['/tmp/fifo-lvs'],
  weight: ['1', '5', '0', '-5', '253', '254', '5 reverse', '65536'],
  init_file: ['', '5', '5 overwrite', 'x'],
  file: ['/tmp/tracked'],
  track_file: ['watched', 'nothing'],
  process: ['sshd', '"sshd -D"', 'sshd -D'],
  param_match: ['', 'initial', 'partial', 'x'],
  type: ['A', 'soa', 'XYZ'],
  name: ['www.example.com'],
  path: ['/'],
  digest: ['9b3a0c85a887a256d6939da88aabd8cd', 'x'],
  status_code: ['200', '200-299', '200 301', 'x'],
  payload: ['0123', '"text"', '01 xyz'],
  require_reply: ['', '00', '0g'],
  regex: ['"a.c"', '^ok$'],
  regex_options: ['', 'caseless', 'x'],
  virtualhost: ['www.example.com'],
  state: ['MASTER', 'BACKUP', 'master'],
  priority: ['100', '255', '0', '1'],
  vrrp_no_swap: [''],
  snmp_socket: ['unix:/var/run/snmp'],
  process_names: [''],
  promote_secondaries: [''],
  use_vmac: ['', 'vrrp.51'],
  track_src_ip: [''],
};

/** The lines inside of blocks that hold no keywords. */
const LINES: Readonly<Record<string, readonly string[]>> = {
  notification_email: ['ops@example.com', 'a b'],
  track_interface: ['eth1', 'eth2 weight 5', 'eth3 weight 254', 'eth1 weight -253 reverse'],
  track_script: ['probe', 'probe weight 5', 'nothing', 'probe weight 300'],
  track_process: ['daemon', 'nothing', 'daemon weight 10'],
  track_file: ['watched', 'watched weight 3', 'nothing'],
  virtual_ipaddress: ['192.168.168.13/32', '192.168.168.12', '192.168.168.14/24 dev eth1', 'x', 'fd00::5/64'],
  virtual_ipaddress_excluded: ['192.168.168.13/32', '192.168.168.14/24 dev eth1 label eth1:1', 'fd00::5/64', 'x'],
  virtual_routes: ['10.9.0.0/16 via 192.168.168.1 dev eth0', '10.9.0.0/16 dev eth1', '10.9.0.0/16'],
  virtual_rules: ['from 192.168.168.12 table 50', 'to 10.0.0.0/8 table 50 priority 20', 'from 1.2.3.4'],
  unicast_peer: ['192.168.168.100', '192.168.168.107', '@dr1 192.168.168.107', '@dr2 192.168.168.100', 'fd00::1', 'x'],
  group: ['VI_1', 'VI_2', 'VI_9'],
  interfaces: CARDS,
};

const BLOCKS: Readonly<Record<string, Keywords>> = { ...CHECKERS, real_server: REAL_SERVER };

function mostly<T>(right: fc.Arbitrary<T>, wrong: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: 30, arbitrary: right }, { weight: 1, arbitrary: wrong });
}

const between = (min: number, max: number) =>
  fc.oneof(fc.constantFrom(min, max, min - 1, max + 1), fc.integer({ min, max: Math.max(min, Math.min(max, 300)) }));

function args(name: string, keyword: Keyword): fc.Arbitrary<string> {
  const own = BEHIND[name];
  const wrong = fc.constantFrom(...WRONG);
  if (keyword.status === 'unsupported') return fc.constantFrom(...(own ?? ['']));
  if (own === CARDS || own === USERS) return fc.constantFrom(...own);
  if (own !== undefined) return mostly(fc.constantFrom(...own), wrong);
  const { shape } = keyword;
  switch (shape.kind) {
    case 'flag':
      return mostly(fc.constant(''), wrong);
    case 'bool':
      return mostly(fc.constantFrom('', 'on', 'off', 'true', 'no'), wrong);
    case 'number':
    case 'seconds':
      return mostly(between(shape.min, shape.max).map(String), wrong);
    case 'timer':
      return mostly(
        fc.oneof(
          between(Math.ceil(shape.min), Math.floor(shape.max)).map(String),
          fc.constantFrom('0.5', '2.25', '0.001'),
        ),
        wrong,
      );
    case 'choice':
      return mostly(fc.constantFrom(...shape.of), wrong);
    case 'address':
      return mostly(fc.constantFrom(...ADDRESSES), wrong);
    case 'script':
      return mostly(
        fc.constantFrom('/bin/true', '"/bin/true one two"', '"/bin/true one" root', '"/bin/true" root root'),
        fc.constant(''),
      );
    case 'word':
    case 'secret':
    case 'words':
    case 'quoted':
    case 'pattern':
      return mostly(fc.constantFrom('word', 'other-word'), wrong);
    case 'block':
    case 'lines':
      return fc.constant('');
  }
}

/** One statement of a block, as lines. */
function statement(table: Keywords, depth = 0): fc.Arbitrary<readonly string[]> {
  // What the agent does not use or refuses is here with arguments that are right.
  const names = Object.keys(table).filter(
    (name) => table[name]?.status === 'model' || table[name]?.status === 'ignored' || name in BEHIND,
  );
  return fc.constantFrom(...names).chain((name): fc.Arbitrary<readonly string[]> => {
    const keyword = table[name];
    if (keyword === undefined) return fc.constant([]);
    const inside = LINES[name];
    if (inside !== undefined && keyword.status !== 'unsupported' && keyword.shape.kind === 'lines')
      return fc
        .array(mostly(fc.constantFrom(...inside), fc.constantFrom(...(name === 'track_interface' ? [''] : WRONG))), {
          maxLength: 3,
        })
        .map((lines) => [`${name} {`, ...lines.map((line) => `  ${line}`), '}']);
    const block = BLOCKS[name];
    if (keyword.status === 'model' && keyword.shape.kind === 'block') {
      const head =
        name === 'real_server'
          ? fc.constantFrom('192.168.168.102 80', '192.168.168.110 80', '10.0.0.9', '192.168.168.102 8080')
          : fc.constant('');
      const body =
        name === 'authentication'
          ? fc.constantFrom(
              ['auth_type PASS', 'auth_pass secret'],
              ['auth_type PASS'],
              ['auth_type AH', 'auth_pass x'],
              ['auth_type PASS', 'auth_pass secrets123'],
            )
          : name === 'url'
            ? fc.constantFrom(['path /'], ['path /', 'status_code 200'], [])
            : block === undefined || depth > 2
              ? fc.constant([])
              : statements(block, depth + 1);
      return fc
        .tuple(head, body)
        .map(([words, lines]) => [`${name} ${words} {`, ...lines.map((line) => `  ${line}`), '}']);
    }
    return args(name, keyword).map((words) => [`${name} ${words}`.trimEnd()]);
  });
}

function statements(table: Keywords, depth = 0): fc.Arbitrary<readonly string[]> {
  return fc.array(statement(table, depth), { minLength: 1, maxLength: depth === 0 ? 2 : 3 }).map((all) => all.flat());
}

/** Lines that count for one director, that define something, that are no keywords at all. */
function conditioned(lines: fc.Arbitrary<readonly string[]>): fc.Arbitrary<readonly string[]> {
  const odd = fc.constantFrom(
    ['$PORT=80'],
    ['# a comment'],
    ['! another'],
    ['unknown_word 5'],
    ['garp_master_delay $DELAY'],
    ['@dr9 unknown_word'],
    ['@^dr9 no_such_word'],
    ['weight 5 }', '{'],
  );
  return fc
    .array(
      fc
        .tuple(lines, fc.constantFrom('', '', '', '', '', '@dr1 ', '@dr2 ', '@^dr1 '))
        .map(([all, before]) => (all.length === 1 ? all.map((line) => `${before}${line}`) : all)),
      { minLength: 1, maxLength: 2 },
    )
    .chain((all) =>
      mostly(
        fc.constant(all.flat()),
        odd.map((line) => [...all.flat(), ...line]),
      ),
    );
}

const block = (head: string, table: Keywords, first: readonly string[]) =>
  statements(table).map((lines) => [
    `${head} {`,
    ...first.map((line) => `  ${line}`),
    ...lines.map((line) => `  ${line}`),
    '}',
  ]);

const OTHER_INSTANCE = ['interface eth1', 'virtual_router_id 52', 'virtual_ipaddress {', '  192.168.169.5/24', '}'];
const OTHER_SERVER = ['lb_algo rr', 'lb_kind DR', 'protocol TCP', 'real_server 192.168.168.102 8080 {', '}'];

const topBlock = fc.oneof(
  block('vrrp_script probe', VRRP_SCRIPT, ['script "/bin/true"']),
  block('vrrp_track_process daemon', VRRP_TRACK_PROCESS, ['process sshd']),
  block('track_file watched', TRACK_FILE, ['file /tmp/tracked']),
  block('vrrp_sync_group G', VRRP_SYNC_GROUP, ['group {', '  VI_1', '  VI_2', '}']),
  block('vrrp_instance VI_2', VRRP_INSTANCE, OTHER_INSTANCE),
  block('virtual_server 10.0.0.12 8080', VIRTUAL_SERVER, OTHER_SERVER),
  block('virtual_server 192.168.168.12 8080', VIRTUAL_SERVER, OTHER_SERVER),
  block('virtual_server fwmark 5', VIRTUAL_SERVER, [
    'lb_algo rr',
    'lb_kind DR',
    'real_server 192.168.168.102 80 {',
    '}',
  ]),
  fc.constantFrom(
    ['static_ipaddress {', '  192.168.168.12/32 dev eth0', '}'],
    ['static_routes {', '  10.9.0.0/16 via 192.168.168.1 dev eth0', '}'],
  ),
);

const text = (lines: fc.Arbitrary<readonly string[]>) => lines.map((all) => all.join('\n'));
const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });

/** Raw blocks of one inventory, by where they stand. */
export const rawBlocks = fc.record({
  global: fc
    .tuple(text(conditioned(statements(GLOBAL_DEFS))), fc.boolean())
    // Not every host has the account that keepalived runs scripts as by itself.
    .map(([lines, secure]) => `script_user root\n${secure ? 'enable_script_security\n' : ''}${lines}`),
  top: some(text(fc.array(topBlock, { minLength: 1, maxLength: 2 }).map((all) => all.flat()))),
  instance: some(text(conditioned(statements(VRRP_INSTANCE)))),
  service: some(text(conditioned(statements(VIRTUAL_SERVER)))),
  server: some(text(conditioned(statements(REAL_SERVER)))),
});
