import { readFile } from 'node:fs/promises';
import type { ParsedKey } from 'ssh2';
import { withoutSha1 } from './agent.ts';

type Ssh2 = typeof import('ssh2');

/** What can be offered for a login, and why the rest cannot. */
export interface Credentials {
  readonly keys: readonly { readonly file: string; readonly key: ParsedKey }[];
  /** Path of the ssh agent's socket; undefined when there is none. */
  readonly agentSocket: string | undefined;
  /** As in `~/.ssh/id_rsa (encrypted, and its key is not offered without the agent)`. */
  readonly skipped: readonly string[];
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
}

type Read = { readonly file: string; readonly key: ParsedKey } | { readonly file: string; readonly why: string };

async function readKey(file: string, ssh2: Ssh2): Promise<Read> {
  let text: Buffer;
  try {
    text = await readFile(file);
  } catch (error) {
    const code = codeOf(error);
    return { file, why: code === 'ENOENT' || code === 'ENOTDIR' ? 'missing' : `cannot be read: ${code}` };
  }
  const key = ssh2.utils.parseKey(text) as ParsedKey | ParsedKey[] | Error;
  if (key instanceof Error) {
    return {
      file,
      why: /^encrypted/i.test(key.message)
        ? 'encrypted; load it into an ssh agent'
        : 'not a private key that can be read',
    };
  }
  const only = Array.isArray(key) ? key[0] : key;
  if (only?.isPrivateKey() !== true) return { file, why: 'a public key, not a private one' };
  return { file, key: withoutSha1(only) };
}

/** Reads the private keys, in order. Nothing here fails: what cannot be used is passed over with a reason. */
export async function readCredentials(
  files: readonly string[],
  agentSocket: string | undefined,
  ssh2: Ssh2,
): Promise<Credentials> {
  const read = await Promise.all(files.map((file) => readKey(file, ssh2)));
  return {
    keys: read.flatMap((one) => ('key' in one ? [one] : [])),
    agentSocket: agentSocket === '' ? undefined : agentSocket,
    skipped: read.flatMap((one) => ('why' in one ? [`${one.file} (${one.why})`] : [])),
  };
}

/** The keys and the agent as a list for a person: what was tried, and what was passed over. */
export function describe(credentials: Credentials): string {
  const tried = credentials.keys.map(({ file }) => file);
  if (credentials.agentSocket !== undefined) tried.push('the keys of the ssh agent');
  const offered = tried.length === 0 ? 'no key was offered' : `tried ${tried.join(', ')}`;
  return credentials.skipped.length === 0 ? offered : `${offered}; passed over ${credentials.skipped.join(', ')}`;
}
