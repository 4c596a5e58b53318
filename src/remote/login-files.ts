import { type Credentials, readCredentials } from './credentials.ts';
import type { Secret } from '../text/secret.ts';
import { JumpHosts } from './jump-hosts.ts';
import { KnownHosts } from './known-hosts.ts';
import { addKnownHost, readKnownHosts } from './known-hosts-file.ts';

type Ssh2 = typeof import('ssh2');

/**
 * What the logins of a run share: connections to jump hosts, and files, read once for all hosts of a run: with hundreds of hosts, reading and parsing them for each
 * takes longer than the logins.
 */
export class LoginFiles {
  readonly jumps = new JumpHosts();
  readonly #knownHosts = new Map<string, Promise<KnownHosts>>();
  readonly #passphrases = new Map<string, Secret>();
  readonly #credentials = new Map<string, Promise<Credentials>>();

  /** @throws errors of `node:fs` for unreadable files */
  knownHosts(files: readonly string[]): Promise<KnownHosts> {
    return once(this.#knownHosts, files, async () => new KnownHosts(await readKnownHosts(files)));
  }

  /** Appends a host to a file, for later logins too. */
  async addKnownHost(file: string, name: string, keyType: string, key: string): Promise<void> {
    await addKnownHost(file, name, keyType, key);
    this.forgetKnownHosts();
  }

  /** Reads known_hosts again at the next login. */
  forgetKnownHosts(): void {
    this.#knownHosts.clear();
  }

  /** Opens the encrypted private key in a file at later logins. */
  addPassphrase(file: string, passphrase: Secret): void {
    this.#passphrases.set(file, passphrase);
    this.#credentials.clear();
  }

  /** @param agentSocket path of the ssh agent's socket */
  credentials(files: readonly string[], agentSocket: string | undefined, ssh2: Ssh2): Promise<Credentials> {
    return once(this.#credentials, [agentSocket ?? '', ...files], () =>
      readCredentials(files, agentSocket, ssh2, this.#passphrases),
    );
  }
}

function once<T>(read: Map<string, Promise<T>>, files: readonly string[], load: () => Promise<T>): Promise<T> {
  const key = files.join('\0');
  const earlier = read.get(key);
  if (earlier !== undefined) return earlier;
  const now = load();
  read.set(key, now);
  return now;
}
