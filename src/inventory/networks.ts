import { familyOf } from '../keepalived/text/address.ts';
import { containing, networkAround, parseNetwork } from './address.ts';
import type { Cluster, Host, Network } from './cluster.ts';
import { DEFAULTS } from './defaults.ts';
import type { Picker } from './origins.ts';
import type { Input } from './schema.ts';

/** The bits of a segment around an address, where the inventory names none. */
const ASSUMED = { ipv4: 24, ipv6: 64 } as const;

/** The networks that the inventory names, and one around every address that is in none of them. */
export function resolveNetworks(picker: Picker, input: Input, addresses: readonly string[]): readonly Network[] {
  const named = [
    ...(input.network ?? []).map((cidr, index) => ({
      name: index === 0 ? 'lan' : `lan${index + 1}`,
      cidr,
      at: ['network', ...(index === 0 && input.network?.length === 1 ? [] : [index])],
      ...(index > 0 && { segment: 'lan' }),
    })),
    ...Object.entries(input.networks ?? {}).map(([name, cidr]) => ({ name, cidr, at: ['networks', name] })),
  ];
  const networks: Network[] = named.map(({ at, ...network }) => ({ ...network, cidr: picker.given(at, network.cidr) }));
  for (const address of addresses) {
    if (networkOf({ networks }, address) !== undefined) continue;
    const number = networks.length === 0 ? '' : String(networks.length + 1);
    const { address: base, prefix } = networkAround(address, ASSUMED[familyOf(address)]);
    const name = `lan${number}`;
    networks.push({
      name,
      cidr: picker.pick(
        named.length === 0 && networks.length === 0 ? ['network'] : ['networks', name],
        [],
        DEFAULTS.network(`${base}/${prefix}`),
      ),
    });
  }
  return networks;
}

/** The network that an address is in, the narrowest of several. */
export function networkOf({ networks }: Pick<Cluster, 'networks'>, address: string): Network | undefined {
  let narrowest: Network | undefined;
  let most = -1;
  for (const network of networks) {
    const { prefix, holds } = parsedOf(network);
    if (prefix <= most || !holds(address)) continue;
    narrowest = network;
    most = prefix;
  }
  return narrowest;
}

/** Whether hosts of two networks reach each other without a router. */
export function onOneSegment(one: Network | undefined, other: Network | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return (one.segment ?? one.name) === (other.segment ?? other.name);
}

interface ParsedNetwork {
  readonly prefix: number;
  readonly holds: (address: string) => boolean;
}

/** Every address of a cluster is compared with its networks, so that each of them is parsed once. */
const PARSED = new WeakMap<Network, ParsedNetwork>();

function parsedOf(network: Network): ParsedNetwork {
  const known = PARSED.get(network);
  if (known !== undefined) return known;
  const parsed = parseNetwork(network.cidr);
  const made =
    parsed === undefined ? { prefix: -1, holds: () => false } : { prefix: parsed.prefix, holds: containing(parsed) };
  PARSED.set(network, made);
  return made;
}

/** The address of a host for traffic with another one: of its network, else of its family. Undefined when it has none. */
export function addressFor(
  cluster: Pick<Cluster, 'networks'>,
  host: Pick<Host, 'addresses'>,
  other: string,
): string | undefined {
  const same = host.addresses.filter((address) => familyOf(address) === familyOf(other));
  const network = networkOf(cluster, other);
  return same.find((address) => network !== undefined && networkOf(cluster, address) === network) ?? same[0];
}
