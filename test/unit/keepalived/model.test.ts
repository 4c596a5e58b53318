import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Checker, VirtualServer } from '../../../src/keepalived/model/check.ts';
import type { VrrpInstance } from '../../../src/keepalived/model/vrrp.ts';
import type { Conf } from '../../../src/keepalived/model/conf.ts';
import { read, said } from './read.ts';

const RENDERED = path.resolve(import.meta.dirname, '../../fixtures/render');

function conf(text: string, env = {}): Conf {
  const result = read(text, env);
  if (result.conf === undefined) throw new Error(said(result).join('\n'));
  return result.conf;
}

const rendered = (file: string) =>
  conf(readFileSync(path.join(RENDERED, file, 'etc/keepalived/keepalived.conf'), 'utf8'));

function instance(lines: string, before = ''): VrrpInstance {
  const text = `${before}\nvrrp_instance VI_1 {\ninterface eth0\nvirtual_router_id 51\nvirtual_ipaddress {\n192.0.2.10\n}\n${lines}\n}`;
  const [first] = conf(text).vrrp.vrrp_instance;
  if (first === undefined) throw new Error('no instance');
  return first;
}

function service(lines: string, head = '192.0.2.10 80', before = ''): VirtualServer {
  const [first] = conf(`${before}\nvirtual_server ${head} {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\n${lines}\n}`).check
    .virtual_server;
  if (first === undefined) throw new Error('no virtual server');
  return first;
}

function checker(lines: string, around = '', before = ''): Checker {
  const text = `${around}\nreal_server 192.0.2.21 80 {\n${lines}\n}`;
  const [first] = service(text, undefined, before).real_server[0]?.checkers ?? [];
  if (first === undefined) throw new Error('no checker');
  return first;
}

describe('what lvsctl renders', () => {
  it('the globals of the article', () => {
    expect(rendered('article/dr1').global_defs).toMatchObject({
      router_id: 'LVS_DEVEL',
      notification_email: ['acassen@firewall.loc', 'failover@firewall.loc', 'sysadmin@firewall.loc'],
      notification_email_from: 'Alexandre.Cassen@firewall.loc',
      smtp_server: { address: '127.0.0.1', port: 25 },
      smtp_connect_timeout: 30_000,
    });
  });

  it('the instances of the article', () => {
    const [first] = rendered('article/dr1').vrrp.vrrp_instance;
    const [second] = rendered('article/dr2').vrrp.vrrp_instance;
    const both = {
      name: 'VI_1',
      version: 2,
      family: 'ipv4',
      interface: 'eth0',
      virtual_router_id: 51,
      advert_int: 1000,
      authentication: { auth_type: 'PASS', auth_pass: '1111' },
    };
    expect(first).toMatchObject({ ...both, state: 'MASTER', priority: 100 });
    expect(second).toMatchObject({ ...both, state: 'BACKUP', priority: 50 });
    expect(first?.virtual_ipaddress).toMatchObject([{ address: '192.168.168.12', prefix: 32, dev: undefined }]);
  });

  it('the service of the article', () => {
    const [service] = rendered('article/dr1').check.virtual_server;
    expect(service).toMatchObject({
      target: { kind: 'address', address: '192.168.168.12', port: 80 },
      protocol: 'TCP',
      lb_algo: 'rr',
      lb_kind: 'DR',
      delay_loop: 6000,
      quorum: 1,
    });
    expect(service?.real_server.map(({ address, port, weight, lb_kind }) => [address, port, weight, lb_kind])).toEqual([
      ['192.168.168.102', 80, 1, 'DR'],
      ['192.168.168.103', 80, 1, 'DR'],
    ]);
    expect(service?.real_server[0]?.checkers).toEqual([
      {
        kind: 'TCP_CHECK',
        delay_loop: 6000,
        retry: 3,
        delay_before_retry: 3000,
        warmup: 6000,
        alpha: false,
        log_all_failures: false,
        connect_ip: '192.168.168.102',
        connect_port: 80,
        connect_timeout: 3000,
        bindto: undefined,
        bind_if: undefined,
        bind_port: undefined,
        fwmark: undefined,
      },
    ]);
  });

  it('every key of an inventory', () => {
    const { vrrp, check, global_defs } = rendered('full/north');
    expect(global_defs.smtp_server).toEqual({ address: '192.168.1.25', port: 2525 });
    const [instance] = vrrp.vrrp_instance;
    expect(instance).toMatchObject({ advert_int: 2000, preempt_delay: 30_000, priority: 200 });
    expect(instance?.garp).toMatchObject({ garp_master_delay: 1000, garp_master_refresh: 60_000 });
    expect(instance?.track_process).toEqual([{ name: 'nginx', weight: -10, reverse: false }]);
    expect(vrrp.vrrp_track_process).toMatchObject([{ name: 'nginx', process: 'nginx', quorum: 1 }]);
    expect(
      check.virtual_server.map(({ lb_algo, persistence_timeout, alpha, omega }) => [
        lb_algo,
        persistence_timeout,
        alpha,
        omega,
      ]),
    ).toEqual([
      ['wrr', 0, false, false],
      ['mh', 50_000, true, true],
      ['wlc', 0, false, false],
    ]);
    const [first] = check.virtual_server;
    expect(first?.real_server.map(({ weight, inhibit_on_failure }) => [weight, inhibit_on_failure])).toEqual([
      [3, true],
      [0, false],
      [1, false],
    ]);
  });
});

