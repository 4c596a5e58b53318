import type { LbKind } from '../forwarding/forwarding.ts';
import { METHODS } from '../forwarding/methods.ts';
import { nameOfService } from '../keepalived/ipvs/name.ts';
import { familyOf } from '../keepalived/text/address.ts';
import type { Entry } from '../keepalived/write.ts';
import { type Cluster, type Endpoint, type Target, type VirtualServer, serviceAddressesOf } from './cluster.ts';
import { DEFAULTS } from './defaults.ts';
import { KEYWORDS, directivesOf, isChecker } from './keywords.ts';
import type { Picker } from './origins.ts';
import type { PathParts } from './place.ts';
import { directivesAt, rawAt } from './resolve-entries.ts';
import { groupEndpoints } from './resolve-groups.ts';
import { type PoolSource, poolNames, poolOf, poolSource } from './resolve-pools.ts';
import { resolveVerify } from './resolve-verify.ts';
import type { Input } from './schema.ts';
import type { ShortCheck } from './short-check.ts';

type GivenVirtualServer = NonNullable<Input['virtual_servers']>[number];

type Around = Pick<Cluster, 'directors' | 'instances' | 'networks' | 'realServers' | 'conf'>;

/** A virtual server of the inventory and the rendered ones that it stands for. */
export interface ResolvedServices {
  readonly virtualServers: readonly VirtualServer[];
  /** The index in the inventory of each. */
  readonly indexes: readonly number[];
}

/** The virtual servers: one for each address of a list. */
export function resolveVirtualServers(picker: Picker, input: Input, around: Around): ResolvedServices {
  const vips = serviceAddressesOf(around).map(({ address }) => address);
  const given: readonly GivenVirtualServer[] = input.virtual_servers ?? vips.map((vip) => ({ vip: [vip] }));
  const source = poolSource(picker, input, around.networks, around.realServers);
  const marks = new Marks(given);
  const resolved = given.flatMap((server, index) =>
    serverOf(picker, input, around, server, index, vips, marks, source).map((one) => ({ one, index })),
  );
  return { virtualServers: resolved.map(({ one }) => one), indexes: resolved.map(({ index }) => index) };
}

function serverOf(
  picker: Picker,
  input: Input,
  around: Around,
  server: GivenVirtualServer,
  index: number,
  vips: readonly string[],
  marks: Marks,
  source: PoolSource,
): readonly VirtualServer[] {
  const at: PathParts = ['virtual_servers', index];
  const protocol = picker.own<VirtualServer['protocol']>(
    [...at, 'protocol'],
    server.protocol,
    DEFAULTS.virtual_server.protocol,
  );
  const common = {
    protocol,
    delay_loop: picker.own([...at, 'delay_loop'], server.delay_loop, DEFAULTS.virtual_server.delay_loop),
    lb_algo: picker.own<VirtualServer['lb_algo']>([...at, 'lb_algo'], server.lb_algo, DEFAULTS.virtual_server.lb_algo),
    lb_kind: picker.own<LbKind>([...at, 'lb_kind'], server.lb_kind, DEFAULTS.virtual_server.lb_kind),
    nat_mask: picker.own<string | undefined>([...at, 'nat_mask'], server.nat_mask, DEFAULTS.virtual_server.nat_mask),
    persistence_timeout: picker.own<number | undefined>(
      [...at, 'persistence_timeout'],
      server.persistence_timeout,
      DEFAULTS.virtual_server.persistence_timeout(server.port?.includes(0) === true),
    ),
  };
  for (const key of ['connect_timeout', 'nb_get_retry', 'delay_before_retry'] as const)
    picker.own([...at, 'tcp_check', key], server.tcp_check?.[key], DEFAULTS.tcp_check[key]);
  const conf: readonly Entry[] = [
    ...directivesAt(picker, at, server, KEYWORDS.virtual_servers).filter(({ keyword }) => !isChecker(keyword)),
    ...rawAt(picker, at, server.raw),
  ];
  const names = new Set(poolNames(source, server));
  const guard = picker.own<'marks' | 'none'>([...at, 'two_box'], server.two_box, DEFAULTS.virtual_server.two_box);
  const twoRoles =
    guard === 'marks' &&
    METHODS[common.lb_kind].keepsDestination &&
    around.directors.some(({ name }) => names.has(name));
  return targetsOf(picker, input, around, server, index, vips, marks, twoRoles).map(({ target, endpoints, family }) => {
    const first = endpoints[0];
    const port = target.kind === 'address' ? target.port : 0;
    const checkPort = first?.port === 0 ? undefined : first?.port;
    const pool = poolOf(source, {
      at,
      given: server,
      family,
      vip: first?.vip,
      port,
      checkPort,
      otherwise: port === 0 && checkPort === undefined ? { kind: 'ping', argument: '' } : OTHERWISE[protocol],
      conf,
    });
    return {
      name: nameOf(target, protocol, family),
      directors: server.directors,
      target,
      family,
      ...common,
      verify: resolveVerify(picker, at, server.verify, { protocol, endpoints, pool, conf }),
      pool,
      conf,
    };
  });
}

