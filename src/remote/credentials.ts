import { readFile } from 'node:fs/promises';
import type { ParsedKey } from 'ssh2';
import { withoutSha1 } from './agent.ts';
import type { Secret } from '../text/secret.ts';
import { publicHalf } from './public-half.ts';

type Ssh2 = typeof import('ssh2');

/** A key in a file: its private half, or the public half of a key that the ssh agent may hold. */
export type NamedKey =
  | { readonly file: string; readonly key: ParsedKey }
  | {
      readonly file: string;
      /** in wire format */
      readonly publicHalf: Buffer;
    };

/** What can be offered at a login, and what cannot, with reasons. */
export interface Credentials {
  /** In the order of the inventory and of the offers; sshd closes the connection at the sixth. */
  readonly keys: readonly NamedKey[];
  /** Path of the ssh agent's socket; undefined when there is none. */
  readonly agentSocket: string | undefined;
  /** For sshd's that ask for it, after all keys. */
  readonly password?: Secret | undefined;
  /** Whether the agent offers only the keys that a file names. */
  readonly agentOnlyNamed?: boolean;
  /** Such as `~/.ssh/id_rsa (encrypted; load it into an ssh agent)`. */
  readonly skipped: readonly string[];
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
}

/** ssh2's words for a key that needs a passphrase. */
const ENCRYPTED = /^encrypted/i;

type Read =
  | { readonly file: string; readonly key: ParsedKey }
  | { readonly file: string; readonly why: string; readonly publicHalf: Buffer | undefined };

async function readKey(file: string, ssh2: Ssh2, passphrase: Secret | undefined): Promise<Read> {
  let text: Buffer;
  try {
    text = await readFile(file);
  } catch (error) {
    const code = codeOf(error);
    const why = code === 'ENOENT' || code === 'ENOTDIR' ? 'missing' : `cannot be read: ${code}`;
    return { file, why, publicHalf: await publicHalf(file, '') };
  }
  const half = await publicHalf(file, text.toString('latin1'));
  const key = ssh2.utils.parseKey(text, passphrase?.reveal()) as ParsedKey | ParsedKey[] | Error;
  if (key instanceof Error) {
    return {
      file,
      why: ENCRYPTED.test(key.message) ? 'encrypted; load it into an ssh agent' : 'not a readable private key',
      publicHalf: half,
    };
  }
  const only = Array.isArray(key) ? key[0] : key;
  if (only?.isPrivateKey() !== true) return { file, why: 'a public key, not a private one', publicHalf: half };
  return { file, key: withoutSha1(only) };
}

/**
 * Reads the keys in order. Never fails: unusable files are skipped with a reason. With an ssh agent, an encrypted file
 * or a public half still selects a key of the agent.
 */
export async function readCredentials(
  files: readonly string[],
  agentSocket: string | undefined,
  ssh2: Ssh2,
  passphrases: ReadonlyMap<string, Secret> = new Map(),
): Promise<Credentials> {
  const read = await Promise.all(files.map((file) => readKey(file, ssh2, passphrases.get(file))));
  const agent = agentSocket === '' ? undefined : agentSocket;
  const named = read.map((one): NamedKey | { readonly skipped: string } => {
    if ('key' in one) return one;
    const { file, why, publicHalf: half } = one;
    return agent === undefined || half === undefined ? { skipped: `${file} (${why})` } : { file, publicHalf: half };
  });
  return {
    keys: named.flatMap((one) => ('file' in one ? [one] : [])),
    agentSocket: agent,
    skipped: named.flatMap((one) => ('skipped' in one ? [one.skipped] : [])),
  };
}

/** Lists for the user which keys were tried and which were skipped. */
export function describe(credentials: Credentials): string {
  const tried = credentials.keys.map((one) => ('key' in one ? one.file : `${one.file} (if the ssh agent holds it)`));
  if (credentials.agentSocket !== undefined && credentials.agentOnlyNamed !== true)
    tried.push('the keys of the ssh agent');
  if (credentials.password !== undefined) tried.push('the password');
  const offered = tried.length === 0 ? 'no key offered' : `tried ${tried.join(', ')}`;
  return credentials.skipped.length === 0 ? offered : `${offered}; skipped ${credentials.skipped.join(', ')}`;
}

/** The files among these that hold an encrypted private key, each with its public half. */
export async function encryptedKeys(
  files: readonly string[],
  ssh2: Ssh2,
): Promise<readonly { readonly file: string; readonly publicHalf: Buffer | undefined }[]> {
  const read = await Promise.all(files.map((file) => readKey(file, ssh2, undefined)));
  return read.flatMap((one) => ('why' in one && one.why.startsWith('encrypted') ? [one] : []));
}

/** Whether a passphrase opens the private key in a file. */
export async function opensKey(file: string, passphrase: Secret, ssh2: Ssh2): Promise<boolean> {
  return 'key' in (await readKey(file, ssh2, passphrase));
}
