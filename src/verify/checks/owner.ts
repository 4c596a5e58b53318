import {
  type Cluster,
  type SyncGroup,
  type VirtualAddress,
  type VrrpInstance,
  virtualAddressesOf,
} from '../../inventory/cluster.ts';
import { addressFor } from '../../inventory/networks.ts';
import { type Check, type CheckResult, type Evidence, failed, passed } from '../check.ts';

/** Names of the directors that hold an address on an interface other than lo. */
export function ownersOf(vip: string, { cluster, observations }: Evidence): readonly string[] {
  return cluster.directors
    .map(({ name }) => name)
    .filter((name) => {
      const held = observations.get(name)?.facts.addresses ?? [];
      return held.some(({ address, device }) => address === vip && device !== 'lo');
    });
}

/** Exactly one director holds the addresses of each VRRP instance, and of each sync group. */
export const owner: Check = (evidence) => {
  const { instances, syncGroups } = evidence.cluster;
  return [
    ...instances.flatMap((instance) => judgeInstance(instance, evidence)),
    ...syncGroups.flatMap((group) => judgeGroup(group, evidence)),
    ...virtualAddressesOf(evidence.cluster).flatMap((held) => judgeGateway(held, evidence)),
    ...judgeRealServers(evidence),
  ];
};

function addressesOf({ virtual_ipaddress, virtual_ipaddress_excluded }: VrrpInstance): readonly string[] {
  return [...virtual_ipaddress, ...virtual_ipaddress_excluded].map(({ address }) => address);
}

/** One result where all addresses have the same owners, as they should; else one for each address. */
function judgeInstance(instance: VrrpInstance, evidence: Evidence): readonly CheckResult[] {
  const addresses = addressesOf(instance);
  const [first, ...others] = addresses;
  if (first === undefined) return [];
  const whole = ownersOf(first, evidence).join();
  const alike = others.every((address) => ownersOf(address, evidence).join() === whole);
  if (alike) return [judgeAddresses(instance, addresses, evidence)];
  return addresses.map((address) => judgeAddresses(instance, [address], evidence));
}

/** Addresses that are named; of more, their number says enough. */
const NAMED = 4;

/** @param addresses that have the same owners */
function judgeAddresses(instance: VrrpInstance, addresses: readonly string[], evidence: Evidence): CheckResult {
  const owners = ownersOf(addresses[0] ?? '', evidence);
  const several = addresses.length > 1;
  const names = addresses.slice(0, NAMED).join(', ');
  const more = addresses.length > NAMED ? ` and ${addresses.length - NAMED} more` : '';
  const title = several ? `${instance.name} (${names}${more}) has one owner` : `${names} has one owner`;
  const them = several ? 'all of them' : 'it';
  const expected = `exactly one director holds ${them}`;
  const [only] = owners;
  if (owners.length === 1 && only !== undefined) return judgeOwner(instance, only, { title, expected, them });
  if (owners.length === 0) {
    return failed(
      'owner',
      title,
      expected,
      `no director holds ${several ? 'any of them' : them}`,
      'Check `journalctl -u keepalived -u lvs-agent` on the directors, and that the interface is up.',
    );
  }
  const stray = owners.filter((name) => stateOf(instance, name, evidence) === 'BACKUP');
  return failed(
    'owner',
    title,
    expected,
    `${owners.join(' and ')} hold ${them}${stray.length === 0 ? '' : `; VRRP on ${stray.join(', ')} is BACKUP`}`,
    stray.length === 0
      ? `The directors do not receive each other's advertisements: allow IP protocol 112${GROUPS[instance.family]} in every firewall, and use the same virtual_router_id and authentication on ${instance.members.length > 2 ? 'all' : 'both'}.`
      : `It was added by hand on ${stray.join(', ')}; \`lvsctl deploy\` removes it.`,
  );
}

/** RFC 9568 §5.1.1.2, §5.1.2.2 */
const GROUPS = { ipv4: ' to 224.0.0.18', ipv6: ' to ff02::12' } as const;

function judgeOwner(
  { members, name: instance }: VrrpInstance,
  only: string,
  { title, expected, them }: { readonly title: string; readonly expected: string; readonly them: string },
): CheckResult {
  const takesPart = members.some(({ director }) => director === only);
  if (takesPart) return passed('owner', title, expected, `${only} holds ${them}`);
  return failed(
    'owner',
    title,
    expected,
    `${only} holds ${them} and takes no part in ${instance}`,
    `Remove ${them} from ${only}, and check the log of the engine on ${members.map(({ director }) => director).join(', ')}.`,
  );
}

