import type { Algorithms } from 'ssh2';

/** Signature algorithms of a host key by its type, in OpenSSH's names; never SHA-1. */
const SIGNATURES: ReadonlyMap<string, readonly ServerHostKey[]> = new Map(
  Object.entries<readonly ServerHostKey[]>({
    'ssh-ed25519': ['ssh-ed25519'],
    'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
    'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
    'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
    'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
  }),
);

type ServerHostKey =
  NonNullable<Algorithms['serverHostKey']> extends infer List
    ? List extends readonly (infer One)[]
      ? One
      : never
    : never;

/** A subset of OpenSSH 9's defaults, the cheapest modern ones first. AES-GCM precedes ChaCha20, which ssh2 computes in JavaScript. */
const STRONG = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group-exchange-sha256',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group18-sha512',
    'diffie-hellman-group14-sha256',
  ],
  cipher: [
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
    'aes128-ctr',
    'aes192-ctr',
    'aes256-ctr',
    'chacha20-poly1305@openssh.com',
  ],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
} satisfies Algorithms;

/**
 * The algorithms offered to a server.
 *
 * @param knownTypes the key types recorded for this host. They come first, as with OpenSSH: otherwise a host with keys
 * of two types would appear to have changed its key.
 */
export function algorithms(knownTypes: readonly string[]): Algorithms {
  const types = [...new Set([...knownTypes, ...SIGNATURES.keys()])];
  return {
    ...STRONG,
    compress: ['none'],
    serverHostKey: types.flatMap((type) => SIGNATURES.get(type) ?? []),
  };
}

/** All that ssh2 can do, for those who ask for it by name; older devices need the last ones. */
export const SUPPORTED: Readonly<Record<'kex' | 'cipher' | 'hmac' | 'serverHostKey', readonly string[]>> = {
  kex: [
    ...STRONG.kex,
    'diffie-hellman-group15-sha512',
    'diffie-hellman-group17-sha512',
    'diffie-hellman-group14-sha1',
    'diffie-hellman-group-exchange-sha1',
    'diffie-hellman-group1-sha1',
  ],
  cipher: [...STRONG.cipher, 'aes256-cbc', 'aes192-cbc', 'aes128-cbc', '3des-cbc'],
  hmac: [...STRONG.hmac, 'hmac-sha1-etm@openssh.com', 'hmac-sha1'],
  serverHostKey: [...new Set([...SIGNATURES.values()].flat()), 'ssh-rsa'],
};