/** A check that fits the protocol; a datagram is not answered by a port that only listens. */
const OTHERWISE: Readonly<Record<VirtualServer['protocol'], ShortCheck>> = {
  TCP: { kind: 'tcp', argument: '' },
  UDP: { kind: 'udp', argument: '' },
  SCTP: { kind: 'ping', argument: '' },
};

interface FoundTarget {
  readonly target: Target;
  readonly endpoints: readonly Endpoint[];
  readonly family: VirtualServer['family'];
}

function targetsOf(
  picker: Picker,
  input: Input,
  around: Around,
  server: GivenVirtualServer,
  index: number,
  vips: readonly string[],
  marks: Marks,
  twoRoles: boolean,
): readonly FoundTarget[] {
  const at: PathParts = ['virtual_servers', index];
  if (server.group !== undefined) {
    const { endpoints, family } = groupEndpoints(around.conf, picker.given([...at, 'group'], server.group));
    return [{ target: { kind: 'group', group: server.group, endpoints }, endpoints, family }];
  }
  if (server.fwmark !== undefined && server.port === undefined && server.vip === undefined) {
    const fwmark = picker.given([...at, 'fwmark'], server.fwmark);
    const inet6 = directivesOf(server, KEYWORDS.virtual_servers).some(
      ({ keyword, words }) => keyword === 'ip_family' && words[0] === 'inet6',
    );
    const family = inet6 ? 'ipv6' : 'ipv4';
    return [{ target: { kind: 'fwmark', fwmark, marks: [] }, endpoints: [], family }];
  }
  const own = listOf(
    input.virtual_servers === undefined
      ? picker.own<OneOrMore<string>>([...at, 'vip'], undefined, {
          value: server.vip ?? [],
          because: DEFAULTS.virtual_server.vipOfEach,
        })
      : picker.own([...at, 'vip'], oneOf(server.vip), DEFAULTS.virtual_server.vip(vips[0] ?? '')),
  ).filter((vip) => vip !== '');
  const ports = listOf(picker.own([...at, 'port'], oneOf(server.port), DEFAULTS.virtual_server.port));
  const [port = 80] = ports;
  // A director that is a real server must not balance packets of the master again, which have no mark.
  if (ports.length === 1 && port > 0 && server.fwmark === undefined && twoRoles)
    return own.map((vip) => ({
      target: { kind: 'fwmark', fwmark: marks.next(port), marks: [{ vip, port }] },
      endpoints: [{ vip, port }],
      family: familyOf(vip),
    }));
  if (ports.length === 1 && server.fwmark === undefined)
    return own.map((vip) => ({
      target: { kind: 'address', vip, port },
      endpoints: [{ vip, port }],
      family: familyOf(vip),
    }));
  // A service of a mark is of one family.
  return [...new Set(own.map(familyOf))].map((family, place) => {
    const endpoints = own
      .filter((vip) => familyOf(vip) === family)
      .flatMap((vip) => ports.map((one) => ({ vip, port: one })));
    const fwmark =
      place === 0
        ? picker.own([...at, 'fwmark'], server.fwmark, DEFAULTS.virtual_server.fwmark(marks.next(port, server.fwmark)))
        : marks.next(port);
    return { target: { kind: 'fwmark', fwmark, marks: endpoints }, endpoints, family };
  });
}

type OneOrMore<T> = T | readonly T[];

/** As it is written: one value is no list. */
function oneOf<T extends string | number>(values: readonly T[] | undefined): OneOrMore<T> | undefined {
  return values?.length === 1 ? values[0] : values;
}

function listOf<T extends string | number>(values: OneOrMore<T>): readonly T[] {
  return typeof values === 'object' ? values : [values];
}

function nameOf(target: Target, protocol: VirtualServer['protocol'], family: VirtualServer['family']): string {
  switch (target.kind) {
    case 'address':
      return nameOfService({ kind: 'address', protocol, address: target.vip, port: target.port });
    case 'fwmark':
      return nameOfService({ kind: 'fwmark', family, fwmark: target.fwmark });
    case 'group':
      return protocol === 'TCP' ? `group ${target.group}` : `group ${target.group}/${protocol.toLowerCase()}`;
  }
}

/** Chooses a firewall mark for each service that needs one. */
class Marks {
  readonly #used: Set<number>;

  constructor(given: readonly GivenVirtualServer[]) {
    this.#used = new Set(given.flatMap(({ fwmark }) => fwmark ?? []));
  }

  next(port: number, given?: number): number {
    if (given !== undefined) return given;
    let mark = port;
    while (this.#used.has(mark)) mark += 1;
    this.#used.add(mark);
    return mark;
  }
}