describe("keepalived's defaults", () => {
  it('of an instance', () => {
    expect(instance('')).toMatchObject({
      version: 2,
      priority: 100,
      state: 'BACKUP',
      advert_int: 1000,
      accept: true,
      nopreempt: false,
      preempt_delay: 0,
      check_unicast_src: false,
      lower_prio_no_advert: false,
      smtp_alert: false,
      garp: {
        garp_master_delay: 5000,
        garp_master_repeat: 5,
        garp_master_refresh: 0,
        garp_master_refresh_repeat: 1,
        garp_lower_prio_delay: 5000,
        garp_lower_prio_repeat: 5,
        garp_interval: 0,
        gna_interval: 0,
      },
    });
  });

  it('of the globals', () => {
    const { global_defs, vrrp } = conf('');
    expect(global_defs).toMatchObject({
      router_id: 'host.example.com',
      smtp_connect_timeout: 30_000,
      script_user: 'default',
      lvs_flush_on_stop: 'no',
      startup_script_timeout: 10_000,
      shutdown_script_timeout: 5000,
    });
    expect(vrrp.globals).toMatchObject({ vrrp_mcast_group4: '224.0.0.18', vrrp_mcast_group6: 'ff02::12' });
  });

  it('of a tracked script, process and file', () => {
    const { vrrp } = conf(
      'vrrp_script s {\nscript /bin/true\n}\nvrrp_track_process p {\nprocess nginx\n}\ntrack_file f {\nfile /tmp/f\n}',
    );
    expect(vrrp.vrrp_script).toMatchObject([
      { interval: 1000, timeout: 0, rise: 1, fall: 1, weight: 0, reverse: false, init_fail: false },
    ]);
    expect(vrrp.vrrp_track_process).toMatchObject([
      { weight: 0, quorum: 1, quorum_max: undefined, fork_delay: 0, param_match: undefined, full_command: false },
    ]);
    expect(vrrp.vrrp_track_file).toEqual([
      { name: 'f', file: '/tmp/f', weight: 1, reverse: false, init_file: undefined },
    ]);
  });

  it.each([
    ['TCP_CHECK', { retry: 1, delay_before_retry: 1000 }],
    ['SMTP_CHECK', { retry: 1, delay_before_retry: 1000, helo_name: 'host.example.com' }],
    ['DNS_CHECK', { retry: 3, delay_before_retry: 60_000, type: 'SOA', name: '.' }],
    ['PING_CHECK', { retry: 1, delay_before_retry: 1000 }],
    ['UDP_CHECK', { retry: 1, min_reply_length: 0, max_reply_length: 255, require_reply: undefined }],
  ])('of %s', (kind, expected) => {
    expect(checker(`${kind} {\n}`)).toMatchObject({
      kind,
      delay_loop: 60_000,
      warmup: 60_000,
      connect_ip: '192.0.2.21',
      connect_port: 80,
      connect_timeout: 5000,
      alpha: false,
      ...expected,
    });
  });

  it('of HTTP_GET', () => {
    expect(checker('HTTP_GET {\nurl {\npath /\n}\n}')).toMatchObject({
      retry: 1,
      delay_before_retry: 3000,
      http_protocol: '1.0',
      url: [{ path: '/', digest: undefined, status_code: [], regex: undefined }],
    });
  });
});

