import type { HostSide } from '../forwarding/forwarding.ts';
import {
  type Cluster,
  type Director,
  type Member,
  type RealServer,
  pushedTo,
  virtualAddressesOf,
} from '../inventory/cluster.ts';
import { BUILT_PROGRAMS } from '../inventory/package-sources.ts';
import { addedText } from '../inventory/secrets.ts';
import {
  AGENT_PROGRAM,
  AGENT_UNIT,
  clientPackages,
  CONNECT_ANY,
  DIRECTOR_PACKAGES,
  ENGINES,
  FIREWALL_SCRIPT,
  FIREWALL_UNIT,
  FORMER_SYSCTL_FILE,
  IPVS_MODULE,
  KEEPALIVED_CONF,
  KEEPALIVED_UNIT,
  LIBRARIES,
  MODULES_FILE,
  NETWORKD_CONF,
  NETWORKD_DROP_INS,
  PUSHED_FILES,
  SYSCTL_FILE,
  UNITS,
  webUnit,
} from '../render/names.ts';
import { unitFilesOf } from '../platforms/init-systems.ts';
import { unitsIn } from '../platforms/package-managers.ts';
import { packagesFor, sidesOf, tracesOf } from '../render/method-sides.ts';
import { namedScripts } from '../render/named-scripts.ts';
import { tuningOf } from '../render/sysctls.ts';
import type { FileKey } from '../resources/file.ts';
import { OWN_FOLDER } from '../resources/own-folder.ts';
import { PACKAGE_FOLDERS, type PackagesKey } from '../resources/packages.ts';
import { folderOf } from '../resources/guarded-path.ts';
import { WATCH_NOTHING, type Watched } from '../resources/kinds.ts';
import type { WebListener } from './fault-facts.ts';
import type { Questions } from './facts.ts';

/** What to observe on a host. */
export interface Watchlist {
  readonly watched: Watched;
  readonly questions: Questions;
}

/** Everything that lvsctl may manage on a host; on a director, the resources of both engines. */
export function watchlist(cluster: Cluster, member: Member): Watchlist {
  const { watched, questions: ofRole } = ofRoles(cluster, member);
  const questions = { ...ofRole, folders: foldersOf(watched) };
  const { bundle, source } = cluster.packages;
  return {
    watched: { ...watched, ...(bundle !== undefined && { bundle: ['bundle'] }) },
    questions: { ...questions, ...((bundle !== undefined || source !== undefined) && { release: true }) },
  };
}

/** Folders that the kinds of resources write to: see `needs` of each. */
function foldersOf({ file, program, obsolete }: Watched): readonly string[] {
  const paths = [...file.map(({ path }) => path), ...program, ...obsolete.filter((key) => typeof key === 'string')];
  return [...new Set([...PACKAGE_FOLDERS, OWN_FOLDER, ...paths.map(folderOf)])];
}

function ofRoles(cluster: Cluster, member: Member): Watchlist {
  const { director, realServer } = member;
  if (director === undefined && realServer === undefined)
    return {
      watched: { ...WATCH_NOTHING, packages: packagesOf(cluster, { names: clientPackages(cluster) }) },
      questions: {},
    };
  const things = [
    ...(director === undefined ? [] : [directorThings(cluster, director)]),
    ...(realServer === undefined ? [] : [realServerThings(cluster, realServer)]),
  ];
  return {
    watched: things.reduce(bothOf),
    questions: {
      firewall: true,
      ...(director !== undefined && { director: directorQuestions(cluster, director) }),
      ...(realServer !== undefined && { routing: familiesOf(cluster) }),
    },
  };
}

/** The keys of two roles, each once. A file that one of them keeps is not obsolete. */
function bothOf(one: Watched, other: Watched): Watched {
  const once = <T>(...lists: readonly (readonly T[])[]): readonly T[] => [
    ...new Map(lists.flat().map((key) => [JSON.stringify(key), key])).values(),
  ];
  const file = once(one.file, other.file);
  return {
    ...one,
    packages: once(one.packages, other.packages),
    built: once(one.built, other.built),
    module: once(one.module, other.module),
    program: once(one.program, other.program),
    file,
    sysctl: once(one.sysctl, other.sysctl),
    boolean: once(one.boolean, other.boolean),
    service: once(one.service, other.service),
    script: once(one.script, other.script),
    firewall: once(one.firewall, other.firewall),
    obsolete: once(one.obsolete, other.obsolete),
  };
}

/** The keys for the verb `status`: engines, addresses and IPVS table of a director. */
export function statusWatchlist({ instances }: Pick<Cluster, 'instances'>): Watchlist {
  const engines = { instances: instances.length };
  return { watched: { ...WATCH_NOTHING, service: engineUnits }, questions: { engines } };
}

/** The facts that faults depend on. @param listener the web server to stop */
export function faultsWatchlist(listener: WebListener | undefined): Watchlist {
  return { watched: { ...WATCH_NOTHING, service: engineUnits }, questions: { faults: { listener } } };
}

const FIREWALL_PATHS = [FIREWALL_SCRIPT, ...unitFilesOf(FIREWALL_UNIT.name)];

const engineUnits = ENGINES.map((engine) => UNITS[engine]);

