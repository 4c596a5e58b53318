import { familyOf } from '../../../keepalived/text/address.ts';
import type { VirtualAddress, VrrpConf, VrrpInstance } from '../../../keepalived/model/vrrp.ts';
import { type Inherited, type Link, type VrrpEffect, log } from './event.ts';
import type { Instance, VrrpState } from './state.ts';
import { type Move, type Stride, without } from './walk.ts';
import { EMPTY_CONF } from './state.ts';

/** All addresses that an instance owns while it is MASTER. */
export function wantedAddresses(conf: VrrpInstance): readonly VirtualAddress[] {
  return [...conf.virtual_ipaddress, ...conf.virtual_ipaddress_excluded];
}

/** The addresses that the agent adds and removes itself. */
export function keptAddresses({ conf, native }: Pick<Instance, 'conf' | 'native'>): readonly VirtualAddress[] {
  return wantedAddresses(conf).filter(({ address }) => !native.includes(address));
}

/** Addresses that the owner (RFC 9568 §5.2.4) already has at startup. They stay when the agent stops. */
export function nativeAddresses(conf: VrrpInstance, state: VrrpState): readonly string[] {
  if (conf.priority !== 255) return [];
  return wantedAddresses(conf)
    .filter((wanted) => state.views.get(deviceOf(wanted, conf))?.own.has(wanted.address) === true)
    .map(({ address }) => address);
}

/** The interface that holds an address. */
export function deviceOf(address: VirtualAddress, conf: VrrpInstance): string {
  return address.dev ?? conf.interface;
}

/** One effect per interface. */
export function addressEffects(
  change: 'add' | 'remove',
  addresses: readonly VirtualAddress[],
  interfaceName: string,
): readonly VrrpEffect[] {
  const devices = [...new Set(addresses.map(({ dev }) => dev ?? interfaceName))];
  return devices.map((device) => ({
    kind: 'addresses',
    change,
    interface: device,
    addresses: addresses.filter(({ dev }) => (dev ?? interfaceName) === device),
  }));
}

/** Adds addresses, then routes that may depend on them, then rules that point to those routes. */
export function takeUp(): Move {
  return (instance) => {
    const { conf } = instance;
    const wanted = keptAddresses(instance);
    const effects: VrrpEffect[] = [...addressEffects('add', wanted, conf.interface)];
    if (conf.virtual_routes.length > 0)
      effects.push({ kind: 'routes', change: 'add', interface: conf.interface, routes: conf.virtual_routes });
    if (conf.virtual_rules.length > 0)
      effects.push({ kind: 'rules', change: 'add', interface: conf.interface, rules: conf.virtual_rules });
    return { state: { ...instance, held: wanted }, effects };
  };
}

/** Removes in reverse order. */
export function giveUp(): Move {
  return (instance) => {
    const { conf, held } = instance;
    const effects: VrrpEffect[] = [];
    if (conf.virtual_rules.length > 0)
      effects.push({ kind: 'rules', change: 'remove', interface: conf.interface, rules: conf.virtual_rules });
    if (conf.virtual_routes.length > 0)
      effects.push({ kind: 'routes', change: 'remove', interface: conf.interface, routes: conf.virtual_routes });
    effects.push(...addressEffects('remove', held, conf.interface));
    return { state: { ...instance, held: [] }, effects };
  };
}

/** `repeat` rounds of gratuitous ARP and neighbour advertisements, for all addresses or for `only`. */
export function announce(repeat: number, only?: readonly VirtualAddress[]): Move {
  return (instance, state) => ({
    state: instance,
    effects: repeat < 1 ? [] : announcements(instance.conf, only ?? wantedAddresses(instance.conf), repeat, state),
  });
}

/** Whether an interface has the address with the same prefix length. */
export function isPresent(link: Link | undefined, { address, prefix }: VirtualAddress): boolean {
  return link?.addresses.some((own) => own.address === address && own.prefix === prefix) === true;
}

