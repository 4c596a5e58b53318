import type { Algorithms } from 'ssh2';

/** What OpenSSH calls a key's type, and the signatures that such a host key can make; never SHA-1. */
const SIGNATURES: Readonly<Record<string, readonly ServerHostKey[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
};

type ServerHostKey =
  NonNullable<Algorithms['serverHostKey']> extends infer List
    ? List extends readonly (infer One)[]
      ? One
      : never
    : never;

/**
 * What is offered to a server: a subset of what OpenSSH 9 offers by default, the cheapest of the modern ones first.
 * AES-GCM is ahead of ChaCha20, which ssh2 computes in JavaScript.
 *
 * @param knownTypes the key types that are known for this host; they are asked for first, as OpenSSH does: else a host
 * known by one key would look changed because it has another one too.
 */
export function algorithms(knownTypes: readonly string[]): Algorithms {
  const types = [...new Set([...knownTypes, ...Object.keys(SIGNATURES)])];
  return {
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
    compress: ['none'],
    serverHostKey: types.flatMap((type) => SIGNATURES[type] ?? []),
  };
}
