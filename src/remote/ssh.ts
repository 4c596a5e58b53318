import type { SshAccess } from './access.ts';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../failure.ts';
import { algorithms } from './algorithms.ts';
import { type Credentials, describe, readCredentials } from './credentials.ts';
import { refusal, type ShownKey, shownKey } from './host-key.ts';
import { judge, type KnownHost, knownName, knownTypes } from './known-hosts.ts';
import { addKnownHost, readKnownHosts } from './known-hosts-file.ts';
import { type LoggedIn, login } from './login.ts';
import { isHungUp, loginFailure } from './login-failure.ts';
import { SshTransport } from './ssh-transport.ts';
import type { Transport } from './transport.ts';

/** Settings for tests. */
export interface SshTuning {
  /** Path of the ssh agent's socket. */
  readonly agentSocket: string | undefined;
  /** Milliseconds between keepalives; a connection is lost after three without a reply. */
  readonly keepaliveMs: number;
  /** Maximum login attempts when sshd just closes the connection. */
  readonly tries: number;
}

export function defaultTuning(environment: NodeJS.ProcessEnv): SshTuning {
  return { agentSocket: environment['SSH_AUTH_SOCK'], keepaliveMs: 5000, tries: 3 };
}

async function known(host: string, access: SshAccess): Promise<readonly KnownHost[]> {
  try {
    return await readKnownHosts(access.knownHosts);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Failure('host-key', `${host}: cannot read known_hosts: ${why}`, { host, cause: error });
  }
}

async function record(host: string, access: SshAccess, key: ShownKey): Promise<void> {
  const file = access.knownHosts[0];
  if (file === undefined) return;
  try {
    await addKnownHost(file, knownName(access.host, access.port), key.type, key.base64);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Failure('host-key', `${host}: cannot record the new host key: ${why}`, { host, cause: error });
  }
}

function nothingToOffer(credentials: Credentials): boolean {
  return credentials.keys.length === 0 && credentials.agentSocket === undefined;
}

/**
 * Logs in over SSH, once for the whole run, with a key from a file or the ssh agent.
 * @throws Failure `unreachable`, `timeout`, `host-key`, `auth`, `unsupported`, `interrupted`; `inventory` for a bad
 * proxy command
 */
export async function connectSsh(
  host: string,
  access: SshAccess,
  signal: AbortSignal,
  tuning: SshTuning = defaultTuning(process.env),
): Promise<Transport> {
  const deadline = Date.now() + access.connectTimeoutSeconds * 1000;
  const { default: ssh2 } = await import('ssh2');
  const entries = await known(host, access);
  const credentials = await readCredentials(access.identityFiles, tuning.agentSocket, ssh2);
  if (nothingToOffer(credentials)) {
    throw new Failure(
      'auth',
      `${host}: cannot authenticate as ${access.user}: no SSH identity available: ${describe(credentials)}`,
      {
        host,
        hint: 'Add one with ssh.identity_file, generate one with `ssh-keygen -t ed25519`, or start ssh-agent.',
      },
    );
  }

  for (let attempt = 1; ; attempt += 1) {
    if (signal.aborted) throw new Failure('interrupted', `${host}: the login was interrupted`, { host });
    let unproven: ShownKey | undefined;
    let refusedKey: Failure | undefined;
    const outcome = await login(ssh2, {
      name: host,
      access,
      credentials,
      algorithms: algorithms(knownTypes(entries, access.host, access.port)),
      acceptHostKey: (wire) => {
        const key = shownKey(wire);
        const verdict = judge(entries, access.host, access.port, key.base64);
        refusedKey = refusal(host, access, key, verdict);
        if (refusedKey === undefined && verdict.kind === 'unknown') unproven = key;
        return refusedKey === undefined;
      },
      keepaliveMs: tuning.keepaliveMs,
      withinMs: Math.max(1, deadline - Date.now()),
      signal,
    });
    if (outcome.kind === 'logged-in') {
      // Only now, after the host has proven possession of the private key.
      if (unproven !== undefined) await recordOrHangUp(host, access, unproven, outcome);
      return new SshTransport(host, access.user, outcome);
    }
    if (refusedKey !== undefined) throw refusedKey;
    if (!isHungUp(outcome) || attempt >= tuning.tries) throw loginFailure(outcome, host, access, credentials);
    await delay(attempt * (200 + Math.random() * 800), undefined, { signal }).catch(() => undefined);
  }
}

async function recordOrHangUp(host: string, access: SshAccess, key: ShownKey, loggedIn: LoggedIn): Promise<void> {
  try {
    await record(host, access, key);
  } catch (error) {
    loggedIn.socket.destroy();
    throw error;
  }
}
