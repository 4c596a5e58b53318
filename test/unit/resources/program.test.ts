import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type Command, lines, quote, sh } from '../../../src/remote/command.ts';
import { type ProgramWant, program } from '../../../src/resources/program.ts';
import { SHELLS, type Shell, runIn, temporaryFolder } from '../../support/shells.ts';

const well = `#!/bin/sh\nexit 0\n${'#'.repeat(700_000)}\n`;

function want(path: string, text = well, given: Partial<ProgramWant> = {}): ProgramWant {
  return {
    kind: 'program',
    path,
    sha256: createHash('sha256').update(text).digest('hex'),
    size: text.length,
    packed: () => gzipSync(text).toString('base64'),
    tryWith: ['--version'],
    runBy: 'it.service',
    ...given,
  };
}

const seen = (shell: Shell, wanted: ProgramWant) =>
  program.parse(runIn(shell, program.probe([wanted.path, '/no/such/program'])).stdout).get(wanted.path);

/** The steps of a change, but that units are noted below the folder. */
function made(shell: Shell, wanted: ProgramWant, folder: string) {
  const diff = program.diff(wanted, seen(shell, wanted));
  if (diff === undefined) throw new Error('no difference');
  const all = lines([sh`set -e`, ...program.steps(wanted, diff)]);
  const script: Command = { ...all, script: all.script.replaceAll('/run/lvsctl', () => `${quote(folder)}/run`) };
  return runIn(shell, script);
}

describe.each(SHELLS)('a program, in $name', (shell) => {
  const place = () => {
    const folder = temporaryFolder();
    return { folder, path: join(folder, 'sbin', 'it') };
  };

  it('is sent whole to a host that has none, however large, and is then as it must be', () => {
    const { folder, path } = place();
    expect(made(shell, want(path), folder)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(readFileSync(path, 'utf8') === well).toBe(true);
    expect((statSync(path).mode & 0o777).toString(8)).toBe('755');
    expect(program.diff(want(path), seen(shell, want(path)))).toBeUndefined();
    expect(existsSync(join(folder, 'run'))).toBe(false);
  });

  it('is replaced by moving, so that the one that runs keeps its file, and the restart that is due is noted', () => {
    const { folder, path } = place();
    made(shell, want(path), folder);
    const former = statSync(path).ino;
    expect(made(shell, want(path, `${well}\n`), folder)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(statSync(path).ino).not.toBe(former);
    expect(readFileSync(join(folder, 'run/pending/it.service'), 'utf8')).toBe('restart\n');
  });

  it('that is not executable counts as missing', () => {
    const { folder, path } = place();
    made(shell, want(path), folder);
    chmodSync(path, 0o644);
    expect(seen(shell, want(path))).toBeUndefined();
  });

  it.each([
    ['that came damaged', { sha256: 'f'.repeat(64) }, well, 'is corrupt'],
    ['that does not run there', {}, '#!/bin/sh\nexit 1\n', 'cannot run on this host'],
  ])('%s is not put in place, nothing is left beside it, and the former one stays', (_name, given, text, reported) => {
    const { folder, path } = place();
    made(shell, want(path), folder);
    const { exitCode, stderr } = made(shell, want(path, text, given), folder);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining(reported)]);
    expect(readFileSync(path, 'utf8') === well).toBe(true);
    expect(readdirSync(dirname(path))).toEqual(['it']);
  });
});

describe('a change of a program', () => {
  it('shows its hash and its size, and packs it only when it is sent', () => {
    const idle = want('/x', well, {
      packed: () => {
        throw new Error('packed');
      },
    });
    expect(program.diff(idle, { sha256: idle.sha256, size: well.length })).toBeUndefined();
    expect(program.diff(idle, { sha256: 'old', size: 5 })).toMatchObject({
      action: 'update',
      fields: [
        { name: 'sha256', before: 'old', after: idle.sha256 },
        { name: 'size', before: '5 bytes', after: `${well.length} bytes` },
      ],
    });
  });
});
