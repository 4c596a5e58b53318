import { copyFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { quote } from '../remote/command.ts';
import type { ChosenDistributions } from './distributions/choice.ts';
import type { LabInit } from './distributions/distribution.ts';
import { Failure } from '../failure.ts';
import type { LabPaths } from './paths.ts';
import { run } from '../toolbox/run.ts';
import { LAB_TEMPLATES } from './templates.ts';
import type { Topology } from './topology.ts';

/** What hosts of one distribution are made of, as the scripts find it. */
export interface HostSystem {
  readonly init: LabInit;
  /** Root file system below the hosts'. */
  readonly root: string;
  readonly packages: string;
}

/** What differs between a lab on the machine's kernel and one in a guest; see the `hosts` and `host` scripts. */
export interface SeedSettings {
  /** Folder for namespaces, disks and process records. */
  readonly work: string;
  /** Distribution of the hosts for which none is chosen. */
  readonly base: string;
  /** By distribution. */
  readonly systems: Readonly<Record<string, HostSystem>>;
  /** Disks of a guest with further distributions: where each is mounted, and the last letter of its device. */
  readonly disks: readonly { readonly folder: string; readonly letter: string }[];
  readonly distributions: ChosenDistributions;
  /** Folder of kernel modules for the hosts; empty when they cannot load any. */
  readonly modules: string;
  readonly capabilities: string;
  readonly writable: 'yes' | 'network';
  readonly withoutPackages: readonly string[];
}

const SCRIPTS = [
  'guest',
  'hosts',
  'host',
  'net.sh',
  'record',
  'router.conf',
  'lab-serve',
  'lab-serve.service',
  'lab-serve.init',
];

/** The settings file of the scripts, as sh reads it; `hosts` says what is in the tables. Pure. */
export function labConf(name: string, { hosts, segments }: Topology, settings: SeedSettings): string {
  const { base, systems, distributions, withoutPackages } = settings;
  const systemOf = (host: string): readonly string[] => {
    const system = systems[distributions[host] ?? base];
    if (system === undefined) throw new Failure('lab', `${host}: its distribution has not been built`);
    return [system.init, system.root, withoutPackages.includes(host) ? 'none' : system.packages];
  };
  const bridge = (segment: string): string => `br${String(segments.findIndex((one) => one.name === segment))}`;
  const table = (rows: readonly (readonly string[])[]): string => rows.map((row) => row.join(' ')).join('\n');
  const withoutPrefix = (address: string): string => address.replace(/\/.*/, '');
  const values: Readonly<Record<string, string>> = {
    LAB: name,
    WORK: settings.work,
    MODULES: settings.modules,
    CAPABILITIES: settings.capabilities,
    WRITABLE: settings.writable,
    DISK: '80%',
    SEGMENTS: table(segments.map((one) => [bridge(one.name), one.uplink, one.control.join()])),
    DISKS: table(settings.disks.map(({ folder, letter }) => [letter, folder])),
    HOSTS: table(hosts.map((host) => [host.name, ...systemOf(host.name)])),
    NICS: table(
      hosts.flatMap((host, at) =>
        host.nics.map(({ name: device, segment, mac, addresses }, index) => {
          const port = `p${String(at)}-${String(index)}`;
          return [host.name, device, bridge(segment), port, mac, addresses.join()];
        }),
      ),
    ),
    ROUTES: table(hosts.flatMap((host) => host.routes.map(({ to, via }) => [host.name, to, via]))),
    ROUTERS: table(hosts.filter(({ roles }) => roles.includes('router')).map((host) => [host.name])),
    SERVICES: table(
      hosts.flatMap((host) =>
        host.services.map(({ protocol, port, kind }) => [host.name, protocol, String(port), kind]),
      ),
    ),
    ADDRESSES: table(
      hosts.flatMap((host) =>
        host.nics.flatMap(({ addresses }) => addresses.map((address) => [withoutPrefix(address), host.name])),
      ),
    ),
  };
  return Object.entries(values)
    .map(([key, value]) => `${key}=${quote(value)}\n`)
    .join('');
}

/**
 * Makes what the hosts of this lab read when they start: scripts, settings and new keys. The private key that opens
 * all hosts, and their public keys, are put where ssh outside finds them; no cached file ever holds one.
 */
export async function makeSeed(
  paths: LabPaths,
  topology: Topology,
  settings: SeedSettings,
  signal: AbortSignal,
): Promise<void> {
  const keys = path.join(paths.seed, 'keys');
  await mkdir(keys, { recursive: true, mode: 0o700 });
  for (const script of SCRIPTS) await copyFile(path.join(LAB_TEMPLATES, script), path.join(paths.seed, script));
  await writeFile(path.join(paths.seed, 'lab.conf'), labConf(paths.name, topology, settings));

  const makeKey = (file: string, comment: string): Promise<unknown> =>
    run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', file], { signal });
  await Promise.all([
    makeKey(path.join(keys, 'client'), `lvsctl-lab-${paths.name}`),
    ...topology.hosts.map(({ name }) => makeKey(path.join(keys, name), name)),
  ]);
  await rename(path.join(keys, 'client'), paths.key);
  await rename(path.join(keys, 'client.pub'), path.join(keys, 'authorized_keys'));
  const known = topology.hosts.map(async ({ name, address }) => {
    const [type = '', key = ''] = (await readFile(path.join(keys, `${name}.pub`), 'utf8')).split(' ');
    return `${name},${address} ${type} ${key}\n`;
  });
  await writeFile(paths.knownHosts, (await Promise.all(known)).join(''));
}

/** The seed as a guest gets it: a bare archive on a disk of its own. */
export async function seedDisk(paths: LabPaths, signal: AbortSignal): Promise<string> {
  const file = `${paths.seed}.tar`;
  // The hosts' private keys are in it; tar keeps the mode of a file that is there.
  await writeFile(file, '', { mode: 0o600 });
  await run('tar', ['--create', '--file', file, '--owner=0', '--group=0', '--directory', paths.seed, '.'], { signal });
  return file;
}
