import { describe, expect, it } from 'vitest';
import { parseFingerprints } from '../../../src/cli/fingerprints.ts';
import { Failure } from '../../../src/failure.ts';

const ONE = `SHA256:${'a'.repeat(43)}`;
const OTHER = `SHA256:${'b'.repeat(43)}`;

describe('a list of fingerprints', () => {
  it('has several of a host, comments and blank lines', () => {
    const found = parseFingerprints(`# from the console\n\nrs1 ${ONE} root@rs1\n  rs1\t${OTHER}\r\ndr1 ${ONE}`, 'list');
    expect([...found].map(([host, all]) => [host, [...all]])).toEqual([
      ['rs1', [ONE, OTHER]],
      ['dr1', [ONE]],
    ]);
  });

  it.each(['rs1', 'rs1 MD5:12', `rs1 ${ONE}x`, ONE])('refuses the line `%s` with its place', (line) => {
    expect(() => parseFingerprints(`dr1 ${ONE}\n${line}\n`, 'list')).toThrow(Failure);
    expect(() => parseFingerprints(`dr1 ${ONE}\n${line}\n`, 'list')).toThrow(
      /^list:2: not a host and its fingerprint\.$/,
    );
  });
});
