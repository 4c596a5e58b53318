import { basename } from 'node:path';
import type { Entry } from '../keepalived/write.ts';
import type { Cluster } from './cluster.ts';
import type { Diagnostic } from './diagnostic.ts';
import { DEFAULTS } from './defaults.ts';
import type { Finding } from './finding.ts';
import { KEYWORDS } from './keywords.ts';
import { resolveNetworks } from './networks.ts';
import type { Picker } from './origins.ts';
import { resolveSecrets } from './resolve-authentication.ts';
import { entriesAt } from './resolve-entries.ts';
import { resolveFiles } from './resolve-files.ts';
import { resolveGlobalDefs, resolveNat, resolveTun, resolveWeb } from './resolve-globals.ts';
import { syncGroupsOf } from './resolve-groups.ts';
import { resolveClient, resolveDirectors, resolveRealServers } from './resolve-hosts.ts';
import { resolveInstances } from './resolve-instances.ts';
import { resolvePackages } from './resolve-packages.ts';
import { resolveVirtualServers } from './resolve-services.ts';
import type { Input } from './schema.ts';
import { type ShortCheck, trackedFileName } from './short-check.ts';
import type { InventoryEnvironment } from './source.ts';
import { readSshConfigs } from './ssh-configs.ts';

export interface Resolved {
  /** Hosts are in the order of the inventory; it may break every cross-host rule. */
  readonly cluster: Cluster;
  /** The index in `virtual_servers` of each virtual server. */
  readonly indexes: readonly number[];
  /** Values that the outside world was to give and did not. */
  readonly findings: readonly Finding[];
  /** What is wrong with files beside the inventory, such as ~/.ssh/config. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Fills in every default. All defaults are in `DEFAULTS`, each with its reason. */
export async function resolveInput(
  picker: Picker,
  environment: InventoryEnvironment,
  input: Input,
  file: string,
): Promise<Resolved> {
  const secrets = resolveSecrets(picker, input);
  const name = picker.own(['name'], input.name, DEFAULTS.name(nameOf(file)));
  const configs = await readSshConfigs(picker, environment, input);
  const directors = resolveDirectors(picker, environment, configs, input);
  const realServers = resolveRealServers(picker, environment, configs, input, directors);
  const client = resolveClient(picker, environment, configs, input);
  const others = client === undefined || client.access.kind === 'local' ? [] : [client];
  const addresses = [...directors, ...realServers, ...others].flatMap((host) => host.addresses);
  const networks = resolveNetworks(
    picker,
    input,
    addresses.filter((address) => address !== ''),
  );
  const global_defs = resolveGlobalDefs(picker, input);
  const nat = resolveNat(picker, input);
  const { instances, findings } = resolveInstances(picker, input, {
    networks,
    directors,
    global_defs,
    nat,
  });
  const conf = [...entriesAt(picker, [], input, KEYWORDS.top), ...trackedFiles(input)];
  const { virtualServers, indexes } = resolveVirtualServers(picker, input, {
    directors,
    instances,
    networks,
    realServers,
    conf,
  });
  const pushed = await resolveFiles(picker, environment, input, directors);
  const sources = await resolvePackages(picker, environment, input);
  const cluster = {
    name,
    networks,
    directors,
    realServers,
    client,
    global_defs,
    instances,
    syncGroups: syncGroupsOf(conf, instances),
    virtualServers,
    conf,
    secrets,
    packages: sources.packages,
    firewall: picker.own(['firewall'], input.firewall, DEFAULTS.firewall),
    web: resolveWeb(picker, input),
    nat,
    tun: resolveTun(picker, input),
    files: pushed.files,
  };
  return {
    cluster,
    indexes,
    findings: [...findings, ...pushed.findings, ...sources.findings],
    diagnostics: configs.diagnostics(),
  };
}

/** `check: file PATH` needs a block for each path. */
function trackedFiles({ pools = {}, real_servers = [], virtual_servers = [] }: Input): readonly Entry[] {
  const members = [
    ...Object.values(pools).flatMap((pool) => pool.members ?? []),
    ...virtual_servers.flatMap(({ pool }) => (pool !== undefined && 'members' in pool ? pool.members : [])),
  ];
  const checks = [...Object.values(pools), ...members, ...real_servers, ...virtual_servers].flatMap(
    ({ check }): readonly ShortCheck[] => (check?.kind === 'file' ? [check] : []),
  );
  return [...new Set(checks.map(({ argument }) => argument))].map((path) => ({
    keyword: 'track_file',
    words: [trackedFileName(path)],
    block: [{ keyword: 'file', words: [path] }],
  }));
}

/** `inventories/article.yml` is the cluster `article`. */
function nameOf(file: string): string {
  const name = basename(file).replace(/\.ya?ml$/i, '');
  return /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/.test(name) && name !== 'inventory' ? name : 'cluster';
}
