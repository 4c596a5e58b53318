import { type Family, familyOf } from '../keepalived/text/address.ts';
import { type Directive, type Entry, textOf } from '../keepalived/write.ts';
import type { CheckTiming, Cluster, PoolMember, RealServer } from './cluster.ts';
import { DEFAULTS } from './defaults.ts';
import { KEYWORDS, isChecker } from './keywords.ts';
import { addressFor, networkOf } from './networks.ts';
import type { Picker } from './origins.ts';
import { pathText, type PathParts } from './place.ts';
import { type CheckLayer, type GivenTcpCheck, checksOf, timingOf } from './resolve-checks.ts';
import { directivesAt, overlaid, rawAt } from './resolve-entries.ts';
import type { Input } from './schema.ts';
import type { ShortCheck } from './short-check.ts';

/** What a pool, a member of it, and a real server can say. */
interface GivenServer {
  readonly weight?: number | undefined;
  readonly port?: number | undefined;
  readonly check?: ShortCheck | undefined;
  readonly tcp_check?: GivenTcpCheck | undefined;
  readonly raw?: string | undefined;
}

/** A place that says something of real servers. */
interface Layer extends CheckLayer {
  readonly weight: number | undefined;
  readonly port: number | undefined;
  readonly raw: readonly Entry[];
}

type GivenVirtualServer = NonNullable<Input['virtual_servers']>[number];

/** A member whose port is that of the virtual server where it has none of its own. */
interface PortlessMember extends Omit<PoolMember, 'port'> {
  readonly port: number | undefined;
}

/** What pools are made of. */
export interface PoolSource {
  readonly picker: Picker;
  readonly input: Input;
  readonly networks: Cluster['networks'];
  readonly realServers: readonly RealServer[];
  /** Of each real server, by its name. */
  readonly layers: ReadonlyMap<string, Layer>;
  readonly byName: ReadonlyMap<string, RealServer>;
  /** What virtual servers of other ports share: their number times that of the real servers can be large. */
  readonly portless: Map<string, readonly PortlessMember[]>;
  readonly shared: Map<string, readonly PoolMember[]>;
  readonly timings: Map<string, CheckTiming>;
}

export function poolSource(
  picker: Picker,
  input: Input,
  networks: Cluster['networks'],
  realServers: readonly RealServer[],
): PoolSource {
  const layers = realServers.map(({ name }, index): [string, Layer] => [
    name,
    layerAt(picker, ['real_servers', index], input.real_servers?.[index]),
  ]);
  return {
    picker,
    input,
    networks,
    realServers,
    layers: new Map(layers),
    byName: new Map(realServers.map((server) => [server.name, server])),
    portless: new Map(),
    shared: new Map(),
    timings: new Map(),
  };
}

/** Names of the real servers of a virtual server, also of those that do not exist. */
export function poolNames({ input, realServers }: PoolSource, { pool }: GivenVirtualServer): readonly string[] {
  if (pool === undefined) return realServers.map(({ name }) => name);
  const members = 'name' in pool ? input.pools?.[pool.name]?.members : pool.members;
  return (members ?? realServers).map(({ name }) => name);
}

/** What a virtual server says of its pool. */
export interface PoolWish {
  readonly at: PathParts;
  readonly given: GivenVirtualServer;
  readonly family: Family;
  /** An address that clients connect to; undefined where only marks are known. */
  readonly vip: string | undefined;
  /** The port of a member that names none; 0 keeps the port that the client connects to. */
  readonly port: number;
  /** The port that is checked, where `port` is 0. */
  readonly checkPort: number | undefined;
  readonly otherwise: ShortCheck;
  /** Entries of the virtual server that count in its checks. */
  readonly conf: readonly Entry[];
}

/** The real servers of a virtual server, as keepalived.conf has them. Names that mean none are left to the rules. */
export function poolOf(source: PoolSource, wish: PoolWish): readonly PoolMember[] {
  const { at, given, port } = wish;
  const virtual = layerOfVirtualServer(source.picker, at, given);
  const key = keyOf(source, wish, virtual);
  const keyWithPort = `${port} ${key}`;
  const known = source.shared.get(keyWithPort);
  if (known !== undefined) return known;
  const portless = source.portless.get(key) ?? membersOf(source, wish, virtual);
  source.portless.set(key, portless);
  const made = portless.map((member): PoolMember => ({ ...member, port: member.port ?? port }));
  source.shared.set(keyWithPort, made);
  return made;
}

/** Equal for virtual servers whose members differ in nothing but the port. */
function keyOf(source: PoolSource, { at, given, vip, family, port, checkPort, otherwise, conf }: PoolWish, own: Layer) {
  const named = given.pool === undefined || 'name' in given.pool;
  return JSON.stringify([
    given.pool,
    isSilent(own) ? [] : own,
    named ? [] : at,
    family,
    vip === undefined ? undefined : networkOf(source, vip)?.name,
    port === 0 ? checkPort : undefined,
    otherwise,
    textOf(conf),
  ]);
}

