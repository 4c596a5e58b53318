import { chmodSync, existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BUSY, FENCED, fence, fenceUnlessTaken, holdLease } from '../../../src/apply/lease.ts';
import { type Command, lines, sh } from '../../../src/remote/command.ts';
import { type LeaseFolder, leaseFolder, uptime } from '../../support/lease-folder.ts';
import { startSession } from '../../support/lease-session.ts';
import { SHELLS, runIn } from '../../support/shells.ts';

describe.each(SHELLS)('a lease in $name', (shell) => {
  const hold = (folder: LeaseFolder, nonce: string, owner = 'me@desk: deploy') =>
    startSession(shell, folder.of(holdLease(nonce, owner, 30)));
  const run = (folder: LeaseFolder, command: Command) => runIn(shell, folder.of(command));
  const acting = (guard: Command): Command => lines([guard, sh`echo acted`]);

  it('is taken in a folder that only root can enter, and returned on release', async () => {
    const folder = leaseFolder();
    const session = await hold(folder, 'aa', String.raw`DOMAIN\new "me" on $HOME`);
    expect(session.said).toEqual(['locked']);
    expect(statSync(folder.path).mode & 0o777).toBe(0o700);
    for (const name of ['lease', 'mutex', 'running'])
      expect(statSync(join(folder.path, name)).mode & 0o777).toBe(0o600);
    expect(folder.lease()).toMatch(/^aa \d+ \d+\nDOMAIN\\new "me" on \$HOME\n$/);
    await session.ask('release');
    expect(await session.ended).toBe(0);
    expect(existsSync(join(folder.path, 'lease'))).toBe(false);
  });

  it('is returned when the connection is lost', async () => {
    const folder = leaseFolder();
    const session = await hold(folder, 'aa');
    session.cut();
    await session.ended;
    expect(existsSync(join(folder.path, 'lease'))).toBe(false);
  });

  it('outlives a killed shell until it expires', async () => {
    const folder = leaseFolder();
    const session = await hold(folder, 'aa');
    session.child.kill('SIGKILL');
    await session.ended;
    expect(run(folder, acting(fence('aa'))).stdout).toBe('acted\n');
  });

  it('is extended by each heartbeat', async () => {
    const folder = leaseFolder();
    const session = await hold(folder, 'aa');
    folder.hold('aa', 3, 'me@desk: deploy');
    expect(await session.ask('beat')).toBe('kept');
    expect(Number(folder.lease().split(/\s/)[1]) - uptime()).toBeGreaterThan(20);
  });

  it('is refused while another run holds it, with its ID, remaining seconds and owner', async () => {
    const folder = leaseFolder();
    folder.hold('bb', 300);
    const session = await hold(folder, 'aa');
    expect(session.said[0]).toMatch(/^held bb \d+ eve@desk: deploy$/);
    expect(await session.ended).toBe(BUSY);
    expect(folder.lease()).toMatch(/^bb /);
  });

  it('is available as soon as the holder releases it', async () => {
    const folder = leaseFolder();
    const first = await hold(folder, 'bb');
    const second = hold(folder, 'aa');
    await first.ask('release');
    expect((await second).said).toEqual(['locked']);
  });

  it('is taken over after it expires, and the former holder learns by whom', async () => {
    const folder = leaseFolder();
    const first = await hold(folder, 'bb', 'eve@desk: deploy');
    folder.hold('bb', -1);
    expect((await hold(folder, 'aa')).said).toEqual(['locked']);
    expect(await first.ask('beat')).toBe('lost another run has taken it (ID aa): me@desk: deploy');
    expect(await first.ended).toBe(FENCED);
    expect(folder.lease()).toMatch(/^aa /);
  });

  it('cannot be revived after it has expired', async () => {
    const folder = leaseFolder();
    const session = await hold(folder, 'aa');
    folder.hold('aa', 0);
    expect(await session.ask('beat')).toBe('lost it expired without a heartbeat');
  });

  it('survives the end of its former connection after the run has renewed it over a new one', async () => {
    const folder = leaseFolder();
    const former = await hold(folder, 'aa');
    const renewed = await hold(folder, 'aa');
    expect(renewed.said).toEqual(['locked']);
    former.cut();
    await former.ended;
    expect(await renewed.ask('beat')).toBe('kept');
  });

  it('is lost when its file is removed', async () => {
    const folder = leaseFolder();
    const session = await hold(folder, 'aa');
    writeFileSync(join(folder.path, 'lease'), '');
    expect(await session.ask('beat')).toMatch(/^lost it was broken/);
  });

  it.each(['', 'garbage', 'bb\n', 'bb soon\neve\n', 'bb 99999999999999999999999\neve\n'])(
    'that cannot be read (%j) is none',
    async (text) => {
      const folder = leaseFolder();
      folder.hold('bb', 300);
      writeFileSync(join(folder.path, 'lease'), text);
      expect(run(folder, acting(fence('bb'))).exitCode).toBe(FENCED);
      expect((await hold(folder, 'aa')).said).toEqual(['locked']);
    },
  );

  it('makes an accessible folder private before it uses it', async () => {
    const folder = leaseFolder();
    mkdirSync(folder.path);
    chmodSync(folder.path, 0o755);
    expect((await hold(folder, 'aa')).said).toEqual(['locked']);
    expect(statSync(folder.path).mode & 0o777).toBe(0o700);
  });

  it('refuses a path that is not a folder', async () => {
    const file = leaseFolder();
    writeFileSync(file.path, '');
    const link = leaseFolder();
    mkdirSync(`${link.path}.real`, { mode: 0o700 });
    symlinkSync(`${link.path}.real`, link.path);
    for (const folder of [file, link]) {
      const { exitCode, stdout, stderr } = run(folder, holdLease('aa', 'me', 30));
      expect([exitCode, stdout]).toEqual([1, '']);
      expect(stderr).toContain('is not a directory owned by root');
    }
  });

  it('is not taken without flock', () => {
    const folder = leaseFolder();
    const without = sh`command() { return 1; }`;
    const { exitCode, stderr } = run(folder, lines([without, holdLease('aa', 'me', 30)]));
    expect([exitCode, stderr]).toEqual([1, 'flock is not installed\n']);
  });

  it('is refused while a script of an ended run is running, with its process and owner', async () => {
    const folder = leaseFolder();
    folder.hold('bb', 300);
    const script = await startSession(shell, folder.of(lines([fence('bb'), sh`echo working; read -r _`])));
    folder.hold('bb', -1);
    const session = await hold(folder, 'aa');
    expect(session.said).toEqual([`left ${script.child.pid} eve@desk: deploy`]);
    expect(await session.ended).toBe(BUSY);
    script.cut();
    await script.ended;
    expect((await hold(folder, 'aa')).said).toEqual(['locked']);
  });

  describe('fences a script', () => {
    it.each([
      ['of the run that holds it', 'aa', 30, 0, 0],
      ['whose run has let it expire', 'aa', 0, FENCED, 0],
      ['of another run', 'bb', 30, FENCED, FENCED],
      ['when another run has let it expire', 'bb', 0, FENCED, 0],
    ])('%s', (_, nonce, seconds, change, undo) => {
      const folder = leaseFolder();
      folder.hold(nonce, seconds);
      const changed = run(folder, acting(fence('aa')));
      expect([changed.exitCode, changed.stdout]).toEqual([change, change === 0 ? 'acted\n' : '']);
      const undone = run(folder, acting(fenceUnlessTaken('aa')));
      expect([undone.exitCode, undone.stdout]).toEqual([undo, undo === 0 ? 'acted\n' : '']);
    });

    it('after a restart of the host, when there is no lease at all', () => {
      const folder = leaseFolder();
      const changed = run(folder, acting(fence('aa')));
      expect([changed.exitCode, changed.stderr]).toEqual([FENCED, 'the lock of this run has expired, or was broken\n']);
      expect(run(folder, acting(fenceUnlessTaken('aa'))).stdout).toBe('acted\n');
    });

    it('and says who has taken the lease', () => {
      const folder = leaseFolder();
      folder.hold('bb', 30);
      expect(run(folder, fence('aa')).stderr).toBe('another run has taken the lock (ID bb): eve@desk: deploy\n');
    });

    it('that would work beside another one', async () => {
      const folder = leaseFolder();
      folder.hold('aa', 300);
      const first = await startSession(shell, folder.of(lines([fence('aa'), sh`echo working; read -r _`])));
      const { exitCode, stdout, stderr } = run(folder, acting(fence('aa')));
      expect([exitCode, stdout]).toEqual([BUSY, '']);
      expect(stderr).toBe(`process ${first.child.pid} is still making changes (eve@desk: deploy)\n`);
    });

    it('whose flock fails', () => {
      const folder = leaseFolder();
      folder.hold('aa', 300);
      const broken = sh`flock() { return 66; }; sleep() { :; }`;
      expect(run(folder, lines([broken, acting(fence('aa'))]))).toMatchObject({ exitCode: BUSY, stdout: '' });
    });
  });
});
