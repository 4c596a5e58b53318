import { Failure } from '../failure.ts';

/** The fingerprints that are expected of each host. */
export type Fingerprints = ReadonlyMap<string, ReadonlySet<string>>;

/** Reads lines of host and fingerprint, such as `rs1 SHA256:…`; a host may have several. */
export function parseFingerprints(text: string, file: string): Fingerprints {
  const found = new Map<string, Set<string>>();
  for (const [index, line] of text.split('\n').entries()) {
    const words = line.trim().split(/\s+/);
    if (words[0] === '' || words[0]?.startsWith('#') === true) continue;
    const [host = '', fingerprint = ''] = words;
    if (!/^SHA256:[A-Za-z0-9+/]{43}$/.test(fingerprint)) {
      throw new Failure('inventory', `${file}:${index + 1}: not a host and its fingerprint.`, {
        hint: 'Write `rs1 SHA256:` and the 43 characters that `ssh-keygen -lf` prints behind it.',
      });
    }
    const others = found.get(host) ?? new Set<string>();
    found.set(host, others.add(fingerprint));
  }
  return found;
}
