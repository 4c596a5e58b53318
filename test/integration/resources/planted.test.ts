import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { keepFiles } from '../../../src/apply/generation.ts';
import { lines, sh } from '../../../src/remote/command.ts';
import { type FileHave, type FileWant, file } from '../../../src/resources/file.ts';
import { SHELLS, runIn, temporaryFolder } from '../../support/shells.ts';

/** As root beside another user, whose folder it is that a file of root's is wanted in. */

const WWW_DATA = 33;
const root = process.getuid?.() === 0;

describe.runIf(root).each(SHELLS)('in a folder of another user, in $name', (shell) => {
  let racing: ChildProcess | undefined;
  afterEach(async () => {
    if (racing === undefined || racing.exitCode !== null || racing.signalCode !== null) return;
    racing.kill('SIGKILL');
    await once(racing, 'exit');
  });

  function site() {
    const folder = temporaryFolder();
    const secret = join(folder, 'shadow');
    writeFileSync(secret, 'root:hash\n', { mode: 0o600 });
    const web = join(folder, 'web');
    mkdirSync(web);
    for (const passed of [folder, join(folder, '..')]) chmodSync(passed, 0o755);
    chownSync(web, WWW_DATA, WWW_DATA);
    const path = join(web, 'index.html');
    return { secret, web, path };
  }
  const want = (path: string): FileWant => ({ kind: 'file', path, mode: 0o644, text: 'page\n', secrets: [] });
  const look = (path: string): { stdout: string; have: FileHave | undefined } => {
    const { stdout } = runIn(shell, file.probe([{ path, readAtMost: 1024 }]));
    return { stdout, have: file.parse(stdout).get(path) };
  };
  const steps = (path: string) => {
    const diff = file.diff(want(path), undefined);
    if (diff === undefined) throw new Error('no difference');
    return lines([sh`set -e`, ...file.steps(want(path), diff)]);
  };
  const untouched = (secret: string): void => {
    expect(readFileSync(secret, 'utf8')).toBe('root:hash\n');
    expect(statSync(secret).mode & 0o777).toBe(0o600);
  };

  it('nothing is read, and the owner is named', () => {
    const { secret, web, path } = site();
    symlinkSync(secret, path);
    const { stdout, have } = look(path);
    expect(stdout).not.toContain('hash');
    expect(have).toMatchObject({ is: 'refused', refusal: { because: `${web} is owned by www-data` } });
  });

  it('nothing is written, copied or given another mode, however fast that user is', async () => {
    const { secret, web, path } = site();
    // What a fixed name beside the file lost to: the name is taken again as soon as it is free.
    const race = 'echo ready; while :; do ln -s "$1" "$2.lvsctl-new"; ln -sfn "$1" "$2"; done 2>/dev/null';
    const args = ['--reuid', String(WWW_DATA), '--regid', String(WWW_DATA), '--clear-groups', 'sh', '-c', race, 'sh'];
    racing = spawn('setpriv', [...args, secret, path], { stdio: ['ignore', 'pipe', 'ignore'] });
    if (racing.stdout === null) throw new Error('no output');
    await once(racing.stdout, 'data');
    for (let tries = 0; tries < 5; tries += 1) {
      const made = runIn(shell, steps(path));
      expect(made).toMatchObject({
        exitCode: 1,
        stderr: `refused to use ${path} as root: ${web} is owned by www-data\n`,
      });
      const kept = runIn(shell, keepFiles([path], 'g', join(web, '..', 'generations')));
      expect(kept.exitCode).toBe(1);
      expect(look(path).stdout).not.toContain('hash');
      untouched(secret);
    }
  });

  it('it is the same below it, and where a group may write', () => {
    const { web } = site();
    mkdirSync(join(web, 'below'));
    expect(look(join(web, 'below', 'x')).have).toMatchObject({ refusal: { because: `${web} is owned by www-data` } });
    chownSync(web, 0, WWW_DATA);
    chmodSync(web, 0o775);
    expect(look(join(web, 'x')).have).toMatchObject({ refusal: { because: `${web} is writable by group www-data` } });
    chownSync(web, 0, 50);
    expect(look(join(web, 'x')).have).toBeUndefined();
  });

  it('a file of that user in a folder of root is replaced by one of root', () => {
    const { web, path } = site();
    chownSync(web, 0, 0);
    writeFileSync(path, 'theirs\n');
    chownSync(path, WWW_DATA, WWW_DATA);
    expect(look(path).have).toMatchObject({ is: 'file', text: 'theirs\n' });
    expect(runIn(shell, steps(path))).toMatchObject({ exitCode: 0, stderr: '' });
    expect([readFileSync(path, 'utf8'), statSync(path).uid, readdirSync(web)]).toEqual(['page\n', 0, ['index.html']]);
  });
});