describe('vrrp', () => {
  it('gives an instance the defaults of the globals', () => {
    const before =
      'global_defs {\nvrrp_garp_master_delay 2\nvrrp_garp_master_repeat 3\nvrrp_version 3\nvrrp_higher_prio_send_advert\nsmtp_alert_vrrp on\nvrrp_check_unicast_src\n}';
    const { garp, ...rest } = instance('garp_master_repeat 8\nadvert_int 0.25\nunicast_peer {\n192.0.2.2\n}', before);
    expect(garp).toMatchObject({ garp_master_delay: 2000, garp_master_repeat: 8, garp_lower_prio_repeat: 3 });
    expect(rest).toMatchObject({ version: 3, advert_int: 250, higher_prio_send_advert: true, smtp_alert: true });
    expect(rest.check_unicast_src).toBe(true);
  });

  it.each([
    ['0.2', 2, 1000],
    ['1.5', 2, 2000],
    ['2.4', 2, 2000],
    ['0.123', 3, 120],
    ['0.125', 3, 130],
    ['41', 3, 40_950],
  ])('an interval of %s with version %i is %i ms', (text, version, expected) => {
    expect(instance(`version ${version}\nadvert_int ${text}`).advert_int).toBe(expected);
  });

  it('reads priorities, groups and delays of instances and globals', () => {
    const before = 'global_defs {\nvrrp_down_timer_adverts 5\nvrrp_notify_priority_changes on\n}';
    expect(instance('')).toMatchObject({ down_timer_adverts: 3, notify_priority_changes: false });
    expect(instance('', before)).toMatchObject({ down_timer_adverts: 5, notify_priority_changes: true });
    expect(instance('down_timer_adverts 2\nnotify_priority_changes off\nmcast_dst_ip 224.0.0.9', before)).toMatchObject(
      {
        down_timer_adverts: 2,
        notify_priority_changes: false,
        mcast_dst_ip: '224.0.0.9',
      },
    );
    expect(instance('', 'vrrp_sync_group G {\ngroup {\nVI_1\n}\nnotify_priority_changes\n}')).toMatchObject({
      notify_priority_changes: true,
    });
  });

  it('uses version 3 for IPv6, and deprecates its single addresses', () => {
    const [v6] = conf(
      'vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\nFE80::0001\n2001:DB8::1/64\n}\n}',
    ).vrrp.vrrp_instance;
    expect(v6).toMatchObject({ version: 3, family: 'ipv6' });
    expect(v6?.virtual_ipaddress.map(({ address, prefix, preferred_lft }) => [address, prefix, preferred_lft])).toEqual(
      [
        ['fe80::1', 128, 0],
        ['2001:db8::1', 64, undefined],
      ],
    );
  });

  it('skips duplicate address detection of IPv6 addresses, unless -nodad is given', () => {
    const lines = 'virtual_ipaddress_excluded {\n2001:db8::1/64\n2001:db8::2/64 -nodad\n198.51.100.7/20\n}';
    expect(instance(lines).virtual_ipaddress_excluded.map(({ nodad }) => nodad)).toEqual([true, false, false]);
  });

  it('reads options of an address', () => {
    const lines =
      'virtual_ipaddress_excluded {\n198.51.100.7/20 brd + dev eth1 scope link label eth1:x home noprefixroute\n198.51.100.9 peer 198.51.100.8\n}';
    expect(instance(lines).virtual_ipaddress_excluded).toEqual([
      {
        address: '198.51.100.7',
        prefix: 20,
        dev: 'eth1',
        label: 'eth1:x',
        scope: 253,
        broadcast: '198.51.111.255',
        peer: undefined,
        home: true,
        nodad: false,
        mngtmpaddr: false,
        noprefixroute: true,
        preferred_lft: undefined,
      },
      expect.objectContaining({ address: '198.51.100.9', prefix: 32, peer: '198.51.100.8' }),
    ]);
  });

  it('routes and rules', () => {
    const { virtual_routes, virtual_rules } = instance(
      'virtual_routes {\nsrc 192.0.2.10 to 198.51.100.0/24 via 192.0.2.254 dev eth0 table 100 metric 5 protocol static mtu 1400 onlink no_track\nunreachable 203.0.113.0/24 no_track\n}\nvirtual_rules {\nfrom 198.51.100.0/24 fwmark 5/0xff iif eth1 table main\nto 203.0.113.0/24 table 7\n}',
    );
    expect(virtual_routes).toEqual([
      {
        family: 'ipv4',
        destination: { address: '198.51.100.0', prefix: 24 },
        type: 'unicast',
        via: '192.0.2.254',
        dev: 'eth0',
        src: '192.0.2.10',
        table: 100,
        metric: 5,
        scope: undefined,
        protocol: 4,
        onlink: true,
        mtu: 1400,
      },
      expect.objectContaining({ type: 'unreachable', table: 254, via: undefined }),
    ]);
    expect(virtual_rules).toMatchObject([
      {
        from: { address: '198.51.100.0', prefix: 24 },
        fwmark: { mark: 5, mask: 255 },
        iif: 'eth1',
        table: 254,
        preference: 16_384,
      },
      { to: { address: '203.0.113.0', prefix: 24 }, table: 7, preference: 16_383 },
    ]);
  });

  it('selectors and actions of rules', () => {
    const lines = [
      'ipproto udp dport 53-53 not table 100',
      'ipproto 6 sport 1-99 uidrange 0-5 table 100',
      'table main suppress_prefixlength 0',
      'from 192.0.2.0/24 prohibit',
    ].map((line, index) => `${line} preference ${index + 1}`);
    expect(instance(`virtual_rules {\n${lines.join('\n')}\n}`).virtual_rules).toMatchObject([
      { ipproto: 17, dport: { first: 53, last: 53 }, not: true, action: 'table', table: 100 },
      { ipproto: 6, sport: { first: 1, last: 99 }, uidrange: { first: 0, last: 5 }, not: false },
      { table: 254, suppress_prefixlength: 0 },
      { action: 'prohibit', table: 0 },
    ]);
  });

  it('numbers rules without a preference downwards through the file, per family', () => {
    const head = (id: number) => `interface eth0\nvirtual_router_id ${id}\nvirtual_ipaddress {\n192.0.2.${id}\n}`;
    const { vrrp } = conf(
      `static_rules {\nto 192.0.2.0/24 table 4\n}\nvrrp_instance A {\n${head(1)}\nvirtual_rules {\nfrom 198.51.100.0/24 table 5\nto 2001:db8::/32 table 5\n}\n}\nvrrp_instance B {\n${head(2)}\nvirtual_rules {\nfrom 203.0.113.0/24 table 6\n}\n}`,
    );
    const rules = [...vrrp.static_rules, ...vrrp.vrrp_instance.flatMap(({ virtual_rules }) => virtual_rules)];
    expect(rules.map(({ preference }) => preference)).toEqual([16_384, 16_383, 16_384, 16_382]);
  });

  it('puts a static address without dev on default_interface', () => {
    const addresses = 'static_ipaddress {\n192.0.2.1/24\n192.0.2.2/24 dev eth7\n}';
    const devices = (text: string) => conf(text).vrrp.static_ipaddress.map(({ dev }) => dev);
    expect(devices(addresses)).toEqual(['eth0', 'eth7']);
    expect(devices(`global_defs {\ndefault_interface eth3\n}\n${addresses}`)).toEqual(['eth3', 'eth7']);
  });

  it('a FIFO has an owner, and its script a user', () => {
    const { global_defs } = conf(
      'global_defs {\nnotify_fifo /run/f www web\nnotify_fifo_script /bin/cat nobody\nlvs_notify_fifo /run/g\n}',
    );
    expect(global_defs.notify_fifo).toEqual({
      path: '/run/f',
      owner: { user: 'www', group: 'web' },
      script: { argv: ['/bin/cat'], user: { user: 'nobody', group: undefined } },
    });
    expect(global_defs.lvs_notify_fifo).toEqual({ path: '/run/g', owner: undefined, script: undefined });
  });

  it('reads the time-outs of start and stop scripts', () => {
    const { global_defs } = conf('global_defs {\nstartup_script_timeout 60\nshutdown_script_timeout 1\n}');
    expect(global_defs).toMatchObject({ startup_script_timeout: 60_000, shutdown_script_timeout: 1000 });
  });

  it('flushes the whole table with lvs_flush_on_stop, and own services with VS', () => {
    const flush = (text: string) => conf(`global_defs {\nlvs_flush_on_stop ${text}\n}`).global_defs.lvs_flush_on_stop;
    expect([flush(''), flush('VS')]).toEqual(['all', 'VS']);
  });

  it('splits a script like keepalived', () => {
    const { notify } = instance(
      String.raw`notify "/bin/echo n 'm o'" root wheel
notify_stop '/bin/echo q "r s" c\x41' root
notify_master /bin/echo`,
    );
    expect(notify).toMatchObject({
      notify: { argv: ['/bin/echo', 'n', 'm o'], user: { user: 'root', group: 'wheel' } },
      notify_stop: { argv: ['/bin/echo', 'q', 'r s', 'cA'], user: { user: 'root', group: undefined } },
      notify_master: { argv: ['/bin/echo'], user: 'default' },
      notify_fault: undefined,
    });
  });

  it('truncates a password to 8 bytes', () => {
    expect(instance('authentication {\nauth_type PASS\nauth_pass 123456789\n}').authentication?.auth_pass).toBe(
      '12345678',
    );
  });

  it('omits conflicting keywords', () => {
    expect(instance('state MASTER\nnopreempt')).toMatchObject({ nopreempt: false, state: 'MASTER' });
    expect(instance('nopreempt\npreempt_delay 5')).toMatchObject({ nopreempt: true, preempt_delay: 0 });
    expect(instance('version 3\nauthentication {\nauth_type PASS\nauth_pass 1\n}').authentication).toBeUndefined();
  });

  it('applies a garp_group to the instances on its interfaces', () => {
    expect(instance('', 'garp_group {\ninterface eth0\ngarp_interval 0.5\n}').garp.garp_interval).toBe(500);
    expect(instance('', 'garp_group {\ninterface eth1\ngarp_interval 0.5\n}').garp.garp_interval).toBe(0);
  });
});

