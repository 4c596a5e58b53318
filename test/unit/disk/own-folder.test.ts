import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Context } from '../../../src/cli/context.ts';
import { render } from '../../../src/cli/commands/render.ts';
import { makeOwnFolder } from '../../../src/disk/own-folder.ts';
import { replaceFile } from '../../../src/disk/replace-file.ts';
import { lastInventory, rememberInventory } from '../../../src/inventory/last-inventory.ts';
import { processEnvironment } from '../../../src/inventory/source.ts';
import { cached } from '../../../src/toolbox/cache.ts';
import { temporaryFolder } from '../../support/shells.ts';

const make = (folder: string) => makeOwnFolder(folder, { code: 'lab', hint: 'Name another.', mode: 0o700 });

/** A folder that others can write to, in one that they cannot. */
function open(mode = 0o777): string {
  const folder = join(temporaryFolder(), 'open');
  mkdirSync(folder);
  chmodSync(folder, mode);
  return folder;
}

describe("a folder of one's own", () => {
  it('is created with its parents, or may exist', async () => {
    const folder = join(temporaryFolder(), 'new', 'deep');
    await make(folder);
    await make(folder);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('is refused where everyone can write, with a hint', async () => {
    const shared = open();
    const refused = { code: 'lab', message: `${shared} is writable by everyone`, detail: { hint: /Name another\.$/ } };
    await expect(make(shared)).rejects.toMatchObject({ code: refused.code, message: refused.message });
    await expect(make(join(shared, 'below'))).rejects.toMatchObject({ message: refused.message });
    await expect(make(shared)).rejects.toHaveProperty('detail.hint', expect.stringMatching(refused.detail.hint));
  });

  it('may be in a sticky folder, whose links are not followed', async () => {
    const sticky = open(0o1777);
    const own = temporaryFolder();
    await make(join(sticky, 'own'));
    symlinkSync(own, join(sticky, 'link'));
    await expect(make(sticky)).rejects.toMatchObject({ message: `${sticky} is writable by everyone` });
    await expect(make(join(sticky, 'link'))).rejects.toMatchObject({
      message: `${sticky}/link is a symbolic link, and ${sticky} is writable by everyone`,
    });
  });

  it('may be reached through links of its user, but not into folders of others', async () => {
    const base = temporaryFolder();
    const shared = open();
    symlinkSync('real', join(base, 'link'));
    mkdirSync(join(base, 'real'));
    await make(join(base, 'link', 'deep'));
    expect(readdirSync(join(base, 'real'))).toEqual(['deep']);
    symlinkSync(shared, join(base, 'away'));
    await expect(make(join(base, 'away', 'deep'))).rejects.toMatchObject({
      message: `${shared} is writable by everyone`,
    });
  });

  it('is refused when its path contains a file or a loop of links', async () => {
    const base = temporaryFolder();
    writeFileSync(join(base, 'file'), '');
    symlinkSync('circle', join(base, 'circle'));
    await expect(make(join(base, 'file'))).rejects.toMatchObject({ message: `${base}/file is not a directory` });
    await expect(make(join(base, 'circle'))).rejects.toMatchObject({
      message: `${base}/circle leads through too many symbolic links`,
    });
  });
});

describe('a file that is replaced', () => {
  it('is a new one, with its mode, without a temporary file left', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, 'old');
    const { ino } = statSync(file);
    await replaceFile(file, 'new', 0o600);
    expect(readFileSync(file, 'utf8')).toBe('new');
    expect([statSync(file).ino === ino, statSync(file).mode & 0o777]).toEqual([false, 0o600]);
    expect(readdirSync(join(file, '..'))).toEqual(['file']);
  });

  it('replaces a link, and keeps its target', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'far'), 'kept');
    symlinkSync('far', join(folder, 'file'));
    await replaceFile(join(folder, 'file'), 'new', 0o600);
    expect(readFileSync(join(folder, 'far'), 'utf8')).toBe('kept');
    expect(lstatSync(join(folder, 'file')).isFile()).toBe(true);
  });

  it('leaves no temporary file beside a folder in its place', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'file'));
    await expect(replaceFile(join(folder, 'file'), 'new', 0o600)).rejects.toThrow(/EISDIR/);
    expect(readdirSync(folder)).toEqual(['file']);
  });
});

describe('what lvsctl writes on this machine', () => {
  const quiet: Context = {
    screen: {
      json: false,
      terminal: false,
      line: () => undefined,
      labelled: () => undefined,
      lines: () => undefined,
      block: () => undefined,
      error: () => undefined,
      emit: () => undefined,
      notice: () => undefined,
      hide: () => undefined,
      shown: (text) => text,
      drawing: new Set(),
    },
    verbose: false,
    signal: new AbortController().signal,
    env: {},
    cwd: '/',
  };
  const rendering = (output: string) =>
    render(quiet, join(import.meta.dirname, '../../fixtures/inventories/full.yml'), { output });

  it('renders only into folders and files of its own', async () => {
    const base = temporaryFolder();
    expect(await rendering(base)).toBe(0);
    const [host = ''] = readdirSync(base);
    const folder = join(base, host, 'etc', 'sysctl.d');
    expect(statSync(join(folder, 'zz-lvsctl.conf')).mode & 0o077).toBe(0);
    chmodSync(folder, 0o777);
    await expect(rendering(base)).rejects.toMatchObject({ message: `${folder} is writable by everyone` });
  });

  it('neither writes nor reads the last inventory where others can write', async () => {
    const shared = open();
    const environment = { ...processEnvironment(), variables: { XDG_STATE_HOME: shared } };
    await expect(rememberInventory(['a.yml'], environment)).rejects.toMatchObject({ code: 'inventory' });
    expect(readdirSync(shared)).toEqual([]);
    chmodSync(shared, 0o700);
    await rememberInventory(['a.yml'], environment);
    chmodSync(shared, 0o777);
    await expect(lastInventory(environment)).rejects.toMatchObject({ message: `${shared} is writable by everyone` });
  });

  it('uses no cache that others can write to', async () => {
    const shared = open();
    writeFileSync(join(shared, 'base'), 'planted');
    const build = (): Promise<void> => Promise.reject(new Error('built'));
    await expect(cached(shared, 'base', build)).rejects.toMatchObject({ message: `${shared} is writable by everyone` });
  });
});
