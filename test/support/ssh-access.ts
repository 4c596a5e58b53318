import type { SshAccess } from '../../src/remote/access.ts';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LoginFiles } from '../../src/remote/login-files.ts';
import { connectSsh, type SshTuning } from '../../src/remote/ssh.ts';
import type { RunOptions, Transport } from '../../src/remote/transport.ts';
import type { TestKeys } from './ssh-keys.ts';

/** An access to a server of a test whose host key is known. */
export function accessTo(
  server: { readonly port: number },
  keys: TestKeys,
  change: Partial<SshAccess> = {},
): SshAccess {
  const knownHosts = join(keys.folder, 'known_hosts');
  writeFileSync(knownHosts, `[127.0.0.1]:${server.port} ${keys.host.public}\n`);
  return {
    kind: 'ssh',
    host: '127.0.0.1',
    port: server.port,
    user: 'root',
    identityFiles: [keys.login.file],
    knownHosts: [knownHosts],
    proxyCommand: undefined,
    hostKeyChecking: 'strict',
    connectTimeoutSeconds: 10,
    ...change,
  };
}

/** Connects without the ssh agent of the user who runs the tests. */
export function open(
  access: SshAccess,
  change: Partial<SshTuning> = {},
  signal: AbortSignal = new AbortController().signal,
): Promise<Transport> {
  return connectSsh('web1', access, signal, new LoginFiles(), {
    agentSocket: undefined,
    keepaliveMs: 5000,
    tries: 3,
    ...change,
  });
}

/** Options of a run that is not interrupted. */
export function patient(change: Partial<RunOptions> = {}): RunOptions {
  return { timeoutMs: 20_000, signal: new AbortController().signal, ...change };
}