function membersOf(source: PoolSource, wish: PoolWish, virtual: Layer): readonly PortlessMember[] {
  const { picker, input, realServers } = source;
  const { given, at } = wish;
  const pool = given.pool !== undefined && 'name' in given.pool ? input.pools?.[given.pool.name] : undefined;
  const poolAt: PathParts =
    given.pool !== undefined && 'name' in given.pool ? ['pools', given.pool.name] : [...at, 'pool'];
  const members =
    pool?.members ?? (given.pool !== undefined && 'members' in given.pool ? given.pool.members : undefined);
  const membersAt = pool === undefined ? poolAt : [...poolAt, 'members'];
  const middle = pool === undefined ? [] : [layerAt(picker, poolAt, pool)];
  const common: CommonConf = new Map();
  if (members === undefined)
    return realServers.map((server) =>
      memberOf(source, wish, common, server, [...layersOf(source, server), ...middle, virtual]),
    );
  return members.flatMap((member, index) => {
    const server = source.byName.get(member.name);
    if (server === undefined) return [];
    const nearest = layerAt(picker, [...membersAt, index], member);
    return [memberOf(source, wish, common, server, [nearest, ...layersOf(source, server), ...middle, virtual])];
  });
}

function layersOf({ layers }: PoolSource, { name }: RealServer): readonly Layer[] {
  const layer = layers.get(name);
  return layer === undefined ? [] : [layer];
}

function layerAt(picker: Picker, at: PathParts, given: GivenServer | undefined): Layer {
  return {
    at,
    weight: given?.weight,
    port: given?.port,
    check: given?.check,
    tcp_check: given?.tcp_check,
    keywords: directivesAt(picker, at, given, KEYWORDS.real_servers),
    tcp: directivesAt(picker, [...at, 'tcp_check'], given?.tcp_check, KEYWORDS.tcp_check),
    raw: given?.raw === undefined ? [] : rawAt(picker, at, given.raw),
  };
}

/** Its other keywords are its own, and its raw block too. */
function layerOfVirtualServer(picker: Picker, at: PathParts, given: GivenVirtualServer): Layer {
  const keywords = directivesAt(picker, at, given, KEYWORDS.virtual_servers);
  const { check, tcp_check } = given;
  return {
    at,
    weight: undefined,
    port: undefined,
    check,
    tcp_check,
    keywords: keywords.filter(({ keyword }) => isChecker(keyword)),
    tcp: directivesAt(picker, [...at, 'tcp_check'], tcp_check, KEYWORDS.tcp_check),
    raw: [],
  };
}

/** @param layers the nearest first */
function memberOf(
  source: PoolSource,
  wish: PoolWish,
  common: CommonConf,
  server: RealServer,
  layers: readonly Layer[],
): PortlessMember {
  const nearest = <K extends 'weight' | 'port'>(key: K) =>
    layers.map((layer) => layer[key]).find((value) => value !== undefined);
  const port = nearest('port');
  const checkPort = (port ?? wish.port) === 0 ? wish.checkPort : undefined;
  const saying = layers.filter((layer) => !isSilent(layer));
  const key = `${checkPort ?? ''} ${saying.map(({ at }) => pathText(at)).join()}`;
  const written = common.get(key) ?? confOf(source, wish, checkPort, layers);
  common.set(key, written);
  const address =
    wish.vip === undefined
      ? server.addresses.find((one) => familyOf(one) === wish.family)
      : addressFor(source, server, wish.vip);
  return {
    name: server.name,
    address: address ?? server.address,
    port,
    weight: nearest('weight') ?? DEFAULTS.real_server.weight.value,
    ...written,
  };
}

type MemberConf = Pick<PoolMember, 'timing' | 'conf'>;

/** What real servers of one pool are written with, by the layers that say something of it. */
type CommonConf = Map<string, MemberConf>;

function isSilent({ check, tcp_check, keywords, raw }: Layer): boolean {
  return check === undefined && tcp_check === undefined && keywords.length === 0 && raw.length === 0;
}

function confOf(
  source: PoolSource,
  wish: PoolWish,
  checkPort: number | undefined,
  layers: readonly Layer[],
): MemberConf {
  const checks = checksOf(layers, wish.otherwise);
  const raw = layers.toReversed().flatMap((layer) => layer.raw);
  const others = overlaid(
    ...layers.toReversed().map(({ keywords }) => keywords.filter(({ keyword }) => !isChecker(keyword))),
  );
  const conf: readonly Entry[] = [...checks.directives.map((check) => withPort(check, checkPort)), ...others, ...raw];
  return { timing: checks.timing ?? timingIn(source, wish.conf, conf), conf };
}

/** keepalived's reader takes its time, and most members check alike. */
function timingIn({ timings }: PoolSource, virtual: readonly Entry[], conf: readonly Entry[]): CheckTiming {
  const [around, text] = [textOf(virtual), textOf(conf)];
  const key = `${around}\n\n${text}`;
  const timing = timings.get(key) ?? timingOf(around, text);
  timings.set(key, timing);
  return timing;
}

/** A checker without a port of its own connects to that of the real server, and 0 is none. */
function withPort(check: Directive, port: number | undefined): Directive {
  const { keyword, block = [] } = check;
  const connects = /^(?:TCP_CHECK|HTTP_GET|SSL_GET|SMTP_CHECK|DNS_CHECK|UDP_CHECK)$/.test(keyword);
  if (port === undefined || !connects || block.some((one) => one.keyword === 'connect_port')) return check;
  return { ...check, block: [...block, { keyword: 'connect_port', words: [String(port)] }] };
}
