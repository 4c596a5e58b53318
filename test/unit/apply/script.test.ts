import { Secret } from '../../../src/text/secret.ts';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { recordOrigin } from '../../../src/apply/origin.ts';
import { keepFiles } from '../../../src/apply/generation.ts';
import { applyScript, readMarker } from '../../../src/apply/script.ts';
import type { Change } from '../../../src/plan/change.ts';
import { sh } from '../../../src/remote/command.ts';
import { fence } from '../../../src/apply/lease.ts';
import { leaseFolder } from '../../support/lease-folder.ts';
import { SHELLS, runIn, surroundings, temporaryFolder } from '../../support/shells.ts';
import { changeOf, doing } from './changes.ts';
import { NONCE } from '../../support/nonce.ts';

describe('the script of one host', () => {
  it('saves the files that it replaces, then makes the changes between markers', () => {
    const changes = [
      changeOf({ kind: 'file', key: '/etc/a b', action: 'update', steps: [sh`one`, sh`two`] }),
      changeOf({ kind: 'file', key: '/etc/new', action: 'create', steps: [sh`three`] }),
    ];
    expect(applyScript(changes, '20260102T030405', 'aa', NONCE).script).toBe(`trap '' HUP
${fence('aa').script}
{
(
${recordOrigin(changes)?.script}
${keepFiles(['/etc/a b'], '20260102T030405').script}
echo '@lvsctl:change ${NONCE} 0 started'
(
exec 8>&-
set -e
one
two
)
rc=$?
printf '\\n%s %s\\n' '@lvsctl:change ${NONCE} 0 ended' $rc
[ $rc = 0 ] || exit 1
echo '@lvsctl:change ${NONCE} 1 started'
(
exec 8>&-
set -e
three
)
rc=$?
printf '\\n%s %s\\n' '@lvsctl:change ${NONCE} 1 ended' $rc
[ $rc = 0 ] || exit 1
)
printf '\\n%s\\n' '@lvsctl:changes end ${NONCE}'
} 2>&1 | (
trap '' PIPE
while IFS= read -r line; do
[ "$line" != '@lvsctl:changes end ${NONCE}' ] || exit 0
printf '%s\\n' "$line"
done 2>/dev/null
exit 1
)`);
  });

  it('carries the secrets of its steps', () => {
    expect(applyScript([doing('a', sh`echo ${new Secret('s3cret')}`)], 'g', 'aa', NONCE).secrets).toEqual(['s3cret']);
  });

  describe.each(SHELLS)('in $name', (shell) => {
    const folder = leaseFolder();
    folder.hold('aa');
    const scriptOf = (changes: readonly Change[]) => folder.of(applyScript(changes, 'g', 'aa', NONCE));
    const markers = (changes: readonly Change[]) =>
      runIn(shell, scriptOf(changes))
        .stdout.split('\n')
        .flatMap((line) => readMarker(line, NONCE) ?? []);

    it('reports how each change ended, and stops at the first failure', () => {
      const changes = [doing('a', sh`true`), doing('b', sh`(exit 3)`, sh`echo not reached`), doing('c', sh`true`)];
      expect(markers(changes)).toEqual([
        { index: 0, state: 'started' },
        { index: 0, state: 'ended', exitCode: 0 },
        { index: 1, state: 'started' },
        { index: 1, state: 'ended', exitCode: 3 },
      ]);
    });

    it('finds its markers after output that does not end its line', () => {
      expect(markers([doing('a', sh`printf 'half a line'`), doing('b', sh`printf more >&2`)])).toEqual([
        { index: 0, state: 'started' },
        { index: 0, state: 'ended', exitCode: 0 },
        { index: 1, state: 'started' },
        { index: 1, state: 'ended', exitCode: 0 },
      ]);
    });

    it('takes no output of a package or a file for a marker', () => {
      const forging = sh`printf '%s\\n' '@lvsctl:change 1 ended 0' '@lvsctl:changes end' ${`@lvsctl:change ${'0'.repeat(32)} 0 ended 0`}; exit 3`;
      const script = applyScript([doing('a', forging), doing('b', sh`true`)], 'g', 'aa', NONCE);
      const { stdout } = runIn(shell, folder.of(script));
      expect(stdout.split('\n').flatMap((line) => readMarker(line, NONCE) ?? [])).toEqual([
        { index: 0, state: 'started' },
        { index: 0, state: 'ended', exitCode: 3 },
      ]);
    });

    it('fails a change with a failing step in the middle', () => {
      expect(markers([doing('a', sh`false`, sh`true`)]).at(-1)).toEqual({
        index: 0,
        state: 'ended',
        exitCode: 1,
      });
    });

    it('preserves the output of steps on both streams byte by byte', () => {
      const { stdout } = runIn(shell, scriptOf([doing('a', sh`printf '%s\\n' ${'  a \\n b\\'}; echo bad >&2`)]));
      expect(stdout).toContain('\n  a \\n b\\\n');
      expect(stdout).toContain('\nbad\n');
    });

    it('isolates changes from each other', () => {
      const place = temporaryFolder();
      const changes = [
        doing('a', sh`set -- x; cd /tmp; rc=7; umask 0`),
        doing('b', sh`pwd > ${join(place, 'b')}; umask >> ${join(place, 'b')}`),
      ];
      expect(markers(changes)).toHaveLength(4);
      expect(readFileSync(join(place, 'b'), 'utf8')).toMatch(/^\/\n0?0?[1-9]/);
    });

    it('does not wait for a daemon started by a step', () => {
      const begun = performance.now();
      const { stdout } = runIn(shell, scriptOf([doing('a', sh`sleep 3 &`)]));
      expect(stdout).toContain(`@lvsctl:change ${NONCE} 0 ended 0`);
      expect(performance.now() - begun).toBeLessThan(2500);
    });

    it('completes without failures after the connection is lost', async () => {
      const place = temporaryFolder();
      const chatty = sh`n=0; while [ $n -lt 200 ]; do echo a line that a program cannot do without; n=$((n + 1)); done`;
      const script = scriptOf([
        doing('a', sh`sleep 0.3`, chatty, sh`: > ${join(place, 'a')}`),
        doing('b', sh`: > ${join(place, 'b')}`),
      ]);
      const [program, ...words] = shell.argv;
      const child = spawn(program, words, { ...surroundings(shell), stdio: ['pipe', 'pipe', 'ignore'] });
      child.stdin.end(script.script);
      await once(child.stdout, 'data');
      child.stdout.destroy();
      for (let tries = 0; tries < 50 && !existsSync(join(place, 'b')); tries += 1) await pause(100);
      expect([existsSync(join(place, 'a')), existsSync(join(place, 'b'))]).toEqual([true, true]);
    });
  });
});

describe('a marker', () => {
  it('is a line of its own', () => {
    const read = (line: string) => readMarker(line, NONCE);
    expect(read(`@lvsctl:change ${NONCE} 12 started`)).toEqual({ index: 12, state: 'started' });
    expect(read(`@lvsctl:change ${NONCE} 12 ended 100`)).toEqual({ index: 12, state: 'ended', exitCode: 100 });
    expect(read(` @lvsctl:change ${NONCE} 12 started`)).toBeUndefined();
    expect(read('@lvsctl:change 12 started')).toBeUndefined();
    expect(read('')).toBeUndefined();
  });
});
