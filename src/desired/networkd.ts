import type { Cluster, Member } from '../inventory/cluster.ts';
import type { HostState } from '../observe/cluster-state.ts';
import type { ManagedLink } from '../observe/network-managers.ts';
import { sidesOf } from '../render/method-sides.ts';
import { NETWORKD_CONF } from '../render/names.ts';
import { dropInFor, networkdConf, networkdDropIn } from '../render/networkd-files.ts';
import type { Want } from '../resources/kinds.ts';
import { fileWants } from './files.ts';
import { managedLinks } from './managed-links.ts';

/**
 * Files that keep systemd-networkd from removing addresses, routes and rules of the cluster, where it manages an interface.
 * They take effect when it starts again, which is when it would remove them: no unit reads them now, because a reload
 * configures interfaces again. See docs/decisions/network-managers-and-foreign-addresses.md.
 */
export function networkdWants(cluster: Cluster, member: Member, state: HostState): readonly Want[] {
  const { facts } = state;
  const dropIns = new Set(managedLinks(cluster, member, facts).flatMap((link) => dropInOf(link, state) ?? []));
  const hasRoutes = sidesOf(cluster, member.host).some(({ script }) => script !== undefined);
  const runs = facts.managers.some(({ program }) => program === 'systemd-networkd');
  const files = [
    ...[...dropIns].map((path) => networkdDropIn(cluster, member.host, path)),
    ...(dropIns.size > 0 || (runs && hasRoutes) ? [networkdConf(cluster, member.host)] : []),
  ];
  if (files.length > 0) return fileWants(files);
  const reason = 'systemd-networkd manages no interface of the cluster';
  return [{ kind: 'obsolete', path: NETWORKD_CONF, reason, marked: true }];
}

/** The drop-in that a link has or gets from lvsctl; a choice that its files make themselves is left to their owner. */
export function dropInOf(
  { program, file, chosen }: ManagedLink,
  { have }: Pick<HostState, 'have'>,
): string | undefined {
  const path = program === 'systemd-networkd' && file !== undefined ? dropInFor(file) : undefined;
  return path !== undefined && (!chosen || have.file.has(path)) ? path : undefined;
}
