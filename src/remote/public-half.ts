import { readFile } from 'node:fs/promises';

const MAGIC = 'openssh-key-v1\0';
const BEGIN = '-----BEGIN OPENSSH PRIVATE KEY-----';

/** A field of the wire format with its length ahead (RFC 4251 §5), and what follows it. */
function field(bytes: Buffer): { readonly value: Buffer; readonly rest: Buffer } | undefined {
  if (bytes.length < 4) return undefined;
  const end = 4 + bytes.readUInt32BE(0);
  return bytes.length < end ? undefined : { value: bytes.subarray(4, end), rest: bytes.subarray(end) };
}

/** The public key in OpenSSH's own format of private keys, where it stands unencrypted (PROTOCOL.key of OpenSSH). */
function fromPrivateFile(text: string): Buffer | undefined {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf('-----END', begin);
  if (begin < 0 || end < 0) return undefined;
  const bytes = Buffer.from(text.slice(begin + BEGIN.length, end), 'base64');
  if (!bytes.subarray(0, MAGIC.length).equals(Buffer.from(MAGIC))) return undefined;
  const cipher = field(bytes.subarray(MAGIC.length));
  const derivation = cipher && field(cipher.rest);
  const options = derivation && field(derivation.rest);
  // The number of keys comes first; it is always one.
  return options && field(options.rest.subarray(4))?.value;
}

/** The key of a line as ssh-keygen(1) writes it into a .pub file. */
function fromPublicLine(text: string): Buffer | undefined {
  const [type, base64] = text.trimStart().split(/[ \t\r\n]/, 2);
  if (type === undefined || base64 === undefined) return undefined;
  const wire = Buffer.from(base64, 'base64');
  return field(wire)?.value.toString('latin1') === type ? wire : undefined;
}

/**
 * The public half of the key that an identity file names, as it goes over the wire: of a private key in OpenSSH's format,
 * of a public one, or of the .pub file beside it. undefined when there is none.
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
