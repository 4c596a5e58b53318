import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { envelope, STARTED } from '../../../src/remote/envelope.ts';

const SHELLS: readonly (readonly [string, readonly string[]])[] = [
  ['dash', ['/bin/dash']],
  ['bash as sh', ['/bin/bash', '--posix']],
  ['busybox ash', ['/usr/bin/busybox', 'sh']],
];

interface Said {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function feed([program = '', ...parameters]: readonly string[], input: string): Said {
  const { status, stdout, stderr } = spawnSync(program, parameters, { input, encoding: 'utf8', timeout: 10_000 });
  return { exitCode: status, stdout: stdout.replace(STARTED, ''), stderr: stderr.replace(STARTED, '') };
}

describe.each(SHELLS)('a script in its envelope, read by %s', (_name, shell) => {
  const here = it.skipIf(!existsSync(shell[0] ?? ''));
  const run = (script: string): Said => feed(shell, envelope(script, 'empty'));

  here.each([
    ['an empty one', '', 0, ''],
    ['one that is only a comment', '# nothing', 0, ''],
    ['a comment on its last line', 'echo a # b', 0, 'a\n'],
    ['an exit in the middle', 'echo a; exit 7\necho b', 7, 'a\n'],
    ['an exit in a function', 'f() { exit 5; }\nf', 5, ''],
    ['the exit code of its last command', 'true; (exit 3)', 3, ''],
    ['set -e', 'set -e\nfalse\necho no', 1, ''],
    ['a trap', "trap 'echo bye' EXIT; exit 4", 4, 'bye\n'],
    ['a here document', "cat <<'E'\n} fi $x\nE\necho $?", 0, '} fi $x\n0\n'],
    ['a here document at its end', 'cat <<E\nlast\nE', 0, 'last\n'],
    ['exec', 'exec printf done', 0, 'done'],
    ['an empty standard input', 'cat; read x; echo "$?"', 0, '1\n'],
    ['the C locale, umask and folder of every host', 'echo $LC_ALL; umask; pwd', 0, 'C\n0022\n/\n'],
  ])('knows %s', (_what, script, exitCode, stdout) => {
    expect(run(script)).toEqual({ exitCode, stdout, stderr: '' });
  });

  here.each([
    ['an open quote', "echo a\necho 'b"],
    ['an open bracket', 'echo a\nif true; then'],
    ['an open here document and group', 'echo a\n{ cat <<E\nb'],
  ])('with %s is a syntax error, and runs nothing', (_what, script) => {
    const said = run(script);
    expect(said.exitCode).toBe(2);
    expect(said.stdout).toBe('');
    expect(said.stderr).toMatch(/syntax error|unterminated|unexpected/i);
  });

  here('that is cut off anywhere runs nothing at all', () => {
    const whole = envelope('echo ran\nexit 0', 'empty');
    const begin = whole.indexOf('if :;');
    for (let length = 0; length < whole.length - 1; length += length < begin ? 20 : 1) {
      expect(feed(shell, whole.slice(0, length)).stdout, `first ${length} bytes`).not.toContain('ran');
    }
    expect(feed(shell, whole).stdout).toBe('ran\n');
  });

  here('names the line of a mistake, if it names one, as one more than the script has it', () => {
    const { stderr } = run('true\ntrue\nno-such-command');
    expect(stderr).toContain('no-such-command: ');
    expect(/\b(\d+): /.exec(stderr)?.[1] ?? '4').toBe('4');
  });
});
