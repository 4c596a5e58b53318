import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KEPT_GENERATIONS, keepFiles } from '../../../src/apply/generation.ts';
import { SHELLS, runIn, temporaryFolder } from '../../support/shells.ts';

const nameOf = (day: number): string => `2026-01-${String(day).padStart(2, '0')}T03-04-05-678Z`;

describe.each(SHELLS)('the former files of a run, in $name', (shell) => {
  function host() {
    const folder = temporaryFolder();
    const kept = join(folder, 'generations');
    const files = join(folder, 'etc');
    mkdirSync(files);
    const keep = (paths: readonly string[], generation: string) => runIn(shell, keepFiles(paths, generation, kept));
    return { kept, files, keep, generations: () => readdirSync(kept).toSorted() };
  }

  it('are copied with their modes to a place that only root can read', () => {
    const { kept, files, keep } = host();
    const path = join(files, 'a.conf');
    writeFileSync(path, 'old\n');
    chmodSync(path, 0o640);
    expect(keep([path], nameOf(1))).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(readFileSync(join(kept, nameOf(1), path), 'utf8')).toBe('old\n');
    expect(statSync(join(kept, nameOf(1), path)).mode & 0o777).toBe(0o640);
    expect(statSync(join(kept, nameOf(1))).mode & 0o777).toBe(0o700);
  });

  it('are not read through a link: the link itself is saved', () => {
    const { kept, files, keep } = host();
    writeFileSync(join(files, 'secret'), 'hash\n');
    symlinkSync('secret', join(files, 'a.conf'));
    expect(keep([join(files, 'a.conf')], nameOf(1)).exitCode).toBe(0);
    const copy = join(kept, nameOf(1), files, 'a.conf');
    expect([lstatSync(copy).isSymbolicLink(), readlinkSync(copy)]).toEqual([true, 'secret']);
  });

  it('are not copied from a folder that other users can write to: the script fails', () => {
    const { files, keep } = host();
    writeFileSync(join(files, 'a.conf'), 'old\n');
    chmodSync(files, 0o777);
    const { exitCode, stdout, stderr } = keep([join(files, 'a.conf')], nameOf(1));
    expect(exitCode).toBe(1);
    expect(stderr).toBe(`refused to use ${join(files, 'a.conf')} as root: ${files} is writable by everyone\n`);
    expect(stdout).toContain('cannot back up files to ');
  });

  it('are kept for the newest runs, without touching anything else in their folder', () => {
    const { kept, files, keep, generations } = host();
    writeFileSync(join(files, 'a.conf'), 'old\n');
    for (let day = 1; day <= KEPT_GENERATIONS + 3; day += 1)
      mkdirSync(join(kept, nameOf(day), 'etc'), { recursive: true });
    mkdirSync(join(files, 'elsewhere'));
    symlinkSync(join(files, 'elsewhere'), join(kept, '2025-01-01T03-04-05-678Z'));
    for (const odd of ['-rf', 'before the move', '2025', '*', '.hidden', "it's"]) mkdirSync(join(kept, odd));
    writeFileSync(join(kept, '2024-01-01T03-04-05-678Z'), 'a file');
    const others = generations().filter((name) => !name.startsWith('2026'));
    expect(keep([join(files, 'a.conf')], nameOf(20))).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    const newest = Array.from({ length: KEPT_GENERATIONS - 1 }, (_, index) => nameOf(index + 5));
    expect(generations()).toEqual([...others, ...newest, nameOf(20)].toSorted());
    expect(existsSync(join(files, 'elsewhere'))).toBe(true);
  });

  it('are kept for this run even after the clock was set back', () => {
    const { kept, files, keep, generations } = host();
    writeFileSync(join(files, 'a.conf'), 'old\n');
    for (let day = 11; day <= 10 + KEPT_GENERATIONS; day += 1) mkdirSync(join(kept, nameOf(day)), { recursive: true });
    expect(keep([join(files, 'a.conf')], nameOf(1)).exitCode).toBe(0);
    expect(generations()).toHaveLength(KEPT_GENERATIONS);
    expect(generations()[0]).toBe(nameOf(1));
  });
});
