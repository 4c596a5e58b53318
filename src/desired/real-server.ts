import type { Cluster, RealServer } from '../inventory/cluster.ts';
import type { HostState } from '../observe/cluster-state.ts';
import { type Facts, interfaceOf } from '../observe/facts.ts';
import { filesOf } from '../render/files.ts';
import { sidesOf } from '../render/method-sides.ts';
import { initSystemOrUsual } from '../platforms/init-systems.ts';
import { packageManagerOf, unitIn } from '../platforms/package-managers.ts';
import { MODULES_FILE, SYSCTL_FILE, webUnit } from '../render/names.ts';
import { tuningOf } from '../render/sysctls.ts';
import type { FileWant } from '../resources/file.ts';
import type { Want } from '../resources/kinds.ts';
import type { PackagesWant } from '../resources/packages.ts';
import type { ServiceWant } from '../resources/service.ts';
import { fileWants } from './files.ts';
import { methodAddresses, methodUnits, obsoleteMethods, withReaders } from './methods.ts';
import { FORMER_SYSCTLS, sysctlWants } from './sysctls.ts';

/** The wants of a real server, in the order of application. */
export function realServer(cluster: Cluster, host: RealServer, { facts }: HostState): readonly Want[] {
  const { web } = cluster;
  const device = interfaceOf(facts, host.address);
  const sides = sidesOf(cluster, host);
  const init = initSystemOrUsual(facts.initSystem);
  const files = withReaders(
    fileWants(filesOf(cluster, host, { interfaceOf: (address) => interfaceOf(facts, address), init })),
    sides,
  );
  const others = [SYSCTL_FILE, MODULES_FILE].filter((path) => files.every((want) => want.path !== path));
  return [
    ...files.filter(({ path }) => path !== web.demoPath),
    ...methodUnits(sides),
    ...sysctlWants(tuningOf(cluster, host, sides).sysctls),
    ...methodAddresses(sides, device),
    ...webServer(cluster, files, facts),
    ...obsoleteMethods(sides, init, others),
    FORMER_SYSCTLS,
  ];
}

/** The wants of a real server that is a director too, beside those of the director. */
export function besidesDirector(cluster: Cluster, host: RealServer, { facts }: HostState): readonly Want[] {
  const files = fileWants(filesOf(cluster, host, { interfaceOf: (address) => interfaceOf(facts, address) }));
  return [
    ...methodAddresses(sidesOf(cluster, host), interfaceOf(facts, host.address)),
    ...webServer(cluster, files, facts),
  ];
}

function webServer(cluster: Cluster, files: readonly FileWant[], { platform }: Facts): readonly Want[] {
  const { web } = cluster;
  const manager = packageManagerOf(platform);
  const unit = web.service !== undefined && manager !== undefined ? unitIn(manager, web.service) : web.service;
  return [
    ...(web.package === undefined ? [] : [packages(cluster, web.package)]),
    ...files.filter(({ path }) => path === web.demoPath),
    ...(unit === undefined ? [] : [service(webUnit(unit))]),
  ];
}

function packages({ packages: sources }: Cluster, name: string): PackagesWant {
  return { kind: 'packages', names: [name], ...sources };
}

function service(unit: string): ServiceWant {
  return { kind: 'service', unit, reloadOn: [], restartOn: [], disruptive: false };
}
