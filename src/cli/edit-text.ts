import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Failure } from '../failure.ts';
import type { Context } from './context.ts';

/**
 * Lets the user edit a text in `$VISUAL`, `$EDITOR` or vi. It is in a private folder meanwhile, in memory where the
 * session has such a folder, and removed whatever happens; backups of the editor are in that folder too.
 * @throws Failure `inventory` when the editor fails
 */
export async function editText({ env }: Context, text: string, name: string): Promise<string> {
  const base = (env['XDG_RUNTIME_DIR'] ?? '') === '' ? tmpdir() : (env['XDG_RUNTIME_DIR'] ?? '');
  const folder = await mkdtemp(path.join(base, 'lvsctl-edit-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  // A second Ctrl-C exits at once.
  process.on('exit', remove);
  try {
    const file = path.join(folder, name);
    await writeFile(file, text, { mode: 0o600, flag: 'wx' });
    await runEditor(env, file);
    return await readFile(file, 'utf8');
  } finally {
    remove();
    process.off('exit', remove);
  }
}

/** An editor may have arguments, as in `code --wait`. */
function runEditor(env: NodeJS.ProcessEnv, file: string): Promise<void> {
  const named = [env['VISUAL'], env['EDITOR'], 'vi'].find((one) => one !== undefined && one.trim() !== '') ?? 'vi';
  const [program = 'vi', ...words] = named.trim().split(/ +/);
  return new Promise((resolve, reject) => {
    const fail = (why: string): void =>
      reject(
        new Failure('inventory', `The editor ${program} ${why}. No changes made.`, {
          hint: 'Set $EDITOR to another one.',
        }),
      );
    const child = spawn(program, [...words, file], { stdio: 'inherit', env: { ...process.env, ...env } });
    child.on('error', () => fail('could not be started'));
    child.on('exit', (code) => {
      if (code === 0) resolve();
      else fail(code === null ? 'was terminated' : `exited with code ${code}`);
    });
  });
}
