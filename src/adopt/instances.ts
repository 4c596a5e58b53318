import type { Data } from '../keepalived/from-data.ts';
import type { VrrpInstance } from '../keepalived/model/vrrp.ts';
import { type DataMap, type Note, defined, isMap, same, shared, without } from './draft.ts';
import { canonicalAddress } from '../keepalived/text/address.ts';
import type { AdoptedDirector } from './hosts.ts';
import { inBlocks, keysIn } from './keys.ts';

export interface AdoptedInstances {
  /** The keys `vip` and `vrrp_instance`, or `vrrp_instances`. */
  readonly keys: DataMap;
  /** Keys of each director, by its name. */
  readonly directors: ReadonlyMap<string, DataMap>;
}

/** A director's part in an instance. */
interface Part {
  readonly director: AdoptedDirector;
  readonly model: VrrpInstance;
  /** Keys of the inventory, those that each director has of its own among them. */
  readonly data: DataMap;
}

/** The VRRP instances of all directors: common keys once, and what differs at each director. */
export function instancesOf(directors: readonly AdoptedDirector[], take: (note: Note) => void): AdoptedInstances {
  const names = [...new Set(directors.flatMap(({ conf }) => conf.conf.vrrp.vrrp_instance.map(({ name }) => name)))];
  // Without VRRP the directors get the addresses in another way, and an inventory has no key of it.
  if (names.length === 0) return { keys: {}, directors: new Map() };
  const single = names.length === 1;
  const own = new Map<string, Record<string, DataMap>>();
  const maps: Record<string, Data> = {};
  let ordered = false;
  let vip: Data | undefined;
  for (const name of names) {
    const at = single ? ['vrrp_instance'] : ['vrrp_instances', name];
    const say = (text: string): void => take({ at, text });
    const parts = directors
      .flatMap((director) => partOf(director, name, say))
      .map((part, _index, all) => withUnicast(part, all, directors));
    const { common, own: rest } = shared(withCommonAddresses(parts));
    const { interface: device, virtual_router_id, virtual_ipaddress = bareAddresses(rest), ...others } = common;
    const plain = single ? plainAddresses(virtual_ipaddress) : undefined;
    vip ??= plain;
    const order = parts.toSorted((one, other) => other.model.priority - one.model.priority);
    const partial = order.length < directors.length ? order.map(({ director }) => director.name) : undefined;
    ordered ||= partial !== undefined;
    maps[name] = defined({
      name: single && name !== 'VI_1' ? name : undefined,
      directors: single ? undefined : partial,
      interface: device,
      virtual_router_id,
      virtual_ipaddress: plain === undefined ? virtual_ipaddress : undefined,
      ...others,
    });
    const masters = parts.filter(({ model }) => model.state === 'MASTER').length;
    if (masters > 1)
      say(
        `${masters} directors start as MASTER; the one with the highest priority takes over, so \`state\` is left to it.`,
      );
    for (const [index, { director, model }] of parts.entries())
      own.set(director.name, {
        ...own.get(director.name),
        [name]: defined({
          state: masters > 1 ? undefined : model.state,
          priority: String(model.priority),
          ...rest[index],
        }),
      });
  }
  return {
    keys: single ? defined({ vip, vrrp_instance: unlessEmpty(maps[names[0] ?? '']) }) : { vrrp_instances: maps },
    directors: new Map([...own].map(([name, of]) => [name, single ? singleOf(of) : severalOf(of, ordered)])),
  };
}

