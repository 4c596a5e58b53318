import type { Duplex } from 'node:stream';
import type { SshAccess } from './access.ts';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../failure.ts';
import { chosenAlgorithms } from './algorithm-lists.ts';
import { type Credentials, describe } from './credentials.ts';
import { refusal, type ShownKey, shownKey } from './host-key.ts';
import { hashedName, judge, type KnownHosts, knownName, knownTypes } from './known-hosts.ts';
import { jumpName } from './jump-hosts.ts';
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

/** @throws Failure `host-key` for files that cannot be read */
export async function knownHostsFor(host: string, access: SshAccess, files: LoginFiles): Promise<KnownHosts> {
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
    const name = knownName(access);
    await files.addKnownHost(file, access.hashKnownHosts === true ? hashedName(name) : name, key.type, key.base64);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Failure('host-key', `${host}: cannot record the new host key: ${why}`, { host, cause: error });
  }
}

function nothingToOffer(credentials: Credentials): boolean {
  const usesAgent = credentials.agentSocket !== undefined && credentials.agentOnlyNamed !== true;
  return credentials.keys.length === 0 && !usesAgent && credentials.password === undefined;
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
  return new SshTransport(host, access.user, await logIn(host, access, signal, files, tuning));
}

/** Logs in to a host, or to a jump host, which all hosts behind it share. */
async function logIn(
  host: string,
  access: SshAccess,
  signal: AbortSignal,
  files: LoginFiles,
  tuning: SshTuning,
): Promise<LoggedIn> {
  const { default: ssh2 } = await import('ssh2');
  const recorded = await knownHostsFor(host, access, files);
  const credentials = await credentialsFor(host, access, files, tuning, ssh2);
  const offered = chosenAlgorithms(host, access, knownTypes(recorded, access));
  let deadline: number | undefined;
  for (let attempt = 1; ; attempt += 1) {
    if (signal.aborted) throw new Failure('interrupted', `${host}: the login was interrupted`, { host });
    const through = await openJump(host, access, signal, files, tuning);
    // The time limit of a host does not include the login to its jump host.
    deadline ??= Date.now() + access.connectTimeoutSeconds * 1000;
    let unproven: ShownKey | undefined;
    let refusedKey: Failure | undefined;
    const outcome = await login(ssh2, {
      name: host,
      access,
      through,
      credentials,
      algorithms: offered,
      acceptHostKey: (wire) => {
        const key = shownKey(wire);
        const verdict = judge(recorded, access, key.base64);
        refusedKey = refusal(host, access, key, verdict);
        if (refusedKey === undefined && verdict.kind === 'unknown') unproven = key;
        return refusedKey === undefined;
      },
      keepalive:
        access.keepalive === undefined
          ? { ms: tuning.keepaliveMs, count: 3 }
          : { ms: access.keepalive.seconds * 1000, count: access.keepalive.count },
      withinMs: Math.max(1, deadline - Date.now()),
      signal,
    });
    if (outcome.kind === 'logged-in') {
      // Only now, after the host has proven possession of the private key.
      if (unproven !== undefined) await recordOrHangUp(host, access, unproven, outcome, files);
      return outcome;
    }
    if (refusedKey !== undefined) throw refusedKey;
    if (!isHungUp(outcome) || attempt >= tuning.tries) throw loginFailure(outcome, host, access, credentials);
    await delay(attempt * (200 + Math.random() * 800), undefined, { signal }).catch(() => undefined);
  }
}

/** A connection through the jump host of an access, if it has one. */
export async function openJump(
  host: string,
  access: SshAccess,
  signal: AbortSignal,
  files: LoginFiles,
  tuning: SshTuning,
): Promise<Duplex | undefined> {
  const { jump } = access;
  if (jump === undefined) return undefined;
  return await files.jumps.open(host, access, jump, signal, () => logIn(jumpName(jump), jump, signal, files, tuning));
}

/** @throws Failure `auth` when there is nothing to offer */
async function credentialsFor(
  host: string,
  access: SshAccess,
  files: LoginFiles,
  tuning: SshTuning,
  ssh2: typeof import('ssh2'),
): Promise<Credentials> {
  const socket = access.agent === undefined ? tuning.agentSocket : access.agent.socket;
  const all = await files.credentials(access.identityFiles, socket, ssh2);
  const credentials = { ...all, agentOnlyNamed: access.identitiesOnly === true, password: access.password };
  if (!nothingToOffer(credentials)) return credentials;
  throw new Failure(
    'auth',
    `${host}: cannot authenticate as ${access.user}: no SSH identity available: ${describe(credentials)}`,
    {
      host,
      hint: 'Add one with ssh.identity_file, generate one with `ssh-keygen -t ed25519`, or start ssh-agent.',
    },
  );
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
