import { type Cluster, type Director, type Member, type RealServer } from '../inventory/cluster.ts';
import { type Facts, interfaceOf } from '../observe/facts.ts';
import type { ManagedLink } from '../observe/network-managers.ts';
import { sidesOf } from '../render/method-sides.ts';

/** Interfaces that a network manager configures and that virtual addresses come to. */
export function managedLinks(cluster: Cluster, { director, realServer }: Member, facts: Facts): readonly ManagedLink[] {
  return [
    ...(director === undefined ? [] : linksOfDirector(cluster, director, facts)),
    ...(realServer === undefined ? [] : linksOfRealServer(cluster, realServer, facts)),
  ];
}

export function linksOfDirector({ instances }: Cluster, { name }: Director, facts: Facts): readonly ManagedLink[] {
  const devices = instances.flatMap(({ members, virtual_ipaddress, virtual_ipaddress_excluded }) => {
    const member = members.find(({ director }) => director === name);
    if (member === undefined) return [];
    const own = member.interface === 'auto' ? interfaceOf(facts, member.address) : member.interface;
    const named = [...virtual_ipaddress, ...virtual_ipaddress_excluded].flatMap(({ options }) => {
      const at = options.indexOf('dev');
      return at === -1 ? [] : (options[at + 1] ?? []);
    });
    return [...(own === undefined ? [] : [own]), ...named];
  });
  return facts.managers.filter(({ device }) => devices.includes(device));
}

/** lo of a real server that has virtual addresses there. */
export function linksOfRealServer(cluster: Cluster, server: RealServer, facts: Facts): readonly ManagedLink[] {
  const devices = sidesOf(cluster, server).flatMap(({ addresses }) =>
    addresses.flatMap(({ on, present }) => (present && on !== 'segment' ? [on.device] : [])),
  );
  return facts.managers.filter(({ device }) => devices.includes(device));
}

/** Condition and cause, without a full stop. */
export function riskOf({ device, program }: ManagedLink): string {
  const when =
    program === 'NetworkManager' ? 'activates the connection again' : 'starts or configures the interface again';
  return `${program} manages ${device}, and drops addresses that it did not add when it ${when}`;
}

/** The fix, as a sentence. */
export function keepAddresses({ device, program, file = `${device}.network` }: ManagedLink): string {
  if (program === 'NetworkManager')
    return `Configure ${device} without NetworkManager, and list it in /etc/NetworkManager/conf.d/lvs.conf: [keyfile] and unmanaged-devices=interface-name:${device}.`;
  const name = file.slice(file.lastIndexOf('/') + 1);
  return `Create /etc/systemd/network/${name}.d/keep.conf with the lines [Network] and KeepConfiguration=static.`;
}
