import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addKnownHost, readKnownHosts } from '../../../src/remote/known-hosts-file.ts';

const KEY = Buffer.from('\0\0\0\u000Bssh-ed25519rest').toString('base64');

describe('the known hosts on disk', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lvsctl-known-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it('are empty for missing files', async () => {
    expect(await readKnownHosts([join(folder, 'none'), join(folder, 'no', 'folder')])).toEqual([]);
  });

  it('are read in the order of the files', async () => {
    const [a, b] = [join(folder, 'a'), join(folder, 'b')];
    await writeFile(a, `web1 ssh-ed25519 ${KEY}\n`);
    await writeFile(b, `\nweb2 ssh-ed25519 ${KEY}\n`);
    expect((await readKnownHosts([a, b])).map(({ file, line, names }) => ({ file, line, names }))).toEqual([
      { file: a, line: 1, names: 'web1' },
      { file: b, line: 2, names: 'web2' },
    ]);
  });

  it('get a private file and folder', async () => {
    const file = join(folder, 'ssh', 'known_hosts');
    await addKnownHost(file, '[web1]:2222', 'ssh-ed25519', KEY);
    expect(await readFile(file, 'utf8')).toBe(`[web1]:2222 ssh-ed25519 ${KEY}\n`);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'ssh'))).mode & 0o777).toBe(0o700);
  });

  it('grow by whole lines, even after a last line without a newline', async () => {
    const file = join(folder, 'known_hosts');
    await appendFile(file, '# mine');
    await addKnownHost(file, 'web1', 'ssh-ed25519', KEY);
    expect(await readFile(file, 'utf8')).toBe(`# mine\nweb1 ssh-ed25519 ${KEY}\n`);
  });

  it('grow by whole lines when fifty are added at once', async () => {
    const file = join(folder, 'known_hosts');
    const names = Array.from({ length: 50 }, (_, index) => `web${index}`);
    await Promise.all(names.map((name) => addKnownHost(file, name, 'ssh-ed25519', KEY)));
    const found = (await readKnownHosts([file])).map((entry) => entry.names);
    expect(found.sort()).toEqual(names.sort());
  });
});