describe('services', () => {
  const one = 'real_server 192.0.2.21 80 {\n}';

  it('reads addresses, ranges and marks of a group', () => {
    const { check } = conf(
      `virtual_server_group web {\n192.0.2.10 80\n192.0.2.12-15 81\n192.0.2.250-192.0.3.5 82\n192.0.2.8/29 83\nfd00::1-ff 84\nfwmark 7 inet6\n}`,
    );
    expect(check.virtual_server_group[0]?.members).toEqual([
      { kind: 'address', address: '192.0.2.10', last: undefined, port: 80 },
      { kind: 'address', address: '192.0.2.12', last: '192.0.2.15', port: 81 },
      { kind: 'address', address: '192.0.2.250', last: '192.0.3.5', port: 82 },
      { kind: 'address', address: '192.0.2.8', last: '192.0.2.15', port: 83 },
      { kind: 'address', address: 'fd00::1', last: 'fd00::ff', port: 84 },
      { kind: 'fwmark', fwmark: 7, family: 'ipv6' },
    ]);
  });

  it('gives a checker the nearest value', () => {
    const around = 'delay_loop 7\nretry 4\nconnect_timeout 2\nalpha';
    const lines = 'delay_loop 8\nwarmup 1\nTCP_CHECK {\nretry 0\nconnect_port 81\n}';
    expect(checker(lines, around)).toMatchObject({
      delay_loop: 8000,
      retry: 0,
      connect_timeout: 2000,
      warmup: 1000,
      connect_port: 81,
      alpha: true,
    });
  });

  it('a port that is not there', () => {
    expect(service('real_server 192.0.2.21 {\n}').real_server[0]?.port).toBe(80);
    expect(service('lvs_method DR\nreal_server 192.0.2.21 8080 {\n}').real_server[0]?.port).toBe(80);
    expect(service('real_server 192.0.2.21 8080 {\n}').real_server[0]?.port).toBe(8080);
    expect(service('lb_kind DR\nreal_server 192.0.2.21 80 {\n}', 'fwmark 5').real_server[0]?.port).toBe(0);
    expect(service(one, '192.0.2.10').persistence_timeout).toBe(360_000);
  });

  it.each([
    ['', 4000],
    ['misc_timeout 0', 4000],
    ['misc_timeout 9', 9000],
    ['delay_loop 3', 3000],
  ])('a script that checks, with %o, has %i ms', (line, timeout) => {
    expect(checker(`MISC_CHECK {\nmisc_path /bin/true\n${line}\n}`, 'delay_loop 4')).toMatchObject({ timeout });
  });

  it('limits a quorum to the total weight', () => {
    expect(service(`quorum 9\nhysteresis 3\n${one}`)).toMatchObject({ quorum: 1, hysteresis: 0 });
    const heavy = 'real_server 192.0.2.21 80 {\nweight 20\n}';
    expect(service(`quorum 3\nhysteresis 5\n${heavy}`)).toMatchObject({ quorum: 3, hysteresis: 2 });
  });

  it('ignores a service without real servers', () => {
    expect(
      conf('virtual_server 192.0.2.10 80 {\nprotocol TCP\nlb_algo rr\nlb_kind NAT\n}').check.virtual_server,
    ).toEqual([]);
  });

  it('defaults to UDP, like keepalived', () => {
    const { check } = conf(`virtual_server 192.0.2.10 80 {\n${one}\n}`);
    expect(check.virtual_server[0]).toMatchObject({ protocol: 'UDP', lb_algo: 'wlc', lb_kind: 'NAT' });
  });

  it('flags, tunnels and persistence', () => {
    expect(
      service(`lvs_sched mh\nmh-port\nflag-3\npersistence_timeout\npersistence_granularity 255.255.255.0\n${one}`),
    ).toMatchObject({
      lb_flags: ['flag-2', 'flag-3'],
      persistence_timeout: 360_000,
      persistence_granularity: '255.255.255.0',
    });
    expect(
      service('real_server fd00::1 80 {\nlvs_method TUN type gue port 5555 remcsum\n}').real_server[0],
    ).toMatchObject({
      lb_kind: 'TUN',
      tunnel: { type: 'gue', port: 5555, csum: 'remcsum' },
    });
  });

  it('bytes of a UDP check', () => {
    const check = checker('UDP_CHECK {\npayload Ab12f 3 456 546443123\nrequire_reply 0X xx ff\n}');
    expect(check).toMatchObject({
      payload: Uint8Array.from([0xab, 0x12, 0x0f, 0x03, 0x45, 0x06, 0x54, 0x64, 0x43, 0x12, 0x03]),
      require_reply: { expected: Uint8Array.from([0, 0, 0xff]), mask: Uint8Array.from([0xf0, 0, 0xff]) },
    });
  });

  it('what an HTTP check wants', () => {
    const check = checker(
      'HTTP_GET {\nhttp_protocol 1.0C\nurl {\npath /a\nvirtualhost b.example\nstatus_code 200-299 404\nregex "^a b$"\nregex_no_match\nregex_options caseless multiline\nregex_min_offset 5\n}\n}',
      'virtualhost www.example',
    );
    expect(check).toMatchObject({
      http_protocol: '1.0c',
      virtualhost: 'www.example',
      url: [
        {
          path: '/a',
          virtualhost: 'b.example',
          status_code: [
            { min: 200, max: 299 },
            { min: 404, max: 404 },
          ],
          regex: { pattern: '^a b$', no_match: true, flags: 'im', min_offset: 5, max_offset: undefined },
        },
      ],
    });
  });

  it('a program and a file', () => {
    expect(
      checker('MISC_CHECK {\nmisc_path "/bin/check \'a b\'"\nmisc_timeout 5\nuser nobody\nmisc_dynamic\n}'),
    ).toMatchObject({
      kind: 'MISC_CHECK',
      retry: 0,
      timeout: 5000,
      misc_dynamic: true,
      script: { argv: ['/bin/check', 'a b'], user: { user: 'nobody', group: undefined } },
    });
    expect(
      checker('FILE_CHECK {\ntrack_file f\n}', '', 'track_file f {\nfile /tmp/f\nweight 3 reverse\n}'),
    ).toMatchObject({
      kind: 'FILE_CHECK',
      file: '/tmp/f',
      weight: 3,
      reverse: true,
    });
  });
});

