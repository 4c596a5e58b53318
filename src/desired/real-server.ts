import type { Cluster, RealServer } from '../inventory/cluster.ts';
import type { HostState } from '../observe/cluster-state.ts';
import { interfaceOf } from '../observe/facts.ts';
import { filesOf } from '../render/files.ts';
import { DR_SCRIPT, DR_UNIT, webUnit } from '../render/names.ts';
import { REAL_SERVER_SYSCTLS } from '../render/sysctls.ts';
import type { AddressWant } from '../resources/address.ts';
import type { Want } from '../resources/kinds.ts';
import type { PackagesWant } from '../resources/packages.ts';
import type { ServiceWant } from '../resources/service.ts';
import { fileWants } from './files.ts';
import { sysctlWants } from './sysctls.ts';

/** Everything a real server must have, in the order in which it is brought about. */
export function realServer(cluster: Cluster, host: RealServer, { facts }: HostState): readonly Want[] {
  const { web } = cluster;
  const device = interfaceOf(facts, host.address);
  const files = fileWants(filesOf(cluster, host, { interface: device }));
  return [
    ...files.filter(({ path }) => path !== web.demoPath),
    // lvs.dr.sh remembers the former values before it sets its own, so it comes before the parameters themselves.
    // Its reload is another start: it drops what left the list, and never takes away what stays.
    service(DR_UNIT, [DR_SCRIPT]),
    ...sysctlWants(REAL_SERVER_SYSCTLS),
    ...cluster.vrrp_instance.virtual_ipaddress.flatMap(({ address }) => onLoopback(`${address}/32`, device)),
    ...(web.package === undefined ? [] : [packages(cluster, web.package)]),
    ...files.filter(({ path }) => path === web.demoPath),
    ...(web.service === undefined ? [] : [service(webUnit(web.service))]),
  ];
}

function packages({ packages: { localMount } }: Cluster, name: string): PackagesWant {
  return { kind: 'packages', names: [name], localMount };
}

function service(unit: string, reloadOn: readonly string[] = []): ServiceWant {
  return { kind: 'service', unit, reloadOn, restartOn: [], disruptive: false };
}

/** On lo nobody asks for it by ARP; on the wire this host would answer, and take the packets from the director. */
function onLoopback(address: string, device: string | undefined): readonly AddressWant[] {
  const reason = 'direct routing delivers packets for this address here';
  const stray = 'a real server must not answer ARP for the virtual address';
  return [
    { kind: 'address', address, device: 'lo', present: true, reason },
    ...(device === undefined ? [] : [{ kind: 'address', address, device, present: false, reason: stray } as const]),
  ];
}
