import { isAbsolute, join } from 'node:path';
import type { SshAccess } from '../remote/access.ts';
import type { HostSettings, Setting } from '../remote/ssh-config/settings.ts';
import { DEFAULTS } from './defaults.ts';

/** The user's files, then those of the machine. */
export function knownHostsOf(found: Partial<HostSettings>, home: string): Setting<readonly string[]> | undefined {
  const { userKnownHosts: own, globalKnownHosts: global } = found;
  const origin = (own ?? global)?.origin;
  if (origin === undefined) return undefined;
  const [usual = '', ...machine] = DEFAULTS.ssh.known_hosts.value.map((path) => absolute(path, home, home));
  return { value: [...(own?.value ?? [usual]), ...(global?.value ?? machine)], origin };
}

/** What only the configuration of OpenSSH has. */
export function detailsOf(found: Partial<HostSettings>): Partial<SshAccess> {
  const { keepaliveSeconds, keepaliveCount } = found;
  const list = (setting: Setting<string> | undefined) => setting && { list: setting.value, origin: setting.origin };
  const lists = withoutUndefined({
    kex: list(found.kex),
    cipher: list(found.ciphers),
    hmac: list(found.macs),
    serverHostKey: list(found.hostKeyAlgorithms),
    publicKey: list(found.publicKeyAlgorithms),
  });
  return withoutUndefined({
    hostKeyAlias: found.hostKeyAlias?.value,
    hashKnownHosts: found.hashKnownHosts?.value,
    uncheckedAt: found.hostKeyChecking?.value === 'no' ? found.hostKeyChecking.origin : undefined,
    identitiesOnly: found.identitiesOnly?.value,
    agent: found.identityAgent && { socket: found.identityAgent.value },
    keepalive: keepaliveSeconds && { seconds: keepaliveSeconds.value, count: keepaliveCount?.value ?? 3 },
    family: found.addressFamily?.value,
    bindAddress: found.bindAddress?.value,
    algorithms: Object.keys(lists).length === 0 ? undefined : lists,
  });
}

function withoutUndefined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** Expands `~` and makes a path absolute. */
export function absolute(path: string, folder: string, home: string): string {
  if (path === '~' || path.startsWith('~/')) return join(home, path.slice(1));
  return isAbsolute(path) ? path : join(folder, path);
}
