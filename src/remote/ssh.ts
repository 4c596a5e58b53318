import type { SshAccess } from './access.ts';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../failure.ts';
import { algorithms } from './algorithms.ts';
import { type Credentials, describe } from './credentials.ts';
import { refusal, type ShownKey, shownKey } from './host-key.ts';
import { judge, type KnownHosts, knownName, knownTypes } from './known-hosts.ts';
import { type LoggedIn, login } from './login.ts';
import type { LoginFiles } from './login-files.ts';
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

async function known(host: string, access: SshAccess, files: LoginFiles): Promise<KnownHosts> {
  try {
    return await files.knownHosts(access.knownHosts);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Failure('host-key', `${host}: cannot read known_hosts: ${why}`, { host, cause: error });
  }
}

async function record(host: string, access: SshAccess, key: ShownKey, files: LoginFiles): Promise<void> {
  const file = access.knownHosts[0];
  if (file === undefined) return;
  try {
    await files.addKnownHost(file, knownName(access.host, access.port), key.type, key.base64);
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
 * @param files shared by all hosts of the run
 * @throws Failure `unreachable`, `timeout`, `host-key`, `auth`, `unsupported`, `interrupted`; `inventory` for a bad
 * proxy command
 */
export async function connectSsh(
  host: string,
  access: SshAccess,
  signal: AbortSignal,
  files: LoginFiles,
  tuning: SshTuning = defaultTuning(process.env),
): Promise<Transport> {
  const deadline = Date.now() + access.connectTimeoutSeconds * 1000;
  const { default: ssh2 } = await import('ssh2');
  const recorded = await known(host, access, files);
  const credentials = await files.credentials(access.identityFiles, tuning.agentSocket, ssh2);
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
      algorithms: algorithms(knownTypes(recorded, access.host, access.port)),
      acceptHostKey: (wire) => {
        const key = shownKey(wire);
        const verdict = judge(recorded, access.host, access.port, key.base64);
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
      if (unproven !== undefined) await recordOrHangUp(host, access, unproven, outcome, files);
      return new SshTransport(host, access.user, outcome);
    }
    if (refusedKey !== undefined) throw refusedKey;
    if (!isHungUp(outcome) || attempt >= tuning.tries) throw loginFailure(outcome, host, access, credentials);
    await delay(attempt * (200 + Math.random() * 800), undefined, { signal }).catch(() => undefined);
  }
}

async function recordOrHangUp(
  host: string,
  access: SshAccess,
  key: ShownKey,
  loggedIn: LoggedIn,
  files: LoginFiles,
): Promise<void> {
  try {
    await record(host, access, key, files);
  } catch (error) {
    loggedIn.socket.destroy();
    throw error;
  }
}