it('timeouts and synchronisation are set in the kernel', () => {
  const { global_defs } = conf(
    'global_defs {\nlvs_timeouts tcp 900 udp 300\nlvs_sync_daemon eth0 VI_1 id 5 maxlen 1400 group 224.0.0.81\n}',
  );
  expect(global_defs.lvs_timeouts).toEqual({ tcp: 900_000, tcpfin: 0, udp: 300_000 });
  expect(global_defs.lvs_sync_daemon).toEqual({
    interface: 'eth0',
    vrrp_instance: 'VI_1',
    id: 5,
    maxlen: 1400,
    port: undefined,
    ttl: undefined,
    group: '224.0.0.81',
  });
});

it.each([
  ['an address', 'virtual_ipaddress {\n192.0.2.1\n192.0.2.2 dev eth1\n}', ['eth1']],
  ['an address that is not advertised', 'virtual_ipaddress_excluded {\n192.0.2.2 dev eth1\n}', ['eth1']],
  [
    'a route',
    'virtual_routes {\n198.51.100.0/24 dev eth1\n198.51.101.0/24 via 192.0.2.9 oif eth2\n}',
    ['eth1', 'eth2'],
  ],
  [
    'a rule',
    'virtual_rules {\nfrom 192.0.2.1 iif eth1 table 100\nfrom 192.0.2.1 oif eth2 table 100\n}',
    ['eth1', 'eth2'],
  ],
  ['no_track', 'virtual_ipaddress {\n192.0.2.1 dev eth1 no_track\n}', []],
  ['its own interface', 'virtual_ipaddress {\n192.0.2.1 dev eth0\n}', []],
  ['two on one interface', 'virtual_ipaddress {\n192.0.2.1 dev eth1\n192.0.2.2 dev eth1\n}', ['eth1']],
])('the interface of what an instance keeps is tracked: %s', (_, lines, expected) => {
  const [instance] = conf(`vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\n${lines}\n}`).vrrp.vrrp_instance;
  expect(instance?.track_interface).toEqual(expected.map((name) => ({ interface: name, weight: 0, reverse: false })));
});

