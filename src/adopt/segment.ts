import { isEdge, networkAround } from '../inventory/address.ts';
import { serviceIds } from '../keepalived/ipvs/expand.ts';
import { familyOf } from '../keepalived/text/address.ts';
import type { Note } from './draft.ts';
import type { AdoptedDirector } from './hosts.ts';

/**
 * The networks of the one segment that a forwarding method needs, where its addresses are in several: no file says how
 * large they are. Undefined where one network has them all, which is what an inventory assumes.
 */
export function segmentOf(
  directors: readonly AdoptedDirector[],
  take: (note: Note) => void,
): readonly string[] | undefined {
  const local = directors.flatMap(({ conf: { conf } }) =>
    conf.check.virtual_server.filter(({ lb_kind }) => lb_kind === 'DR').map((server) => ({ server, conf })),
  );
  if (local.length === 0) return undefined;
  const served = local.flatMap(({ server, conf }) =>
    serviceIds(server, conf.check.virtual_server_group).flatMap((id) => (id.kind === 'address' ? [id.address] : [])),
  );
  const reals = local.flatMap(({ server }) => server.real_server.map(({ address }) => address));
  const held = directors.flatMap(({ addresses, conf: { conf } }) => [
    ...addresses,
    ...conf.vrrp.vrrp_instance.flatMap((one) => one.virtual_ipaddress.map(({ address }) => address)),
  ]);
  const of = (wider: number): readonly string[] => [
    ...new Set([...held, ...served, ...reals].map((address) => networkOf(address, wider))),
  ];
  const networks = [0, 8, 16].map(of).find((all) => all.length <= MOST);
  if (networks === undefined) return undefined;
  // An inventory assumes a network around each host.
  const hosts = [...directors.flatMap(({ addresses }) => addresses), ...reals];
  const around = new Set(hosts.map((address) => networkOf(address, 0)));
  if (networks.length === new Set(hosts.map(familyOf)).size && networks.every((one) => around.has(one)))
    return undefined;
  const text =
    'The virtual addresses and the real servers are in several networks, and direct routing needs them on one segment: correct the sizes, which no file has.';
  take({ at: ['network'], text });
  return networks;
}

/** As many as an inventory takes. */
const MOST = 100;

/** The usual size, and one in which the address can be that of a host. */
function networkOf(address: string, wider: number): string {
  const usual = networkAround(address, (familyOf(address) === 'ipv4' ? 24 : 64) - wider);
  const { address: base, prefix } = isEdge(usual, address) ? networkAround(address, usual.prefix - 8) : usual;
  return `${base}/${prefix}`;
}
