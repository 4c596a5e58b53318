import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/failure.ts';
import { sh } from '../../../src/remote/command.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { patient } from '../../support/ssh-access.ts';

describe('a fake host', () => {
  it('returns the given result, also line by line', async () => {
    const host = fakeHost('dr1', [{ script: 'uname -r', gives: { stdout: '6.1\nend' } }]);
    const seen: string[] = [];
    const result = await host.run(sh`uname -r`, patient({ onLine: (line) => seen.push(line) }));
    expect(result).toEqual({ exitCode: 0, stdout: '6.1\nend', stderr: '' });
    expect(seen).toEqual(['6.1', 'end']);
    expect(host.ran).toEqual(['uname -r']);
  });

  it('answers the same script differently the second time', async () => {
    const host = fakeHost('dr1', [
      { script: sh`true`, gives: { exitCode: 1 } },
      { script: { name: 'anything', matches: () => true }, gives: () => ({ exitCode: 2 }), times: 'any' },
    ]);
    expect((await host.run(sh`true`, patient())).exitCode).toBe(1);
    expect((await host.run(sh`true`, patient())).exitCode).toBe(2);
  });

  it('throws a given Failure', async () => {
    const failure = new Failure('connection-lost', 'dr1: gone');
    const host = fakeHost('dr1', [{ script: 'true', gives: failure }]);
    await expect(host.run(sh`true`, patient())).rejects.toBe(failure);
  });

  it.fails('fails the test on an unexpected command, even when the error is swallowed', async () => {
    const host = fakeHost('dr1', []);
    await host.run(sh`rm -rf /`, patient()).catch(() => undefined);
    host.assertAllUsed();
  });

  it.fails('fails the test on a command that never came', () => {
    fakeHost('dr1', [{ script: 'true', gives: {} }]).assertAllUsed();
  });

  it('runs nothing once it is closed, or interrupted', async () => {
    const host = fakeHost('dr1', []);
    const signal = AbortSignal.abort();
    await expect(host.run(sh`true`, patient({ signal }))).rejects.toMatchObject({ code: 'interrupted' });
    host.close();
    expect(host.closed).toBe(true);
    await expect(host.run(sh`true`, patient())).rejects.toMatchObject({ code: 'connection-lost' });
  });
});