function stateOf({ name }: VrrpInstance, director: string, { observations, cluster }: Evidence) {
  const facts = observations.get(director)?.facts;
  return facts?.vrrpStates.get(name) ?? (cluster.instances.length === 1 ? facts?.vrrpState : undefined);
}

/** The owners of an instance, each once. */
function instanceOwners(instance: VrrpInstance, evidence: Evidence): readonly string[] {
  return [...new Set(addressesOf(instance).flatMap((address) => ownersOf(address, evidence)))];
}

/** A director that is master of one instance and not of the other routes requests one way and replies another. */
function judgeGroup({ name, instances: names }: SyncGroup, evidence: Evidence): readonly CheckResult[] {
  const instances = evidence.cluster.instances.filter((instance) => names.includes(instance.name));
  if (instances.length < 2) return [];
  const owners = instances.map(
    (instance) => [instance.name, instanceOwners(instance, evidence).join(' and ')] as const,
  );
  const title = `the instances of ${name} have the same owner`;
  const expected = `one director holds the addresses of ${names.join(', ')}`;
  const actual = owners.map(([instance, who]) => `${instance}: ${who === '' ? 'no director' : who}`).join(', ');
  const distinct = new Set(owners.map(([, who]) => who));
  if (distinct.size === 1 && !distinct.has('')) return [passed('owner', title, expected, actual)];
  return [
    failed(
      'owner',
      title,
      expected,
      actual,
      'Check `journalctl -u keepalived -u lvs-agent` on the directors: an instance in FAULT takes its group along.',
    ),
  ];
}

/** The inside address that real servers route through is where they are. */
function judgeGateway({ address, gateway }: VirtualAddress, evidence: Evidence): readonly CheckResult[] {
  if (gateway !== true) return [];
  const [name, ...others] = ownersOf(address, evidence);
  const director = evidence.cluster.directors.find((one) => one.name === name);
  if (director === undefined || others.length > 0) return [];
  const own = addressFor(evidence.cluster, director, address) ?? director.address;
  const held = evidence.observations.get(director.name)?.facts.addresses ?? [];
  const [at, inside] = [address, own].map((one) => held.find((each) => each.address === one)?.device ?? 'no interface');
  const title = `${director.name} has the gateway ${address} on the inside interface`;
  const expected = `on the interface of ${own}`;
  if (at === inside) return [passed('owner', title, expected, `on ${at ?? ''}`)];
  const actual = `on ${at ?? ''}, while ${own} is on ${inside ?? ''}`;
  return [failed('owner', title, expected, actual, 'Run `lvsctl deploy`; `lvsctl plan` shows what differs.')];
}

/**
 * A real server that holds a virtual address beside its own one answers for it. Where its method puts that address
 * elsewhere on it, the check of the method says so.
 */
function judgeRealServers({ cluster, observations }: Evidence): readonly CheckResult[] {
  const direct = cluster.virtualServers.filter(({ lb_kind }) => lb_kind !== 'NAT');
  const others = new Set([
    ...cluster.directors.map(({ name }) => name),
    ...direct.flatMap(({ pool }) => pool.map(({ name }) => name)),
  ]);
  return cluster.realServers
    .filter(({ name }) => !others.has(name))
    .flatMap(({ name, addresses }) => {
      const held = observations.get(name)?.facts.addresses ?? [];
      const own = new Set(held.flatMap(({ address, device }) => (addresses.includes(address) ? [device] : [])));
      return held
        .filter(({ address, device }) => own.has(device) && device !== 'lo' && isVirtual(cluster, address))
        .map(({ address, prefix, device }) =>
          failed(
            'owner',
            `${name} does not answer for ${address}`,
            'no real server holds it on an interface of its segment',
            `${address}/${prefix} is on ${device}`,
            `Remove it there: \`ip addr del ${address}/${prefix} dev ${device}\`.`,
          ),
        );
    });
}

function isVirtual(cluster: Cluster, address: string): boolean {
  return virtualAddressesOf(cluster).some((one) => one.address === address);
}
