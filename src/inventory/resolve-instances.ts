import type { NatSettings } from '../forwarding/forwarding.ts';
import { type Family, familyOf } from '../keepalived/text/address.ts';
import type { Directive, Entry } from '../keepalived/write.ts';
import type { Cluster, VirtualAddress, VrrpInstance } from './cluster.ts';
import { DEFAULTS } from './defaults.ts';
import type { Finding } from './finding.ts';
import { type GivenInstance, givenInstances, virtualAddressPath } from './given-instances.ts';
import { KEYWORDS } from './keywords.ts';
import { addressFor } from './networks.ts';
import type { Picker } from './origins.ts';
import { resolveAuthentication } from './resolve-authentication.ts';
import { directivesAt, overlaid, rawAt } from './resolve-entries.ts';
import { type MemberSettings, memberSettings } from './resolve-members.ts';
import type { Input } from './schema.ts';
import { parseAddress } from './schema-values.ts';

type Around = Pick<Cluster, 'networks' | 'directors' | 'global_defs'> & { readonly nat: NatSettings | undefined };

/** The VRRP instances, each of one family. */
export function resolveInstances(
  picker: Picker,
  input: Input,
  around: Around,
): { readonly instances: readonly VrrpInstance[]; readonly findings: readonly Finding[] } {
  const ids = new VirtualRouterIds(givenInstances(input));
  const instances: VrrpInstance[] = [];
  const findings: Finding[] = [];
  for (const given of givenInstances(input)) {
    const place = given.own.authentication === undefined && given.shared !== undefined ? ['vrrp_instance'] : given.at;
    const authentication = given.own.authentication ?? given.shared?.authentication;
    const resolved = resolveAuthentication(picker, authentication, [...place, 'authentication']);
    findings.push(...resolved.findings);
    instances.push(...instancesOf(picker, input, given, around, resolved.authentication, ids));
  }
  return { instances: (around.nat?.gateways ?? []).reduce(withGateway, instances), findings };
}

/** One, or one for each family. */
function instancesOf(
  picker: Picker,
  input: Input,
  given: GivenInstance,
  around: Around,
  authentication: VrrpInstance['authentication'],
  ids: VirtualRouterIds,
): readonly VrrpInstance[] {
  const { at, own, shared } = given;
  const from = <K extends 'advert_int' | 'nopreempt' | 'preempt_delay' | 'virtual_router_id' | 'unicast'>(key: K) => [
    { value: own[key], at: [...at, key] },
    ...(shared === undefined ? [] : [{ value: shared[key], at: ['vrrp_instance', key] }]),
  ];
  const name = picker.own([...at, 'name'], given.name, DEFAULTS.vrrp_instance.name);
  const addresses = virtualAddressesOf(picker, input, given);
  const first = addresses[0]?.address ?? '0.0.0.0';
  const families = [...new Set(addresses.map(({ address }) => familyOf(address)))].toSorted();
  const [main = 'ipv4'] = families;
  const common = {
    virtual_router_id: picker.pick(
      [...at, 'virtual_router_id'],
      from('virtual_router_id'),
      DEFAULTS.vrrp_instance.virtual_router_id(ids.next(first)),
    ),
    advert_int: picker.pick([...at, 'advert_int'], from('advert_int'), DEFAULTS.vrrp_instance.advert_int),
    nopreempt: picker.pick([...at, 'nopreempt'], from('nopreempt'), DEFAULTS.vrrp_instance.nopreempt),
    preempt_delay: picker.pick<number | undefined>(
      [...at, 'preempt_delay'],
      from('preempt_delay'),
      DEFAULTS.vrrp_instance.preempt_delay,
    ),
  };
  ids.take(common.virtual_router_id);
  const unicast = picker.pick([...at, 'unicast'], from('unicast'), DEFAULTS.vrrp_instance.unicast);
  const backupsOnly = common.nopreempt || common.preempt_delay !== undefined;
  const members = memberSettings(picker, input, given, around.directors, backupsOnly);
  const ownConf = [
    directivesAt(picker, ['vrrp_instance'], shared, KEYWORDS.vrrp_instance),
    directivesAt(picker, at, own, KEYWORDS.vrrp_instance),
  ];
  const raw = [
    ...(shared === undefined ? [] : rawAt(picker, ['vrrp_instance'], shared.raw)),
    ...rawAt(picker, at, own.raw),
  ];
  return (families.length === 0 ? [main] : families).map((family): VrrpInstance => {
    const twin = family !== main;
    const advertised = addresses.filter(({ address }) => familyOf(address) === family);
    const base = overlaid(...ownConf).filter((one) => !twin || isShared(one));
    const peers = addressesOf(members, around, advertised[0]?.address ?? first);
    const conf = members.map((member, index) => {
      const keywords = overlaid(
        ...(unicast ? [unicastOf(peers, index)] : []),
        base.flatMap((directive) => ofFamily(directive, family, families.length > 1)),
        member.conf.flatMap((directive) => ofFamily(directive, family, families.length > 1)),
      );
      return withVersion(keywords, family, [...(twin ? [] : raw), ...(twin ? [] : member.raw)]);
    });
    return {
      name: twin ? `${name}_6` : name,
      family,
      version: versionOf(conf[0] ?? [], around.global_defs.conf, family),
      ...common,
      // VRRP 3 has no authentication (RFC 9568 §1.2).
      authentication: family === 'ipv6' ? undefined : authentication,
      virtual_ipaddress: advertised,
      virtual_ipaddress_excluded: base.flatMap(excludedIn),
      members: members
        .map(({ director, state, priority, interface: device }, index) => ({
          director,
          address: peers[index] ?? '',
          state,
          priority,
          interface: device,
          conf: conf[index] ?? [],
        }))
        .toSorted((one, other) => other.priority - one.priority),
    };
  });
}

