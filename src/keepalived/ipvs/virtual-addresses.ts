import type { Conf } from '../model/conf.ts';
import { serviceIds } from './expand.ts';

/** Every address that instances hold or that services listen on. */
export function virtualAddressesIn({ vrrp, check }: Conf): ReadonlySet<string> {
  const held = vrrp.vrrp_instance.flatMap(({ virtual_ipaddress, virtual_ipaddress_excluded }) =>
    [...virtual_ipaddress, ...virtual_ipaddress_excluded].map(({ address }) => address),
  );
  const served = check.virtual_server
    .flatMap((server) => serviceIds(server, check.virtual_server_group))
    .flatMap((id) => (id.kind === 'address' ? [id.address] : []));
  return new Set([...held, ...served]);
}
