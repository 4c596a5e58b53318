import type { LbKind } from '../forwarding/forwarding.ts';
import { DEFAULT_METHOD } from '../forwarding/methods.ts';
import type {
  GlobalDefs,
  PoolMember,
  RealServer,
  TcpCheck,
  VirtualAddress,
  VirtualServer,
  VrrpInstance,
} from './cluster.ts';
import type { Directive } from '../keepalived/write.ts';
import type { Picker } from './origins.ts';
import type { PathParts } from './place.ts';
import { KEYWORDS, directivesOf, partedChecks } from './keywords.ts';
import { timingOf } from './resolve-checks.ts';
import { joined, linesAt, overlaid, textOf } from './resolve-lines.ts';
import { CHECK_BECAUSE, TCP_CHECK } from './resolve-hosts.ts';
import type { Input } from './schema.ts';
import { ANSWERS } from './status-set.ts';

export function resolveGlobalDefs(picker: Picker, input: Input): GlobalDefs {
  const given = input.global_defs;
  const pick = <T>(key: keyof NonNullable<typeof given>, value: T | undefined, because: string): T | undefined =>
    picker.pick<T | undefined>(['global_defs', key], [{ value, at: ['global_defs', key] }], undefined, because);
  return {
    notification_email: picker.pick<readonly string[]>(
      ['global_defs', 'notification_email'],
      [{ value: given?.notification_email, at: ['global_defs', 'notification_email'] }],
      [],
      'no mail is sent',
    ),
    notification_email_from: pick('notification_email_from', given?.notification_email_from, 'no mail is sent'),
    smtp_server: pick('smtp_server', given?.smtp_server, 'no mail is sent'),
    smtp_connect_timeout: pick('smtp_connect_timeout', given?.smtp_connect_timeout, "keepalived's own"),
    lines: linesAt(picker, ['global_defs'], given, KEYWORDS.global_defs, given?.raw),
  };
}

/** Where the virtual addresses were written: the short `vip`, or keepalived's own place. */
export function virtualAddressPath(input: Input): PathParts {
  return input.vip === undefined && input.vrrp_instance?.virtual_ipaddress !== undefined
    ? ['vrrp_instance', 'virtual_ipaddress']
    : ['vip'];
}

export function resolveVirtualAddresses(picker: Picker, input: Input): readonly VirtualAddress[] {
  const at = virtualAddressPath(input);
  return (input.vip ?? input.vrrp_instance?.virtual_ipaddress ?? []).map(({ address, prefix }, index) => {
    const path = ['vrrp_instance', 'virtual_ipaddress', index];
    const place = [...at, index];
    return {
      address: picker.pick([...path, 'address'], [{ value: address, at: place }], '', ''),
      prefix: picker.pick(
        [...path, 'prefix'],
        [{ value: prefix, at: place }],
        32,
        'a VIP brings no route of its own, and leaves none behind',
      ),
    };
  });
}

export function resolveVrrpInstance(
  picker: Picker,
  input: Input,
  virtual_ipaddress: readonly VirtualAddress[],
  authentication: VrrpInstance['authentication'],
): VrrpInstance {
  const given = input.vrrp_instance;
  const pick = <T>(key: string, value: T | undefined, otherwise: T, because: string): T =>
    picker.pick(['vrrp_instance', key], [{ value, at: ['vrrp_instance', key] }], otherwise, because);
  return {
    name: pick('name', given?.name, 'VI_1', "the name in keepalived's manual"),
    virtual_router_id: pick('virtual_router_id', given?.virtual_router_id, 51, "the one in keepalived's manual"),
    advert_int: pick('advert_int', given?.advert_int, 1, 'a dead master is noticed after three'),
    authentication,
    virtual_ipaddress,
    nopreempt: pick('nopreempt', given?.nopreempt, false, 'the highest priority takes the VIP back'),
    preempt_delay: pick<number | undefined>('preempt_delay', given?.preempt_delay, undefined, 'no delay'),
    lines: linesAt(picker, ['vrrp_instance'], given, KEYWORDS.vrrp_instance, given?.raw),
  };
}

type GivenVirtualServer = NonNullable<Input['virtual_servers']>[number];