function announcements(
  conf: VrrpInstance,
  addresses: readonly VirtualAddress[],
  repeat: number,
  state: VrrpState,
): readonly VrrpEffect[] {
  const devices = [...new Set(addresses.map((address) => deviceOf(address, conf)))];
  return devices
    .filter((device) => state.links.get(device)?.mac.length === 6)
    .flatMap((device) =>
      (['ipv4', 'ipv6'] as const).map((family) => {
        const here = addresses
          .filter((address) => deviceOf(address, conf) === device && familyOf(address.address) === family)
          .map(({ address }) => address);
        return {
          kind: 'announce',
          interface: device,
          addresses: Array.from({ length: repeat }, () => here).flat(),
          gapMs: family === 'ipv4' ? conf.garp.garp_interval : conf.garp.gna_interval,
        } as const;
      }),
    )
    .filter(({ addresses }) => addresses.length > 0);
}

/** The changes to static_ipaddress, static_routes and static_rules between two configurations. */
export function staticChanges(before: VrrpConf, after: VrrpConf): readonly VrrpEffect[] {
  return [...effects('remove', before, after), ...effects('add', after, before)];
}

export function staticAll(change: 'add' | 'remove', conf: VrrpConf): readonly VrrpEffect[] {
  return effects(change, conf, EMPTY_CONF);
}

/** Static addresses and routes of an interface that has just appeared. */
export function staticOf(name: string, conf: VrrpConf): readonly VrrpEffect[] {
  const here = conf.static_ipaddress.filter(({ dev }) => dev === name);
  const routes = conf.static_routes.filter(({ dev }) => dev === name);
  return effects('add', { ...EMPTY_CONF, static_ipaddress: here, static_routes: routes }, EMPTY_CONF);
}

function effects(change: 'add' | 'remove', of: VrrpConf, but: VrrpConf): readonly VrrpEffect[] {
  const routes = without(of.static_routes, but.static_routes);
  const rules = without(of.static_rules, but.static_rules);
  const addresses = without(of.static_ipaddress, but.static_ipaddress);
  const devices = new Set(addresses.map(({ dev }) => dev));
  const steps: VrrpEffect[] = [...devices].flatMap((device) =>
    addressEffects(
      change,
      addresses.filter(({ dev }) => dev === device),
      device,
    ),
  );
  if (routes.length > 0) steps.push({ kind: 'routes', change, interface: '', routes });
  if (rules.length > 0) steps.push({ kind: 'rules', change, interface: '', rules });
  return change === 'add' ? steps : steps.reverse();
}

/**
 * Removes addresses that a previous agent left and the configuration no longer lists. Otherwise they would stay and
 * conflict with the current holder.
 */
export function removeForgotten(conf: VrrpConf, inherited: readonly Inherited[]): Stride {
  return (state) => {
    const named = new Set([
      ...conf.vrrp_instance.flatMap((one) =>
        wantedAddresses(one).map((address) => identity(deviceOf(address, one), address)),
      ),
      ...conf.static_ipaddress.map((address) => identity(address.dev, address)),
    ]);
    const effects = inherited
      .flatMap(({ held }) => held ?? [])
      .filter((left) => !named.has(identity(left.interface, left)))
      .flatMap((left): readonly VrrpEffect[] => {
        const { address: text, prefix, peer } = left;
        const address: VirtualAddress = { ...PLAIN, address: text, prefix, peer, dev: left.interface };
        if (!isPresent(state.links.get(left.interface), address)) return [];
        const entry = log({ code: 'address-forgotten', address: text, interface: left.interface });
        return [entry, ...addressEffects('remove', [address], left.interface)];
      });
    return { state, effects };
  };
}

const PLAIN = {
  label: undefined,
  scope: undefined,
  broadcast: undefined,
  home: false,
  nodad: false,
  mngtmpaddr: false,
  noprefixroute: false,
  preferred_lft: undefined,
} as const;

function identity(device: string, { address, prefix }: { readonly address: string; readonly prefix: number }): string {
  return `${device} ${address}/${prefix}`;
}
