import type { SshAccess } from '../remote/access.ts';
import { type Hop, parseJump } from '../remote/ssh-config/jump.ts';
import type { SshConfig } from '../remote/ssh-config/ssh-config.ts';
import { detailsOf, knownHostsOf } from './ssh-settings.ts';

/** Longer chains are a mistake. */
const MOST_HOPS = 8;

/**
 * The last host of a ProxyJump, with those before it as its own. As with ssh, each is looked up in the configuration,
 * and the first of them may have a ProxyJump there. Keys, known hosts and limits are those of the host behind them
 * where the configuration says nothing.
 */
export function resolveJump(hops: readonly string[], config: SshConfig, behind: SshAccess): SshAccess | undefined {
  const parsed = hops.flatMap((hop) => parseJump(hop) ?? []);
  return accessOf(parsed, config, behind, [`${behind.host}:${behind.port}`]);
}

function accessOf(
  hops: readonly Hop[],
  config: SshConfig,
  behind: SshAccess,
  passed: readonly string[],
): SshAccess | undefined {
  const last = hops.at(-1);
  if (last === undefined) return undefined;
  const { local } = config;
  const user = { given: last.user, otherwise: local.name };
  const found = config.settings({ name: last.host, user, port: last.port });
  const host = found.hostName?.value ?? last.host;
  const port = last.port ?? found.port?.value ?? 22;
  const place = `${host}:${port}`;
  const seen = [...passed, place];
  if (passed.includes(place) || seen.length > MOST_HOPS + 1) {
    config.refuse(found.proxyJump?.origin, `ProxyJump leads in a circle: ${[...seen].reverse().join(', ')}.`);
    return undefined;
  }
  const access: SshAccess = {
    kind: 'ssh',
    host,
    port,
    user: last.user ?? found.user?.value ?? local.name,
    identityFiles: found.identityFiles?.value ?? behind.identityFiles,
    knownHosts: knownHostsOf(found, local.home)?.value ?? behind.knownHosts,
    proxyCommand: undefined,
    hostKeyChecking: checkingOf(found.hostKeyChecking?.value) ?? behind.hostKeyChecking,
    connectTimeoutSeconds: found.connectTimeoutSeconds?.value ?? behind.connectTimeoutSeconds,
    ...detailsOf(found),
    destination: last.host,
  };
  const before = hops.length > 1 ? hops.slice(0, -1) : (found.proxyJump?.value ?? []);
  if (before.length > 0) return { ...access, jump: accessOf(before, config, access, seen) };
  return { ...access, proxyCommand: found.proxyCommand?.value };
}

function checkingOf(value: 'strict' | 'accept-new' | 'no' | undefined): 'strict' | 'accept-new' | undefined {
  return value === 'no' ? 'strict' : value;
}
