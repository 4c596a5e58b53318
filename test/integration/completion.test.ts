import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { completionScript } from '../../src/cli/completion/script.ts';
import { SHELLS, type Shell } from '../../src/cli/completion/shell.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { openScreen } from '../../src/cli/screen.ts';

const program = buildProgram(
  {
    screen: openScreen({ json: false, color: false }, {}),
    verbose: false,
    signal: new AbortController().signal,
    env: {},
    cwd: '/',
  },
  () => undefined,
);

const folder = mkdtempSync(path.join(tmpdir(), 'lvsctl-completion-'));
writeFileSync(path.join(folder, 'my cluster.yml'), '');
for (const shell of SHELLS) writeFileSync(path.join(folder, `script.${shell}`), completionScript(program, shell));

/** What a shell offers behind the last word of a command line; without meanings. */
const DRIVERS: Readonly<Record<Shell, (words: readonly string[]) => readonly string[]>> = {
  bash: () => [
    '-c',
    'source script.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _lvsctl; printf "%s\\n" "${COMPREPLY[@]}"',
    'bash',
  ],
  // The functions of zsh that show what is found are stood in for: they need a terminal.
  zsh: () => [
    '-fc',
    `compdef() { :; }
_files() { print -l -- *(N) }
_describe() { local one; for one in "\${found[@]}"; do [[ "\${one%%:*}" == "\${words[CURRENT]}"* ]] && print -r -- "\${one%%:*}"; done; true }
source ./script.zsh
words=("$@"); CURRENT=$#; _lvsctl`,
    'zsh',
  ],
  fish: (words) => [
    '--no-config',
    '-c',
    `source script.fish; complete -C '${words.join(' ')}' | string replace -r '\\t.*' ''; true`,
  ],
};

function completed(shell: Shell, ...words: readonly string[]): readonly string[] {
  const args = [...DRIVERS[shell](words), ...(shell === 'fish' ? [] : words)];
  const out = execFileSync(shell, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: folder },
  });
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replaceAll('\\', ''))
    .toSorted();
}

const installed = SHELLS.filter((shell) => spawnSync(shell, ['--version']).status === 0);

it('is tried in bash, at least', () => {
  expect(installed).toContain('bash');
});

describe.each(installed)('%s', (shell) => {
  it.each([
    ['verbs', ['lvsctl', 'ver'], ['verify']],
    ['verbs below a verb', ['lvsctl', 'lab', ''], ['down', 'exec', 'status', 'tour', 'up']],
    ['no verb behind one without', ['lvsctl', 'status', '--forks', ''], []],
    ['flags of a verb', ['lvsctl', 'failover-test', '--ma'], ['--max-gap']],
    ['flags behind other words', ['lvsctl', 'deploy', 'a.yml', '--no-v'], ['--no-verify']],
    ['the words of a flag', ['lvsctl', 'lab', 'up', '--kernel', ''], ['auto', 'host', 'qemu', 'uml']],
    ['the words of an argument', ['lvsctl', 'completion', ''], ['bash', 'fish', 'zsh']],
    ['a verb of the same name below another', ['lvsctl', 'lab', 'status', '--na'], ['--name']],
  ] as const)('completes %s', (_name, words, found) => {
    expect(completed(shell, ...words)).toEqual(found);
  });

  it('completes files where an inventory stands', () => {
    for (const words of [
      ['lvsctl', 'lint', 'my'],
      ['lvsctl', 'plan', '-i', 'my'],
    ])
      expect(completed(shell, ...words)).toContain('my cluster.yml');
  });
});

it('bash takes the value behind = for that of the flag', () => {
  expect(completed('bash', 'lvsctl', 'lab', 'up', '--kernel', '=', 'u')).toEqual(['uml']);
});
