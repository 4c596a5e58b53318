import { Failure } from '../failure.ts';
import type { SshAccess } from './access.ts';
import { chosenAlgorithms } from './algorithm-lists.ts';
import type { Credentials } from './credentials.ts';
import { type ShownKey, shownKey } from './host-key.ts';
import { judge, knownTypes, type Verdict } from './known-hosts.ts';
import { login } from './login.ts';
import { loginFailure } from './login-failure.ts';
import type { LoginFiles } from './login-files.ts';
import { defaultTuning, knownHostsFor, openJump, type SshTuning } from './ssh.ts';

export interface FetchedKey {
  readonly key: ShownKey;
  /** What the known_hosts files say of it. */
  readonly verdict: Verdict;
}

const NO_CREDENTIALS: Credentials = { keys: [], agentSocket: undefined, skipped: [] };

/**
 * The key that a host presents, without logging in to it. Its jump hosts are logged in to, and their keys must be known.
 * @throws Failure as `connectSsh`
 */
export async function fetchHostKey(
  host: string,
  access: SshAccess,
  signal: AbortSignal,
  files: LoginFiles,
  tuning: SshTuning = defaultTuning(process.env),
): Promise<FetchedKey> {
  const { default: ssh2 } = await import('ssh2');
  const recorded = await knownHostsFor(host, access, files);
  let found: ShownKey | undefined;
  const outcome = await login(ssh2, {
    name: host,
    access,
    through: await openJump(host, access, signal, files, tuning),
    credentials: NO_CREDENTIALS,
    algorithms: chosenAlgorithms(host, access, knownTypes(recorded, access)),
    // Possession of the private key is proven at each login; a foreign public key here gains an impostor nothing.
    acceptHostKey: (wire) => {
      found = shownKey(wire);
      return false;
    },
    keepalive: { ms: 0, count: 0 },
    withinMs: access.connectTimeoutSeconds * 1000,
    signal,
  });
  if (found !== undefined) return { key: found, verdict: judge(recorded, access, found.base64) };
  if (outcome.kind === 'trouble') throw loginFailure(outcome, host, access, NO_CREDENTIALS);
  outcome.socket.destroy();
  throw new Failure('unsupported', `${host}: presented no host key`, { host });
}