function partOf(director: AdoptedDirector, name: string, say: (text: string) => void): readonly Part[] {
  const { conf } = director;
  const model = conf.conf.vrrp.vrrp_instance.find((one) => one.name === name);
  const directive = conf.directives.find(({ keyword, words }) => keyword === 'vrrp_instance' && words[0] === name);
  if (model === undefined || directive === undefined) return [];
  const block = directive.block ?? [];
  const keys = keysIn(
    block.filter(({ keyword }) => !['state', 'priority', 'native_ipv6', 'authentication'].includes(keyword)),
    'vrrp_instance',
    (text) => say(`${director.name}: ${text}`),
  );
  const {
    interface: _interface,
    virtual_router_id: _vrid,
    advert_int: _advert,
    virtual_ipaddress,
    nopreempt,
    preempt_delay,
    ...others
  } = keys;
  if (nopreempt !== undefined && !model.nopreempt)
    say(`${director.name}: nopreempt is left out: keepalived ignores it for a director that starts as MASTER.`);
  if (preempt_delay !== undefined && model.preempt_delay === 0 && model.state === 'MASTER')
    say(`${director.name}: preempt_delay is left out: keepalived ignores it for a director that starts as MASTER.`);
  if (model.virtual_router_id === 0)
    say(
      `${director.name}: the file has no virtual_router_id, without which keepalived does not run the instance: lvsctl chooses one.`,
    );
  if (isWithoutAddress(model)) say(`${director.name}: the file has no virtual address for this instance.`);
  const auth = model.authentication;
  const data = defined({
    interface: model.interface === '' ? undefined : model.interface,
    virtual_router_id: model.virtual_router_id === 0 ? undefined : String(model.virtual_router_id),
    virtual_ipaddress: addressLines(virtual_ipaddress, model, say),
    advert_int: model.advert_int === 1000 ? undefined : String(model.advert_int / 1000),
    authentication:
      auth?.auth_type === 'PASS' ? { auth_type: 'PASS', auth_pass: passOf(block, say) ?? auth.auth_pass } : undefined,
    raw: auth?.auth_type === 'AH' ? `authentication {\n  auth_type AH\n  auth_pass ${auth.auth_pass}\n}\n` : undefined,
    nopreempt: model.nopreempt ? nopreempt : undefined,
    preempt_delay: model.preempt_delay > 0 ? preempt_delay : undefined,
    no_virtual_ipaddress: isWithoutAddress(model) ? 'true' : undefined,
    ...others,
  });
  return [{ director, model, data }];
}

/** The interface of an instance is where keepalived puts addresses that name none, so that directors can agree on them. */
function withCommonAddresses(parts: readonly Part[]): readonly DataMap[] {
  const maps = parts.map(({ data }) => data);
  if (maps.every((map) => same(map['virtual_ipaddress'], maps[0]?.['virtual_ipaddress']))) return maps;
  const shorter = parts.map(({ data, model }) => {
    const lines = data['virtual_ipaddress'];
    const device = ` dev ${model.interface}`;
    const without_ = Array.isArray(lines)
      ? lines.map((line) =>
          typeof line === 'string' && data['use_vmac'] === undefined ? withoutPart(line, device) : line,
        )
      : lines;
    return defined({ ...data, virtual_ipaddress: without_ });
  });
  const agreed = shorter.every((map) => same(map['virtual_ipaddress'], shorter[0]?.['virtual_ipaddress']));
  return agreed ? shorter : maps;
}

function withoutPart(line: string, part: string): string {
  return line.endsWith(part) ? line.slice(0, -part.length) : line.replace(`${part} `, ' ');
}

/** The addresses alone, where each director has its own words behind them. */
function bareAddresses(maps: readonly DataMap[]): Data | undefined {
  const lines = maps.find((map) => map['virtual_ipaddress'] !== undefined)?.['virtual_ipaddress'];
  return Array.isArray(lines)
    ? lines.flatMap((line) => (typeof line === 'string' ? (line.split(' ')[0] ?? []) : []))
    : undefined;
}

function isWithoutAddress({ virtual_ipaddress, virtual_ipaddress_excluded }: VrrpInstance): boolean {
  return virtual_ipaddress.length + virtual_ipaddress_excluded.length === 0;
}

/** VRRP sends no more of a password (RFC 2338 §5.3.10). */
const LONGEST_PASSWORD = 8;

