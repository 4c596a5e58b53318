import { readFile } from 'node:fs/promises';

const MAGIC = 'openssh-key-v1\0';
const BEGIN = '-----BEGIN OPENSSH PRIVATE KEY-----';

/** A length-prefixed field of the wire format (RFC 4251 §5), and the rest. */
function field(bytes: Buffer): { readonly value: Buffer; readonly rest: Buffer } | undefined {
  if (bytes.length < 4) return undefined;
  const end = 4 + bytes.readUInt32BE(0);
  return bytes.length < end ? undefined : { value: bytes.subarray(4, end), rest: bytes.subarray(end) };
}

/** The public key in OpenSSH's private key format, in which it is not encrypted (PROTOCOL.key of OpenSSH). */
function fromPrivateFile(text: string): Buffer | undefined {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf('-----END', begin);
  if (begin < 0 || end < 0) return undefined;
  const bytes = Buffer.from(text.slice(begin + BEGIN.length, end), 'base64');
  if (!bytes.subarray(0, MAGIC.length).equals(Buffer.from(MAGIC))) return undefined;
  const cipher = field(bytes.subarray(MAGIC.length));
  const derivation = cipher && field(cipher.rest);
  const options = derivation && field(derivation.rest);
  // The number of keys, which is always one.
  return options && field(options.rest.subarray(4))?.value;
}

/** The key in a line of a .pub file as written by ssh-keygen(1). */
function fromPublicLine(text: string): Buffer | undefined {
  const [type, base64] = text.trimStart().split(/[ \t\r\n]/, 2);
  if (type === undefined || base64 === undefined) return undefined;
  const wire = Buffer.from(base64, 'base64');
  return field(wire)?.value.toString('latin1') === type ? wire : undefined;
}

/**
 * The public half of an identity file in wire format: from a private key in OpenSSH's format, a public key, or the .pub
 * file beside it. Undefined if there is none.
 */
export async function publicHalf(file: string, text: string): Promise<Buffer | undefined> {
  const own = fromPrivateFile(text) ?? fromPublicLine(text);
  if (own !== undefined) return own;
  try {
    return fromPublicLine(await readFile(`${file}.pub`, 'utf8'));
  } catch {
    return undefined;
  }
}