it('reports synchronisation that follows a missing instance, and runs it', () => {
  const text = (instance: string) =>
    `global_defs {\n  lvs_sync_daemon eth0 ${instance} id 5\n}\nvrrp_instance VI_1 {\ninterface eth0\nvirtual_router_id 51\nvirtual_ipaddress {\n192.0.2.1\n}\n}`;
  expect(said(read(text('VI_1')))).toEqual([]);
  const lost = read(text('VI_2'));
  expect(lost.conf).toBeDefined();
  expect(said(lost)).toEqual([
    '2:3 warning lvs_sync_daemon follows VI_2, which is no vrrp_instance: it receives connections but never sends any',
  ]);
});

it('reports all errors at once', () => {
  const text =
    'global_defs {\nruoter_id x\n}\nvrrp_instance A {\ninterface eth0\npriority 300\n}\nvirtual_server 192.0.2.300 80 {\n}';
  expect(said(read(text)).filter((line) => line.includes(' error '))).toEqual([
    "2:1 error unknown keyword 'ruoter_id' in global_defs",
    "6:10 error priority takes a whole number from 1 to 255, not '300'",
    '4:1 error A has no virtual_router_id',
    "8:16 error virtual_server takes an address, fwmark or group, not '192.0.2.300'",
  ]);
});