function passOf(block: Parameters<typeof inBlocks>[0], say: (text: string) => void): string | undefined {
  const word = inBlocks(block, 'authentication').findLast(({ keyword }) => keyword === 'auth_pass')?.words[0];
  if (word === undefined || word.length <= LONGEST_PASSWORD) return word;
  say(`auth_pass is cut to ${LONGEST_PASSWORD} characters, as keepalived does.`);
  return word.slice(0, LONGEST_PASSWORD);
}

/** Without what keepalived takes for no address, and without what is there twice. */
function addressLines(lines: Data | undefined, model: VrrpInstance, say: (text: string) => void): Data | undefined {
  if (!Array.isArray(lines)) return undefined;
  const left = new Set(model.virtual_ipaddress.map(({ address, dev }) => `${address} ${dev ?? ''}`));
  const kept = lines.filter((line): line is string => {
    if (typeof line !== 'string') return false;
    const address = canonicalAddress(line.split(/[\s/]/)[0] ?? '');
    if (address !== undefined && left.delete(`${address} ${/\sdev\s+(\S+)/.exec(line)?.[1] ?? ''}`)) return true;
    const why = address === undefined ? 'keepalived takes no address from it' : 'keepalived has it once';
    say(`\`${line.slice(0, 60)}\` is left out of virtual_ipaddress: ${why}.`);
    return false;
  });
  return kept.length === 0 ? undefined : kept;
}

/** `unicast: true` stands for the addresses of all directors. */
function withUnicast(part: Part, parts: readonly Part[], directors: readonly AdoptedDirector[]): Part {
  const every = parts.length > 1 && parts.length === directors.length && parts.every((one) => isFullMesh(one, parts));
  if (!every) return part;
  return { ...part, data: { ...without(part.data, ['unicast_src_ip', 'unicast_peer']), unicast: 'true' } };
}

function isFullMesh({ director, model, data }: Part, parts: readonly Part[]): boolean {
  const peers = model.unicast_peer.map(({ address }) => address);
  const lines = data['unicast_peer'];
  const others = parts.filter((one) => one.director !== director).map((one) => one.model.unicast_src_ip);
  return (
    model.unicast_src_ip !== undefined &&
    director.addresses.includes(model.unicast_src_ip) &&
    peers.length === others.length &&
    others.every((other) => other !== undefined && peers.includes(other)) &&
    Array.isArray(lines) &&
    lines.every((line) => typeof line === 'string' && !line.includes(' '))
  );
}

/** Addresses that are nothing more, for the short `vip`. */
function plainAddresses(lines: Data | undefined): Data | undefined {
  if (!Array.isArray(lines) || lines.length === 0) return undefined;
  const texts = lines.filter((line): line is string => typeof line === 'string' && !line.includes(' '));
  if (texts.length < lines.length) return undefined;
  return texts.length === 1 ? texts[0] : texts;
}

function singleOf(of: Readonly<Record<string, DataMap>>): DataMap {
  const { state, priority, interface: name, ...others } = Object.values(of)[0] ?? {};
  return defined({ interface: name, state, priority, vrrp_instance: unlessEmpty(others) });
}

/**
 * What a director has in every instance stands once.
 * @param ordered whether an instance lists its directors, whose order is their priority then
 */
function severalOf(of: Readonly<Record<string, DataMap>>, ordered: boolean): DataMap {
  const all = Object.values(of);
  const lifted = Object.fromEntries(
    (ordered ? ['interface'] : ['interface', 'state', 'priority']).flatMap((key) => {
      const value = all[0]?.[key];
      return value !== undefined && all.every((one) => same(one[key], value)) ? [[key, value] as const] : [];
    }),
  );
  const rest = Object.entries(of).flatMap(([name, map]) => {
    const left = without(map, Object.keys(lifted));
    return Object.keys(left).length === 0 ? [] : [[name, left] as const];
  });
  return defined({ ...lifted, vrrp_instances: rest.length === 0 ? undefined : Object.fromEntries(rest) });
}

function unlessEmpty(map: Data | undefined): Data | undefined {
  return isMap(map) && Object.keys(map).length > 0 ? map : undefined;
}
