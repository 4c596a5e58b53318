import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sh } from '../../../src/remote/command.ts';
import { parseUnguarded, probeGuard, requireGuard } from '../../../src/resources/guarded-path.ts';
import { SHELLS, runIn, temporaryFolder } from '../../support/shells.ts';

describe.each(SHELLS)('a path that root would use, in $name', (shell) => {
  /** Why a path is refused; undefined when it is guarded. */
  const reason = (...paths: readonly string[]): string | undefined => {
    const { stdout, stderr } = runIn(shell, probeGuard(paths));
    expect(stderr).toBe('');
    return parseUnguarded(stdout).get(paths.at(-1) ?? '')?.because;
  };

  function folders() {
    const base = temporaryFolder();
    const make = (name: string, mode: number): string => {
      const folder = join(base, name);
      mkdirSync(folder, { recursive: true });
      chmodSync(folder, mode);
      return folder;
    };
    return { base, own: make('own', 0o755), open: make('open', 0o777), sticky: make('sticky', 0o1777) };
  }

  it('is guarded in a folder of its own, whether it is there or not, and where folders are missing', () => {
    const { own } = folders();
    writeFileSync(join(own, 'there'), '');
    expect(reason(join(own, 'there'))).toBeUndefined();
    expect(reason(join(own, 'new'))).toBeUndefined();
    expect(reason(join(own, 'new', 'deep', 'file'))).toBeUndefined();
    expect(reason('/file')).toBeUndefined();
  });

  it('is refused in a folder that everyone can write to, and anywhere below it', () => {
    const { open } = folders();
    mkdirSync(join(open, 'below'), { mode: 0o755 });
    expect(reason(join(open, 'file'))).toBe(`${open} is writable by everyone`);
    expect(reason(join(open, 'below', 'file'))).toBe(`${open} is writable by everyone`);
    expect(reason(join(open, 'new', 'file'))).toBe(`${open} is writable by everyone`);
  });

  it('may pass through a sticky folder, and is refused right in it', () => {
    const { sticky } = folders();
    mkdirSync(join(sticky, 'own'), { mode: 0o755 });
    expect(reason(join(sticky, 'own', 'file'))).toBeUndefined();
    expect(reason(join(sticky, 'file'))).toBe(`${sticky} is writable by everyone`);
    expect(reason(join(sticky, 'new', 'file'))).toBe(`${sticky} is writable by everyone`);
  });

  it('follows links from guarded folders to guarded folders', () => {
    const { base, own } = folders();
    mkdirSync(join(own, 'deep'));
    symlinkSync('own', join(base, 'relative'));
    symlinkSync(join(own, 'deep'), join(base, 'absolute'));
    symlinkSync('../relative/deep', join(own, 'chained'));
    for (const link of [join(base, 'relative'), join(base, 'absolute'), join(own, 'chained')])
      expect(reason(join(link, 'file'))).toBeUndefined();
  });

  it.each(['open', 'sticky'] as const)('is refused where a link leads into a folder that is %s', (kind) => {
    const all = folders();
    symlinkSync(all[kind], join(all.own, 'link'));
    expect(reason(join(all.own, 'link', 'file'))).toBe(`${all[kind]} is writable by everyone`);
  });

  it('is refused where a link comes from a folder that others can write to', () => {
    const { open, sticky, own } = folders();
    symlinkSync(own, join(open, 'link'));
    symlinkSync(own, join(sticky, 'link'));
    expect(reason(join(open, 'link', 'file'))).toBe(`${open} is writable by everyone`);
    expect(reason(join(sticky, 'link', 'file'))).toBe(
      `${join(sticky, 'link')} is a symbolic link, and ${sticky} is writable by everyone`,
    );
  });

  it('is refused where a link goes back into such a folder by ..', () => {
    const { base, own, sticky } = folders();
    mkdirSync(join(sticky, 'own'), { mode: 0o755 });
    symlinkSync(own, join(sticky, 'link'));
    symlinkSync('sticky/own/../link', join(base, 'back'));
    expect(reason(join(base, 'back', 'file'))).toBe(
      `${join(sticky, 'link')} is a symbolic link, and ${sticky} is writable by everyone`,
    );
  });

  it('is refused where a file stands in place of a folder', () => {
    const { own } = folders();
    writeFileSync(join(own, 'file'), '');
    expect(reason(join(own, 'file', 'x'))).toBe(`${join(own, 'file')} is not a directory`);
  });

  it('ends where links lead in a circle', () => {
    const { own } = folders();
    symlinkSync('b', join(own, 'a'));
    symlinkSync('a', join(own, 'b'));
    expect(reason(join(own, 'a', 'file'))).toBeUndefined();
  });

  it('is judged by itself among others', () => {
    const { own, open } = folders();
    expect(reason(join(own, 'x'), join(open, 'x'))).toBe(`${open} is writable by everyone`);
    expect(reason(join(open, 'x'), join(own, 'x'))).toBeUndefined();
  });

  it('is refused where stat gives no answer', () => {
    const { own } = folders();
    const path = join(own, 'file');
    const { stdout } = runIn(
      shell,
      sh`stat() { return 1; }
${probeGuard([path])}`,
    );
    expect(parseUnguarded(stdout).get(path)?.because).toBe('stat cannot examine the folders on its path');
  });

  it('ends a step with a message for each path that is refused', () => {
    const { own, open } = folders();
    const step = (...paths: readonly string[]) =>
      runIn(
        shell,
        sh`${requireGuard(paths)}
echo reached`,
      );
    expect(step(join(own, 'x'))).toEqual({ exitCode: 0, stdout: 'reached\n', stderr: '' });
    expect(step(join(own, 'x'), join(open, 'x'))).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: `refused to use ${join(open, 'x')} as root: ${open} is writable by everyone\n`,
    });
  });
});
