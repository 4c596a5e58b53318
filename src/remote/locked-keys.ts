import type { ParsedKey } from 'ssh2';
import type { Access, SshAccess } from './access.ts';
import { encryptedKeys, readCredentials } from './credentials.ts';
import { defaultTuning } from './ssh.ts';

/**
 * The encrypted private keys without which a host cannot be logged in to by key: no other file of it has a usable key,
 * and the ssh agent does not hold it. Each file once, jump hosts included.
 */
export async function lockedKeys(
  accesses: readonly Access[],
  environment: NodeJS.ProcessEnv,
): Promise<readonly string[]> {
  const kinds = new Map<string, { readonly files: readonly string[]; readonly socket: string | undefined }>();
  for (const access of accesses.flatMap(withJumps)) {
    if (access.password !== undefined || access.openssh !== undefined) continue;
    const socket = access.agent === undefined ? defaultTuning(environment).agentSocket : access.agent.socket;
    kinds.set([socket ?? '', ...access.identityFiles].join('\0'), { files: access.identityFiles, socket });
  }
  const locked = await Promise.all([...kinds.values()].map(({ files, socket }) => lockedAmong(files, socket)));
  return [...new Set(locked.flat())];
}

/** A host with the jump hosts on the way to it. */
function withJumps(access: Access): readonly SshAccess[] {
  if (access.kind !== 'ssh') return [];
  return access.jump === undefined ? [access] : [access, ...withJumps(access.jump)];
}

async function lockedAmong(files: readonly string[], socket: string | undefined): Promise<readonly string[]> {
  const { default: ssh2 } = await import('ssh2');
  const { keys } = await readCredentials(files, undefined, ssh2);
  if (keys.length > 0) return [];
  const encrypted = await encryptedKeys(files, ssh2);
  if (encrypted.length === 0) return [];
  const held = socket === undefined || socket === '' ? [] : await keysOfAgent(socket, ssh2);
  const isHeld = (half: Buffer | undefined): boolean => half !== undefined && held.some((one) => one.equals(half));
  return encrypted.some(({ publicHalf }) => isHeld(publicHalf)) ? [] : encrypted.map(({ file }) => file);
}

/** The public halves of the keys that an agent holds; none if it does not answer. */
function keysOfAgent(socket: string, ssh2: typeof import('ssh2')): Promise<readonly Buffer[]> {
  return new Promise((resolve) => {
    new ssh2.OpenSSHAgent(socket).getIdentities((_error, keys) => {
      resolve(((keys as ParsedKey[] | undefined) ?? []).map((key) => key.getPublicSSH()));
    });
  });
}
