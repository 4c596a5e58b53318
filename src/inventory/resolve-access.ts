import type { Access } from '../remote/access.ts';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { DEFAULTS } from './defaults.ts';
import type { Given, Picker } from './origins.ts';
import type { PathParts } from './place.ts';
import type { Input } from './schema.ts';
import type { InventoryEnvironment } from './source.ts';

type Ssh = NonNullable<Input['ssh']>;

/** How one host is reached: its own words first, then those for all hosts, then the defaults of OpenSSH. */
export function resolveAccess(
  picker: Picker,
  environment: InventoryEnvironment,
  host: { readonly at: PathParts; readonly address: string; readonly ssh: Ssh | undefined },
  all: Ssh | undefined,
): Access {
  const given = <K extends keyof Ssh>(key: K): readonly Given<NonNullable<Ssh[K]>>[] => [
    { value: host.ssh?.[key] as NonNullable<Ssh[K]> | undefined, at: [...host.at, 'ssh', key] },
    { value: all?.[key] as NonNullable<Ssh[K]> | undefined, at: ['ssh', key] },
  ];
  const at = (key: string): PathParts => [...host.at, 'ssh', key];
  const port = picker.pick(at('port'), given('port'), DEFAULTS.ssh.port);
  const connectTimeoutSeconds = picker.pick(
    at('connect_timeout'),
    given('connect_timeout'),
    DEFAULTS.ssh.connect_timeout,
  );
  const lab = host.ssh?.lab ?? all?.lab;
  if (lab !== undefined) {
    picker.pick<string | undefined>(at('lab'), given('lab'), DEFAULTS.ssh.lab);
    return { kind: 'lab', lab, host: host.address, connectTimeoutSeconds };
  }
  const files = (key: 'identity_file' | 'known_hosts') => {
    const { value: otherwise, because } = DEFAULTS.ssh[key];
    const found = given(key).find(({ value }) => value !== undefined);
    const folder = found === undefined ? environment.home : folderOf(picker.place(found.at).file, environment);
    const paths = (found?.value ?? otherwise).map((path) => absolute(path, folder, environment.home));
    const shown: readonly Given<readonly string[]>[] = found === undefined ? [] : [{ value: paths, at: found.at }];
    return picker.pick<readonly string[]>(at(key), shown, { value: paths, because });
  };
  return {
    kind: 'ssh',
    host: host.address,
    port,
    user: picker.pick(at('user'), given('user'), DEFAULTS.ssh.user),
    identityFiles: files('identity_file'),
    knownHosts: files('known_hosts'),
    proxyCommand: picker.pick<string | undefined>(
      at('proxy_command'),
      given('proxy_command'),
      DEFAULTS.ssh.proxy_command,
    ),
    hostKeyChecking: picker.pick<'strict' | 'accept-new'>(
      at('host_key_checking'),
      given('host_key_checking'),
      DEFAULTS.ssh.host_key_checking,
    ),
    connectTimeoutSeconds,
  };
}

/** The folder that relative paths of an inventory start from. */
export function folderOf(file: string, environment: InventoryEnvironment): string {
  return file === '-' ? environment.folder : dirname(resolve(environment.folder, file));
}

/** Expands `~` and makes a path absolute. */
export function absolute(path: string, folder: string, home: string): string {
  if (path === '~' || path.startsWith('~/')) return join(home, path.slice(1));
  return isAbsolute(path) ? path : join(folder, path);
}