function virtualAddressesOf(picker: Picker, input: Input, given: GivenInstance): readonly VirtualAddress[] {
  const at = virtualAddressPath(input, given);
  const written = at[0] === 'vip' ? (input.vip ?? []) : (given.own.virtual_ipaddress ?? []);
  return written.map(({ address, prefix, options }, index) => {
    const path = [...given.at, 'virtual_ipaddress', index];
    const place = [...at, index];
    return {
      address: picker.given([...path, 'address'], address, place),
      prefix: picker.pick(
        [...path, 'prefix'],
        [{ value: prefix, at: place }],
        DEFAULTS.vrrp_instance.prefix(familyOf(address) === 'ipv4' ? 32 : 128),
      ),
      options,
    };
  });
}

/** The address of each member that its advertisements come from. */
function addressesOf(members: readonly MemberSettings[], around: Around, vip: string): readonly string[] {
  return members.map(({ director }) => {
    const host = around.directors.find(({ name }) => name === director);
    return host === undefined ? '' : (addressFor(around, host, vip) ?? host.address);
  });
}

function unicastOf(addresses: readonly string[], index: number): readonly Directive[] {
  const others = addresses.filter((_, other) => other !== index);
  return [
    { keyword: 'unicast_src_ip', words: [addresses[index] ?? ''] },
    { keyword: 'unicast_peer', words: [], block: others.map((keyword) => ({ keyword, words: [] })) },
  ];
}

/** Scripts run once for a pair of instances, which change state as one. */
function isShared({ keyword }: Directive): boolean {
  return !/^(?:notify.*|smtp_alert|virtual_routes|virtual_rules|virtual_ipaddress_excluded)$/.test(keyword);
}

/** Addresses of the other family belong to the other instance of a pair. */
function ofFamily(directive: Directive, family: Family, paired: boolean): readonly Directive[] {
  const { keyword, words, block } = directive;
  if (!paired || !/^(?:unicast_peer|unicast_src_ip|mcast_src_ip|mcast_dst_ip)$/.test(keyword)) return [directive];
  if (block === undefined) return familyOf(words[0] ?? '') === family ? [directive] : [];
  const inner = block.filter((line) => familyOf(line.keyword) === family);
  return inner.length === 0 ? [] : [{ ...directive, block: inner }];
}

function withVersion(keywords: readonly Directive[], family: Family, raw: readonly Entry[]): readonly Entry[] {
  const needed = family === 'ipv6' && !keywords.some(({ keyword }) => keyword === 'version');
  return [...(needed ? [{ keyword: 'version', words: ['3'] }] : []), ...keywords, ...raw];
}

/** keepalived speaks version 2 unless it is configured otherwise. */
function versionOf(conf: readonly Entry[], globals: readonly Entry[], family: Family): 2 | 3 {
  const says = (entries: readonly Entry[], keyword: string): boolean =>
    entries.some((entry) =>
      'raw' in entry
        ? entry.raw.some((line) => new RegExp(String.raw`^\s*${keyword}\s+3\b`).test(line))
        : 'keyword' in entry && entry.keyword === keyword && entry.words[0] === '3',
    );
  return family === 'ipv6' || says(conf, 'version') || says(globals, 'vrrp_version') ? 3 : 2;
}

function excludedIn({ keyword, block }: Directive): readonly VirtualAddress[] {
  if (keyword !== 'virtual_ipaddress_excluded') return [];
  return (block ?? []).flatMap((line) => {
    const [text = '', prefix] = line.keyword.split('/');
    const address = parseAddress(text);
    if (address === undefined) return [];
    const bits = familyOf(address) === 'ipv4' ? 32 : 128;
    return [{ address, prefix: Number(prefix ?? bits), options: line.words }];
  });
}

/** The inside gateway moves with the first instance of its family. */
function withGateway(instances: readonly VrrpInstance[], gateway: string): readonly VrrpInstance[] {
  const family = familyOf(gateway);
  const index = instances.findIndex((one) => one.family === family);
  const address: VirtualAddress = {
    address: gateway,
    prefix: family === 'ipv4' ? 32 : 128,
    options: [],
    gateway: true,
  };
  return instances.map((one, at) =>
    at === index && !one.virtual_ipaddress.some((held) => held.address === gateway)
      ? { ...one, virtual_ipaddress: [...one.virtual_ipaddress, address] }
      : one,
  );
}

/** keepalived's example uses it. */
const WITHOUT_BYTE = 51;

/** Chooses an ID for each instance that has none, different from all others. */
class VirtualRouterIds {
  readonly #used: Set<number>;

  constructor(given: readonly GivenInstance[]) {
    this.#used = new Set(given.flatMap(({ own, shared }) => own.virtual_router_id ?? shared?.virtual_router_id ?? []));
  }

  next(address: string): number {
    const last = address.includes(':')
      ? Number.parseInt(address.slice(address.lastIndexOf(':') + 1) || '0', 16) & 255
      : Number(address.slice(address.lastIndexOf('.') + 1));
    let id = last === 0 ? WITHOUT_BYTE : last;
    while (this.#used.has(id) && this.#used.size < 255) id = id === 255 ? 1 : id + 1;
    return id;
  }

  take(id: number): void {
    this.#used.add(id);
  }
}
