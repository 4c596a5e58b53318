import type { MethodAddress, MethodFile } from '../forwarding/forwarding.ts';
import { methodsOf } from '../forwarding/methods.ts';
import { type Cluster, type RealServer, virtualAddressesOf } from '../inventory/cluster.ts';
import type { HostState } from '../observe/cluster-state.ts';
import { interfaceOf } from '../observe/facts.ts';
import { filesOf } from '../render/files.ts';
import { webUnit } from '../render/names.ts';
import { realServerTuning } from '../render/sysctls.ts';
import type { AddressWant } from '../resources/address.ts';
import type { Want } from '../resources/kinds.ts';
import type { PackagesWant } from '../resources/packages.ts';
import type { ServiceWant } from '../resources/service.ts';
import { fileWants } from './files.ts';
import { sysctlWants } from './sysctls.ts';

/** The wants of a real server, in the order of application. */
export function realServer(cluster: Cluster, host: RealServer, { facts }: HostState): readonly Want[] {
  const { web } = cluster;
  const methods = methodsOf(cluster).map((method) => method.realServer);
  const device = interfaceOf(facts, host.address);
  const readers = methods.flatMap((method) => method.files);
  const files = fileWants(filesOf(cluster, host, { interface: device })).map((want) => {
    const readBy = readers.find(({ path }) => path === want.path)?.readBy;
    return readBy === undefined ? want : { ...want, readBy };
  });
  return [
    ...files.filter(({ path }) => path !== web.demoPath),
    // The units of a method may save the previous values of sysctls, so they come first.
    ...methods.flatMap((method) => method.units.map((unit) => service(unit, filesReadBy(unit, method.files)))),
    ...sysctlWants(realServerTuning(cluster).sysctls),
    ...virtualAddressesOf(cluster).flatMap(({ address }) =>
      methods.flatMap((method) => addressWants(method.addresses(address), device)),
    ),
    ...(web.package === undefined ? [] : [packages(cluster, web.package)]),
    ...files.filter(({ path }) => path === web.demoPath),
    ...(web.service === undefined ? [] : [service(webUnit(web.service))]),
  ];
}

function filesReadBy(unit: string, files: readonly MethodFile[]): readonly string[] {
  return files.filter(({ readBy }) => readBy === unit).map(({ path }) => path);
}

function packages({ packages: { localMount } }: Cluster, name: string): PackagesWant {
  return { kind: 'packages', names: [name], localMount };
}

function service(unit: string, reloadOn: readonly string[] = []): ServiceWant {
  return { kind: 'service', unit, reloadOn, restartOn: [], disruptive: false };
}

/** @param segment the interface that holds the address of the host; without it nothing is wanted of it */
function addressWants(addresses: readonly MethodAddress[], segment: string | undefined): readonly AddressWant[] {
  return addresses.flatMap(({ address, on, present, reason }): readonly AddressWant[] => {
    const device = on === 'segment' ? segment : on.device;
    return device === undefined ? [] : [{ kind: 'address', address, device, present, reason }];
  });
}