function directorThings(cluster: Cluster, host: Director): Watched {
  const sides = sidesOf(cluster, host);
  const traces = tracesOf(sides);
  return {
    ...WATCH_NOTHING,
    packages: packagesOf(cluster, packagesFor(sides, [...DIRECTOR_PACKAGES, ...librariesOf(cluster)])),
    built: BUILT_PROGRAMS,
    module: [IPVS_MODULE],
    program: [AGENT_PROGRAM],
    file: filesOf(cluster, [
      MODULES_FILE,
      NETWORKD_CONF,
      SYSCTL_FILE,
      KEEPALIVED_CONF,
      ...unitFilesOf(AGENT_UNIT),
      ...(cluster.packages.source === undefined ? [] : unitFilesOf(KEEPALIVED_UNIT)),
      ...FIREWALL_PATHS,
      ...pathsOf(sides),
      PUSHED_FILES,
      ...pushedTo(cluster, host).map(({ path }) => path),
    ]),
    sysctl: tuningOf(cluster, host, sides).sysctls.map(({ key }) => key),
    boolean: [CONNECT_ANY],
    service: [...engineUnits, FIREWALL_UNIT.name, ...unitsOf(sides), ...traces.units],
    script: scriptsOf(sides),
    firewall: [FIREWALL_SCRIPT],
    obsolete: [
      ...FIREWALL_PATHS,
      FORMER_SYSCTL_FILE,
      NETWORKD_CONF,
      ...unitFilesOf(AGENT_UNIT),
      AGENT_PROGRAM,
      ...traces.files,
      ...traces.units.flatMap(unitFilesOf),
      PUSHED_FILES,
      { listedIn: PUSHED_FILES },
    ],
  };
}

function realServerThings(cluster: Cluster, host: RealServer): Watched {
  const { web } = cluster;
  const sides = sidesOf(cluster, host);
  const traces = tracesOf(sides);
  return {
    ...WATCH_NOTHING,
    packages: web.package === undefined ? [] : packagesOf(cluster, { names: [web.package] }),
    file: filesOf(cluster, [
      ...FIREWALL_PATHS,
      SYSCTL_FILE,
      MODULES_FILE,
      NETWORKD_CONF,
      ...pathsOf(sides),
      ...(web.demoPage ? [web.demoPath] : []),
    ]),
    sysctl: tuningOf(cluster, host, sides).sysctls.map(({ key }) => key),
    service: [
      FIREWALL_UNIT.name,
      ...unitsOf(sides),
      ...traces.units,
      ...(web.service === undefined ? [] : unitsIn(web.service).map(webUnit)),
    ],
    script: scriptsOf(sides),
    firewall: [FIREWALL_SCRIPT],
    obsolete: [
      ...FIREWALL_PATHS,
      FORMER_SYSCTL_FILE,
      NETWORKD_CONF,
      SYSCTL_FILE,
      MODULES_FILE,
      ...traces.files,
      ...traces.units.flatMap(unitFilesOf),
    ],
  };
}

function pathsOf(sides: readonly HostSide[]): readonly string[] {
  return [...sides.flatMap(({ files }) => files.map(({ path }) => path)), ...unitsOf(sides).flatMap(unitFilesOf)];
}

/** Of programs that are built from source. */
function librariesOf({ packages: { source } }: Cluster): readonly string[] {
  return [...new Set(source?.tarballs.flatMap(({ program }) => LIBRARIES[program] ?? []))];
}

function unitsOf(sides: readonly HostSide[]): readonly string[] {
  return sides.flatMap(({ units }) => units.map(({ name }) => name));
}

function scriptsOf(sides: readonly HostSide[]): readonly string[] {
  return sides.flatMap(({ script }) => script ?? []);
}

function packagesOf(
  { packages: { localMount, versions } }: Cluster,
  wanted: Omit<PackagesKey, 'localMount' | 'versions'>,
): readonly PackagesKey[] {
  return [{ ...wanted, localMount, versions }];
}

/** Real servers have no way back to be seen in a family without a virtual address. */
function familiesOf({ instances }: Cluster) {
  return [...new Set(instances.map(({ family }) => family))].toSorted();
}

/** The package source of keepalived says which release the file is written for. */
function directorQuestions(cluster: Cluster, director: Director) {
  const { engine } = director;
  return {
    scripts: namedScripts(cluster, director),
    virtualAddresses: virtualAddressesOf(cluster).map(({ address }) => address),
    instances: cluster.instances.length,
    keepalivedFrom: engine === 'agent' ? undefined : { localMount: cluster.packages.localMount },
  };
}

/** bytes; any file of lvsctl is smaller, but for the keepalived.conf of a large cluster */
const SMALL_CLUSTER = 1024 * 1024;

/** bytes of keepalived.conf for one real server of one virtual server, twice what lvsctl writes at most */
const PER_SERVER = 1024;

/** Allows for the indentation of inventory lines, twice over. */
const PER_ADDED_BYTE = 20;

/** Of both roles. */
function filesOf(cluster: Cluster, paths: readonly string[]): readonly FileKey[] {
  const readAtMost = Math.max(SMALL_CLUSTER, largestConf(cluster));
  const { folders, ending, name } = NETWORKD_DROP_INS;
  return [...paths.map((path) => ({ path, readAtMost })), { path: folders, each: { ending, name }, readAtMost }];
}

/** A file of about the wanted size has to be read for comparison. */
function largestConf(cluster: Cluster): number {
  const { virtualServers } = cluster;
  const pools = virtualServers.reduce((sum, { pool }) => sum + pool.length, 0);
  return PER_SERVER * (pools + 4 * virtualServers.length) + PER_ADDED_BYTE * addedText(cluster).length;
}
