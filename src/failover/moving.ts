import type { Cluster, Director, InstanceMember, VrrpInstance } from '../inventory/cluster.ts';
import { Failure } from '../failure.ts';

/** The VRRP instances that change master at the same time: that of the tested VIP first, then those of its sync group. */
export type Moving = readonly [VrrpInstance, ...VrrpInstance[]];

/** @throws Failure where no instance holds the VIP */
export function movingWith({ instances, syncGroups }: Pick<Cluster, 'instances' | 'syncGroups'>, vip: string): Moving {
  const own = instances.find(({ virtual_ipaddress, virtual_ipaddress_excluded }) =>
    [...virtual_ipaddress, ...virtual_ipaddress_excluded].some(({ address }) => address === vip),
  );
  if (own === undefined)
    throw new Failure('inventory', `Cannot test failover: no VRRP instance holds ${vip}.`, {
      hint: 'Choose a virtual server whose VIP moves, with --virtual-server.',
    });
  const tied = syncGroups.filter((group) => group.instances.includes(own.name)).flatMap((group) => group.instances);
  return [own, ...instances.filter(({ name }) => name !== own.name && tied.includes(name))];
}

/** The part that a director takes in an instance; undefined when it takes none. */
export function memberOf({ members }: VrrpInstance, director: string): InstanceMember | undefined {
  return members.find((member) => member.director === director);
}

/** The directors that may hold the tested VIP, in the order of their priority. */
export function candidates({ directors }: Pick<Cluster, 'directors'>, [own]: Moving): readonly Director[] {
  return own.members.flatMap((member) => directors.find(({ name }) => name === member.director) ?? []);
}
