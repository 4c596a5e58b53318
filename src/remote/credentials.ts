import { readFile } from 'node:fs/promises';
import type { ParsedKey } from 'ssh2';
import { withoutSha1 } from './agent.ts';
import { publicHalf } from './public-half.ts';

type Ssh2 = typeof import('ssh2');

/** A key that is named by a file: its private half, or the public one of a key that the ssh agent may hold. */
export type NamedKey =
  | { readonly file: string; readonly key: ParsedKey }
  | {
      readonly file: string;
      /** as it goes over the wire */
      readonly publicHalf: Buffer;
    };

/** What can be offered for a login, and why the rest cannot. */
export interface Credentials {
  /** In the order of the inventory, which is that of the offers: sshd counts them, and closes at the sixth. */
  readonly keys: readonly NamedKey[];
  /** Path of the ssh agent's socket; undefined when there is none. */
  readonly agentSocket: string | undefined;
  /** As in `~/.ssh/id_rsa (encrypted, and its key is not offered without the agent)`. */
  readonly skipped: readonly string[];
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
}

type Read =
  | { readonly file: string; readonly key: ParsedKey }
  | { readonly file: string; readonly why: string; readonly publicHalf: Buffer | undefined };

async function readKey(file: string, ssh2: Ssh2): Promise<Read> {
  let text: Buffer;
  try {
    text = await readFile(file);
  } catch (error) {
    const code = codeOf(error);
    const why = code === 'ENOENT' || code === 'ENOTDIR' ? 'missing' : `cannot be read: ${code}`;
    return { file, why, publicHalf: await publicHalf(file, '') };
  }
  const half = await publicHalf(file, text.toString('latin1'));
  const key = ssh2.utils.parseKey(text) as ParsedKey | ParsedKey[] | Error;
  if (key instanceof Error) {
    return {
      file,
      why: /^encrypted/i.test(key.message)
        ? 'encrypted; load it into an ssh agent'
        : 'not a private key that can be read',
      publicHalf: half,
    };
  }
  const only = Array.isArray(key) ? key[0] : key;
  if (only?.isPrivateKey() !== true) return { file, why: 'a public key, not a private one', publicHalf: half };
  return { file, key: withoutSha1(only) };
}

/**
 * Reads the keys, in order. Nothing here fails: what cannot be used is passed over with a reason. Where there is an ssh
 * agent a file that is encrypted, or has a public half only, still says which of the agent's keys is meant.
 */
export async function readCredentials(
  files: readonly string[],
  agentSocket: string | undefined,
  ssh2: Ssh2,
): Promise<Credentials> {
  const read = await Promise.all(files.map((file) => readKey(file, ssh2)));
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

/** The keys and the agent as a list for a person: what was tried, and what was passed over. */
export function describe(credentials: Credentials): string {
  const tried = credentials.keys.map((one) => ('key' in one ? one.file : `${one.file} (if the ssh agent holds it)`));
  if (credentials.agentSocket !== undefined) tried.push('the keys of the ssh agent');
  const offered = tried.length === 0 ? 'no key offered' : `tried ${tried.join(', ')}`;
  return credentials.skipped.length === 0 ? offered : `${offered}; skipped ${credentials.skipped.join(', ')}`;
}
