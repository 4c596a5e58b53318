import { describe, expect, it } from 'vitest';
import { withoutSha1 } from '../../../src/remote/agent.ts';
import { newKeys } from '../../support/ssh-keys.ts';

describe('a key that does not sign with SHA-1', () => {
  it('signs with everything else, and is a key to ssh2', async () => {
    const keys = await newKeys();
    const { default: ssh2 } = await import('ssh2');
    const parsed = ssh2.utils.parseKey((await keys.make('rsa', 'rsa')).private);
    if (parsed instanceof Error) throw parsed;
    const key = withoutSha1(parsed);
    const data = Buffer.from('data');
    expect(ssh2.utils.parseKey(key)).toBe(key);
    expect(key.verify(data, key.sign(data, 'sha256'), 'sha256')).toBe(true);
    expect(key.sign(data, 'sha1')).toBeInstanceOf(Error);
    await keys.remove();
  });
});
