import type { Cluster } from '../../inventory/cluster.ts';
import { addressFor, networkOf } from '../../inventory/networks.ts';
import type { Fault, FaultKind, NotPossible } from '../fault.ts';
import type { Moving } from '../moving.ts';
import { cut, deviceOf } from './cable.ts';
import { type Choice, onOwner, type Takeover } from './targets.ts';

/** The floating address that real servers under NAT route through, where it is on a segment of its own. */
function insideGateway(cluster: Cluster, [own, ...others]: Moving): string | undefined {
  const outside = networkOf(cluster, own.members[0]?.address ?? '');
  return [own, ...others]
    .flatMap(({ virtual_ipaddress }) => virtual_ipaddress)
    .find(({ address, gateway }) => gateway === true && networkOf(cluster, address) !== outside)?.address;
}

/** Cuts the cable to the real servers under NAT: the master cannot forward, and resigns because it tracks that interface. */
function cutInside(choice: Choice, takeover: Takeover): Fault | NotPossible {
  const { owner, facts } = takeover;
  const gateway = insideGateway(choice.cluster, choice.moving);
  if (gateway === undefined) return { reason: 'there is no inside gateway on a segment of its own' };
  const dev = facts.devices.get(addressFor(choice.cluster, owner, gateway) ?? '');
  if (dev === undefined) return { reason: `no interface of ${owner.name} is on the segment of ${gateway}` };
  if (dev === deviceOf(choice.moving[0], owner, facts))
    return { reason: `${dev} of ${owner.name} is its outside interface too` };
  return cut(choice, takeover, { name: 'inside-cable', title: `inside cable of ${owner.name} cut`, dev });
}

export const insideCable = {
  name: 'inside-cable',
  help: 'cut its cable to the real servers (NAT)',
  effect: 'takeover',
  cutsConnection: true,
  applies: ({ cluster, moving }) => insideGateway(cluster, moving) !== undefined,
  choose: (choice, owner) => onOwner(choice, owner, (takeover) => cutInside(choice, takeover)),
} as const satisfies FaultKind;
