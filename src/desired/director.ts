import type { HostSide } from '../forwarding/forwarding.ts';
import { type Cluster, type Director, pushedTo } from '../inventory/cluster.ts';
import type { HostState } from '../observe/cluster-state.ts';
import { type Facts, interfaceOf } from '../observe/facts.ts';
import { filesOf } from '../render/files.ts';
import {
  AGENT_UNIT,
  DIRECTOR_PACKAGES,
  IPVS_MODULE,
  KEEPALIVED_CONF,
  KEEPALIVED_UNIT,
  LIBRARIES,
  PUSHED_FILES,
  SYSCTL_FILE,
} from '../render/names.ts';
import type { InitSystem } from '../platforms/init-system.ts';
import { initSystemOrUsual, unitFileIn } from '../platforms/init-systems.ts';
import { clusterForRelease } from '../render/for-release.ts';
import { packagesFor, sidesOf } from '../render/method-sides.ts';
import { tuningOf } from '../render/sysctls.ts';
import type { AddressWant } from '../resources/address.ts';
import type { IpvsWant } from '../resources/ipvs.ts';
import type { Want } from '../resources/kinds.ts';
import type { Build } from '../resources/resource.ts';
import type { PackagesWant } from '../resources/packages.ts';
import { agentProgram, obsoleteAgentFiles, services } from './agent.ts';
import type { PlannedEngine } from './engine.ts';
import { fileWants } from './files.ts';
import { electedBeforeGroup } from './joining.ts';
import { keepalivedRelease, testsConfig } from './keepalived-version.ts';
import { kernelTable } from './kernel-table.ts';
import { methodUnits, obsoleteMethods, withReaders } from './methods.ts';
import { droppedFiles, readByEngine } from './pushed-files.ts';
import { selinuxBooleans } from './selinux.ts';
import { FORMER_SYSCTLS, sysctlWants } from './sysctls.ts';

/** The wants of a director, in the order of application. */
export function director(
  given: Cluster,
  host: Director,
  state: HostState,
  { engine, runs, agent, builds = [] }: PlannedEngine,
): readonly Want[] {
  const { facts, have } = state;
  const release = engine === 'keepalived' ? keepalivedRelease(given, state) : undefined;
  const cluster = clusterForRelease(given, release);
  const sides = sidesOf(cluster, host);
  const init = initSystemOrUsual(facts.initSystem);
  const interfaceFor = (address: string): string | undefined => interfaceOf(facts, address);
  const rendered = filesOf(cluster, host, {
    interfaceOf: interfaceFor,
    engine,
    init,
    builtKeepalived: builds.length > 0,
  });
  const ofMethods = new Set(methodPaths(sides, init));
  // The agent elects a new member of a sync group at once.
  const first =
    engine === 'keepalived' && runs === engine
      ? electedBeforeGroup(cluster, host, { host: host.name, facts, have }, interfaceFor)
      : undefined;
  const pushed = pushedTo(cluster, host).map(({ path }) => path);
  const all = readByEngine(
    withReaders(fileWants(rendered, engine, testsConfig(release)), sides),
    cluster,
    host,
    engine,
  );
  const files = all.filter(({ path }) => path !== cluster.web.demoPath && path !== PUSHED_FILES);
  return [
    ...packages(cluster, engine, sides, have, builds),
    ...builds.map((build): Want => ({
      kind: 'built',
      program: build.program,
      build,
      ...(build.program === 'keepalived' && { runBy: KEEPALIVED_UNIT }),
    })),
    { kind: 'module', ...IPVS_MODULE },
    // Without a bundled agent the program on the host is left unchanged.
    ...(agent === undefined ? [] : [agentProgram(agent)]),
    ...files.filter(({ path }) => ofMethods.has(path)),
    ...methodUnits(sides),
    // The parameters of ip_vs exist only after the module is loaded, too late for the probe of a new host.
    ...files
      .filter(({ path }) => !ofMethods.has(path))
      .map((want) =>
        want.path === SYSCTL_FILE ? { ...want, afterwards: ['sysctl', '-e', '-q', '-p', SYSCTL_FILE] } : want,
      )
      .map((want) => (want.path === KEEPALIVED_CONF && first !== undefined ? { ...want, first } : want)),
    ...sysctlWants(tuningOf(cluster, host, sides).sysctls),
    FORMER_SYSCTLS,
    ...selinuxBooleans(cluster, host, engine),
    ...services(engine, init, pushed, builds.length > 0),
    ...(engine === 'agent' ? [] : obsoleteAgentFiles(init)),
    ...obsoleteMethods(sides, init),
    ...droppedFiles(all, have),
    ...(runs === engine ? strayAddresses(cluster, host, facts) : []),
    ...(runs === engine ? kernelTable(cluster, host).map((want) => keptBy(engine, want)) : []),
  ];
}

/** A method saves former values of sysctls, which the file below /etc/sysctl.d then sets. */
function methodPaths(sides: readonly HostSide[], init: InitSystem): readonly string[] {
  return sides.flatMap(({ files, units }) => [
    ...files.map(({ path }) => path),
    ...units.map(({ name }) => unitFileIn(init, name)),
  ]);
}

/** Debian starts keepalived as soon as it is installed and has a configuration, and that stops the agent. */
function packages(
  { packages: sources }: Cluster,
  engine: PlannedEngine['engine'],
  sides: readonly HostSide[],
  { built }: HostState['have'],
  builds: readonly Build[],
): readonly PackagesWant[] {
  const programs = builds.map(({ program }) => program);
  const own = [
    ...DIRECTOR_PACKAGES.filter((name) => !built.has(name) && !programs.includes(name)),
    ...new Set(programs.flatMap((name) => LIBRARIES[name] ?? [])),
  ];
  const { names, unless } = packagesFor(sides, engine === 'agent' ? [] : own);
  if (names.length === 0) return [];
  const want: PackagesWant = { kind: 'packages', names, ...sources, unless };
  if (engine === 'agent') return [want];
  return [
    {
      ...want,
      restarts: { keepalived: KEEPALIVED_UNIT },
      displaces: { unit: AGENT_UNIT, reason: 'keepalived takes over from the agent' },
      advice: 'If no package is available, set `engine: agent` in the inventory.',
    },
  ];
}

/** A BACKUP ignores addresses that it did not add itself; a second holder would answer ARP too. */
function strayAddresses({ instances }: Cluster, { name }: Director, facts: Facts): readonly AddressWant[] {
  return instances.flatMap(({ name: instance, members, virtual_ipaddress }) => {
    const member = members.find(({ director }) => director === name);
    if (member === undefined || facts.vrrpStates.get(instance) !== 'BACKUP') return [];
    const device = member.interface === 'auto' ? interfaceOf(facts, member.address) : member.interface;
    if (device === undefined) return [];
    return virtual_ipaddress.flatMap(({ address, prefix, gateway, options }): readonly AddressWant[] =>
      gateway === true || options.includes('dev')
        ? []
        : [
            {
              kind: 'address',
              address: `${address}/${prefix}`,
              device,
              present: false,
              reason: 'this director is BACKUP and must not hold the virtual address',
            },
          ],
    );
  });
}

/** The agent restores its table on reload; for keepalived single entries are restored with ipvsadm. */
function keptBy(engine: PlannedEngine['engine'], want: IpvsWant): IpvsWant {
  return engine === 'agent' ? { ...want, keptBy: AGENT_UNIT } : want;
}
