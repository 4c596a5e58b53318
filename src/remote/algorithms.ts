import type { Algorithms } from 'ssh2';

/** Signature algorithms of a host key by its type, in OpenSSH's names; never SHA-1. */
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
 * The algorithms offered to a server: a subset of OpenSSH 9's defaults, the cheapest modern ones first. AES-GCM
 * precedes ChaCha20, which ssh2 computes in JavaScript.
 *
 * @param knownTypes the key types recorded for this host. They come first, as with OpenSSH: otherwise a host with keys
 * of two types would appear to have changed its key.
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
