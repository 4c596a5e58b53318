import { type Cluster, type Director, virtualAddressesOf } from '../../inventory/cluster.ts';
import { type Facts, interfaceOf } from '../../observe/facts.ts';
import type { ManagedLink } from '../../observe/network-managers.ts';
import { type Check, type CheckResult, failed, skipped } from '../check.ts';

/**
 * No network manager drops virtual addresses. keepalived puts an address back after an outage of seconds, which no run
 * can prove without restarting the manager. Nothing puts back one that a real server has on lo, and its health check
 * goes on passing.
 */
export const managers: Check = ({ cluster, observations }) => {
  const vips = new Set(virtualAddressesOf(cluster).map(({ address }) => address));
  const found = (name: string, devices: (facts: Facts) => ReadonlySet<string>): readonly ManagedLink[] => {
    const facts = observations.get(name)?.facts;
    const held = facts === undefined ? new Set<string>() : devices(facts);
    return facts?.managers.filter(({ device, keeps }) => !keeps && held.has(device)) ?? [];
  };
  return [
    ...cluster.directors.flatMap((director) =>
      found(director.name, (facts) => devicesOf(cluster, director, facts)).map((link) =>
        result(skipped, director.name, link),
      ),
    ),
    ...cluster.realServers.flatMap(({ name }) => {
      const onLo = ({ addresses }: Facts): boolean =>
        addresses.some(({ address, device }) => device === 'lo' && vips.has(address));
      return found(name, (facts) => new Set(onLo(facts) ? ['lo'] : [])).map((link) => result(failed, name, link));
    }),
  ];
};

/** The interfaces that the virtual addresses of a director come to. */
function devicesOf({ instances }: Cluster, { name }: Director, facts: Facts): ReadonlySet<string> {
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
  return new Set(devices);
}

function result(how: typeof failed, name: string, { device, program, file }: ManagedLink): CheckResult {
  return how(
    'network-manager',
    `${name} keeps its virtual addresses when the network is configured again`,
    `no network manager drops addresses of ${device}`,
    `${program} manages ${device}, and drops addresses that it did not add when it ${program === 'NetworkManager' ? 'activates the connection again' : 'starts or configures the interface again'}`,
    program === 'NetworkManager' ? withoutNetworkManager(device) : withDropIn(file ?? `${device}.network`),
  );
}

function withDropIn(file: string): string {
  const name = file.slice(file.lastIndexOf('/') + 1);
  return `Create /etc/systemd/network/${name}.d/keep.conf with the lines [Network] and KeepConfiguration=static, then run \`networkctl reload\`.`;
}

function withoutNetworkManager(device: string): string {
  return `Configure ${device} without NetworkManager, and list it in /etc/NetworkManager/conf.d/lvs.conf: [keyfile] and unmanaged-devices=interface-name:${device}.`;
}
