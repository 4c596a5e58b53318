import { type ScryptOptions, createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';

/**
 * An encrypted value as text: `lvsctl-secret:v1:` and base64url of salt (16 bytes), nonce (12), tag (16) and ciphertext.
 * v1 is AES-256-GCM with a key of scrypt (N = 2^15, r = 8, p = 3); the version is authenticated too. A value costs the
 * derivation of its salt: values that are encrypted in one run share it, each with a nonce of its own.
 */
const PREFIX = 'lvsctl-secret:v1:';

const SALT = 16;
const NONCE = 12;
const TAG = 16;
const KEY = 32;
const HEAD = SALT + NONCE + TAG;

const SCRYPT: ScryptOptions = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 2 ** 20 };

/** bytes of a value */
export const LONGEST_SECRET = 64 * 1024;

/** Encrypted values in a text; each match is one. */
export const TOKENS = /lvsctl-secret:v\d{1,3}:[A-Za-z0-9_-]{1,100000}/g;

export type Decrypted =
  | { readonly status: 'decrypted'; readonly text: string }
  /** Of another version, or no encrypted value at all. */
  | { readonly status: 'malformed' }
  /** Encrypted with another key, or changed since. */
  | { readonly status: 'refused' };

/** Encrypts and decrypts with one passphrase, or the content of a key file. */
export interface Keyring {
  readonly encrypt: (text: string) => Promise<string>;
  readonly decrypt: (token: string) => Promise<Decrypted>;
}

export function openKeyring(passphrase: string): Keyring {
  const keys = new Map<string, Promise<Buffer>>();
  const keyFor = (salt: Buffer): Promise<Buffer> => {
    const name = salt.toString('hex');
    const known = keys.get(name) ?? deriveKey(passphrase, salt);
    keys.set(name, known);
    return known;
  };
  const own = randomBytes(SALT);
  return {
    encrypt: async (text) => {
      const nonce = randomBytes(NONCE);
      const cipher = createCipheriv('aes-256-gcm', await keyFor(own), nonce, { authTagLength: TAG });
      cipher.setAAD(Buffer.from(PREFIX));
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return `${PREFIX}${Buffer.concat([own, nonce, cipher.getAuthTag(), sealed]).toString('base64url')}`;
    },
    decrypt: async (token) => {
      const bytes = bytesOf(token);
      if (bytes === undefined) return { status: 'malformed' };
      const key = await keyFor(bytes.subarray(0, SALT));
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(SALT, SALT + NONCE), { authTagLength: TAG });
      decipher.setAAD(Buffer.from(PREFIX)).setAuthTag(bytes.subarray(SALT + NONCE, HEAD));
      try {
        const text = Buffer.concat([decipher.update(bytes.subarray(HEAD)), decipher.final()]);
        return { status: 'decrypted', text: text.toString('utf8') };
      } catch {
        return { status: 'refused' };
      }
    },
  };
}

function bytesOf(token: string): Buffer | undefined {
  if (!token.startsWith(PREFIX) || token.length > 2 * LONGEST_SECRET) return undefined;
  const text = token.slice(PREFIX.length);
  const bytes = Buffer.from(text, 'base64url');
  // Node skips what is not base64url.
  return bytes.length >= HEAD && bytes.toString('base64url') === text ? bytes : undefined;
}

function deriveKey(passphrase: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFC'), salt, KEY, SCRYPT, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
