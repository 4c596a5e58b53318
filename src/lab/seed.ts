import { copyFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { quote } from '../remote/command.ts';
import { LAB_HOSTS, LAB_NETWORK } from './network.ts';
import type { LabPaths } from './paths.ts';
import { run } from '../toolbox/run.ts';
import { LAB_TEMPLATES } from './templates.ts';

/** What differs between a lab on the machine's kernel and one in a guest; see the `hosts` and `host` scripts. */
export interface SeedSettings {
  /** Folder for namespaces, disks and process records. */
  readonly work: string;
  /** Root file system below the hosts'. */
  readonly lower: string;
  readonly packages: string;
  /** Folder of kernel modules for the hosts; empty when they cannot load any. */
  readonly modules: string;
  readonly capabilities: string;
  readonly writable: 'yes' | 'network';
  readonly withoutPackages: readonly string[];
}

const SCRIPTS = ['guest', 'hosts', 'host', 'net.sh', 'record'];

/** The settings file of the scripts, as sh reads it. Pure. */
export function labConf(name: string, settings: SeedSettings): string {
  const hosts = LAB_HOSTS.map(
    (host) =>
      `${host.name} ${host.address} ${settings.withoutPackages.includes(host.name) ? 'none' : settings.packages}`,
  );
  const values: Readonly<Record<string, string>> = {
    LAB: name,
    WORK: settings.work,
    LOWER: settings.lower,
    MODULES: settings.modules,
    CAPABILITIES: settings.capabilities,
    WRITABLE: settings.writable,
    DISK: '80%',
    CONTROL: LAB_NETWORK.control,
    PREFIX_LENGTH: String(LAB_NETWORK.prefixLength),
    HOSTS: hosts.join('\n'),
  };
  return Object.entries(values)
    .map(([key, value]) => `${key}=${quote(value)}\n`)
    .join('');
}

/**
 * Makes what the hosts of this lab read when they start: scripts, settings and new keys. The private key that opens
 * all hosts, and their public keys, are put where ssh outside finds them; no cached file ever holds one.
 */
export async function makeSeed(paths: LabPaths, settings: SeedSettings, signal: AbortSignal): Promise<void> {
  const keys = path.join(paths.seed, 'keys');
  await mkdir(keys, { recursive: true, mode: 0o700 });
  for (const script of SCRIPTS) await copyFile(path.join(LAB_TEMPLATES, script), path.join(paths.seed, script));
  await writeFile(path.join(paths.seed, 'lab.conf'), labConf(paths.name, settings));

  const makeKey = (file: string, comment: string): Promise<unknown> =>
    run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', file], { signal });
  await Promise.all([
    makeKey(path.join(keys, 'client'), `lvsctl-lab-${paths.name}`),
    ...LAB_HOSTS.map(({ name }) => makeKey(path.join(keys, name), name)),
  ]);
  await rename(path.join(keys, 'client'), paths.key);
  await rename(path.join(keys, 'client.pub'), path.join(keys, 'authorized_keys'));
  const known = LAB_HOSTS.map(async ({ name, address }) => {
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