export function resolveVirtualServers(
  picker: Picker,
  input: Input,
  addresses: readonly VirtualAddress[],
  realServers: readonly RealServer[],
): readonly VirtualServer[] {
  const vips = addresses.map(({ address }) => address);
  const given: readonly GivenVirtualServer[] = input.virtual_servers ?? vips.map((vip) => ({ vip }));
  const pools = new Map<string, readonly PoolMember[]>();
  return given.map((server, index) => {
    const at: PathParts = ['virtual_servers', index];
    const pick = <T>(key: string, value: T | undefined, otherwise: T, because: string): T =>
      picker.pick([...at, key], [{ value, at: [...at, key] }], otherwise, because);
    const vip =
      input.virtual_servers === undefined
        ? picker.pick<string>([...at, 'vip'], [], server.vip ?? '', 'one virtual server for each VIP')
        : pick('vip', server.vip, vips[0] ?? '', 'the only VIP');
    const port = pick('port', server.port, 80, 'the port of HTTP');
    const { checks, others } = partedChecks(directivesOf(server, KEYWORDS.virtual_servers));
    const lines = linesAt(picker, at, server, KEYWORDS.virtual_servers, server.raw, others);
    const around = {
      checks: textOf(checks),
      tcp: directivesOf(server.tcp_check, KEYWORDS.tcp_check),
      lines,
      defaults: checkDefaults(picker, at, server),
    };
    // Many virtual servers that check alike share one: their number times that of the real servers can be large.
    const key = JSON.stringify([port, around]);
    const pool =
      pools.get(key) ?? realServers.map((one, place) => member(one, port, input.real_servers?.[place], around));
    pools.set(key, pool);
    return {
      vip,
      port,
      protocol: pick<'TCP'>('protocol', server.protocol, 'TCP', 'the web speaks TCP'),
      delay_loop: pick('delay_loop', server.delay_loop, 6, 'seconds from one check to the next'),
      lb_algo: pick('lb_algo', server.lb_algo, 'rr', 'each real server in turn'),
      lb_kind: pick<LbKind>('lb_kind', server.lb_kind, DEFAULT_METHOD.lbKind, DEFAULT_METHOD.because),
      nat_mask: pick<string | undefined>('nat_mask', server.nat_mask, undefined, 'the kernel ignores it'),
      persistence_timeout: pick<number | undefined>(
        'persistence_timeout',
        server.persistence_timeout,
        undefined,
        'each connection is balanced on its own',
      ),
      verify: {
        status_code: picker.pick(
          [...at, 'verify', 'status_code'],
          [{ value: server.verify?.status_code, at: [...at, 'verify', 'status_code'] }],
          ANSWERS,
          'success and redirects',
        ),
      },
      pool,
      lines,
    };
  });
}

function checkDefaults(picker: Picker, at: PathParts, server: GivenVirtualServer): TcpCheck {
  const pick = (key: keyof typeof TCP_CHECK): number => {
    const path = [...at, 'tcp_check', key];
    return picker.pick(path, [{ value: server.tcp_check?.[key], at: path }], TCP_CHECK[key], CHECK_BECAUSE);
  };
  return {
    connect_timeout: pick('connect_timeout'),
    nb_get_retry: pick('nb_get_retry'),
    delay_before_retry: pick('delay_before_retry'),
    lines: linesAt(picker, [...at, 'tcp_check'], server.tcp_check, KEYWORDS.tcp_check),
  };
}

type GivenRealServer = NonNullable<Input['real_servers']>[number];

/** What a virtual server says of its real servers. */
interface Around {
  /** Checks for those that have none of their own. */
  readonly checks: string | undefined;
  /** Other keywords of tcp_check. */
  readonly tcp: readonly Directive[];
  readonly lines: string | undefined;
  readonly defaults: TcpCheck;
}

function member(server: RealServer, port: number, given: GivenRealServer | undefined, around: Around): PoolMember {
  const own = given?.tcp_check;
  const { defaults } = around;
  const ownChecks = partedChecks(directivesOf(given, KEYWORDS.real_servers)).checks.length > 0;
  // A tcp_check of the real server's own is nearer than a check of the virtual server.
  const checks = ownChecks || own !== undefined ? undefined : around.checks;
  const tcp_check = {
    connect_timeout: own?.connect_timeout ?? defaults.connect_timeout,
    nb_get_retry: own?.nb_get_retry ?? defaults.nb_get_retry,
    delay_before_retry: own?.delay_before_retry ?? defaults.delay_before_retry,
    lines: textOf(overlaid(around.tcp, directivesOf(own, KEYWORDS.tcp_check))),
  };
  const written = !ownChecks && checks === undefined;
  const lines = joined(checks, server.lines);
  return {
    name: server.name,
    address: server.address,
    port: server.port ?? port,
    weight: server.weight,
    tcp_check: written ? tcp_check : undefined,
    timing: written
      ? { retry: tcp_check.nb_get_retry, delay_before_retry: tcp_check.delay_before_retry }
      : timingOf(around.lines, lines ?? ''),
    lines,
  };
}
