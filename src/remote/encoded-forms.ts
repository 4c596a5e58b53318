/** Characters of a secret below which its encodings may be those of other text. */
const SHORT = 6;

/**
 * A secret as it appears in JSON, in a URL, in hexadecimal digits and in base64, of itself or of a text around it, such as
 * `user:password` of HTTP. base64 has three forms, as a secret may start at each byte of a group of three; bits that
 * depend on what is around it are left out.
 */
export function encodedForms(secret: string): readonly string[] {
  if (secret.length < SHORT) return [];
  const bytes = Buffer.from(secret);
  const hex = bytes.toString('hex');
  const url = encodeURIComponent(bytes.toString());
  const base64 = [0, 1, 2].flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/={1,2}$/, '');
    const start = Math.ceil((before * 8) / 6);
    const end = Math.floor(((before + bytes.length) * 8) / 6);
    const inner = whole.slice(start, end);
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });
  return [JSON.stringify(secret).slice(1, -1), url, url.replaceAll('%20', '+'), hex, hex.toUpperCase(), ...base64];
}