describe('keywords of later releases', () => {
  it('gives an instance the defaults of global_defs', () => {
    const globals = 'global_defs {\nvrrp_owner_ignore_adverts\nv3_checksum_as_v2\nvrrp_delay_after_boot 15.5\n}';
    expect(instance('', globals)).toMatchObject({ owner_ignore_adverts: true, v3_checksum_as_v2: true });
    expect(instance('v3_checksum_as_v2 no\nowner_ignore_adverts off', globals)).toMatchObject({
      owner_ignore_adverts: false,
      v3_checksum_as_v2: false,
    });
    expect(conf(globals).vrrp.globals.vrrp_delay_after_boot).toBe(15_500);
  });

  it.each([
    ['nopreempt\ntimer_expired_backup 150', 150],
    ['nopreempt\ntimer_expired_backup', 254],
    ['nopreempt\nthread_timer_expired 90', 90],
    ['nopreempt', undefined],
    ['timer_expired_backup 150', undefined],
  ])('%j waits for a router of priority %s', (lines, priority) => {
    expect(instance(lines).timer_expired_backup).toBe(priority);
  });

  it.each([
    ['timer_expired_backup', 'timer_expired_backup of A has no effect without nopreempt'],
    ['nopreempt\nthread_timer_expired', 'thread_timer_expired is deprecated; use timer_expired_backup'],
    ['owner_ignore_adverts', 'owner_ignore_adverts of A has no effect: its priority is not 255'],
    ['auth_hmac {\nkey 1 x\n}', 'auth_hmac in vrrp_instance: the agent does not sign advertisements'],
  ])('%j is reported', (lines, text) => {
    const head = 'interface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n192.0.2.1\n}';
    const { diagnostics } = read(`vrrp_instance A {\n${head}\n${lines}\n}`);
    expect(diagnostics.map((one) => one.text)).toEqual([text]);
  });

  it('no_virtual_ipaddress permits an instance without addresses', () => {
    const text = (line: string) => `vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\n${line}\n}`;
    expect(said(read(text('no_virtual_ipaddress')))).toEqual([]);
    expect(said(read(text('')))).toHaveLength(1);
  });
});
