import path from 'node:path';
import { type Command, Option } from 'commander';
import { Failure } from '../failure.ts';
import { SHORTEST_KEY, readKeyFile } from '../secrets/key-file.ts';
import type { Context } from './context.ts';

export function secretKeyFile(): Option {
  return new Option('--secret-key-file <file>', 'key of encrypted values; default: $LVSCTL_SECRET_KEY_FILE');
}

/** The context with the key that the flag of the verb, the environment or the user gives. */
export function withSecretKey(program: Command, given: Context): Context {
  let file: string | undefined;
  program.hook('preAction', (_program, action) => {
    file = action.opts<{ readonly secretKeyFile?: string }>().secretKeyFile;
  });
  let key: Promise<string> | undefined;
  const context = { ...given, secretKey: () => (key ??= keyFrom(context, file)) };
  return context;
}

/**
 * The key of encrypted values: from a file, else a passphrase that is asked for.
 * @param confirmed whether to ask twice, for a new passphrase
 * @throws Failure `inventory` when there is none
 */
export async function keyFrom(
  { env, cwd, screen, signal }: Context,
  file: string | undefined,
  confirmed = false,
): Promise<string> {
  const named = file ?? env['LVSCTL_SECRET_KEY_FILE'] ?? '';
  const key = named === '' ? await askKey() : await readKeyFile(path.resolve(cwd, named));
  screen.hide([key]);
  return key;

  async function askKey(): Promise<string> {
    if (screen.json || !screen.terminal || !process.stdin.isTTY) {
      throw new Failure('inventory', 'There is no key for encrypted values, and no terminal to ask for a passphrase.', {
        hint: 'Pass --secret-key-file FILE, or set LVSCTL_SECRET_KEY_FILE.',
      });
    }
    const { askSecret } = await import('./ask-secret.ts');
    const passphrase = await askSecret(confirmed ? 'New passphrase' : 'Passphrase of encrypted values', signal);
    if (!confirmed) return passphrase;
    if (passphrase.length < SHORTEST_KEY)
      throw new Failure('inventory', `A passphrase has at least ${SHORTEST_KEY} characters.`);
    if (passphrase === (await askSecret('The same again', signal))) return passphrase;
    throw new Failure('inventory', 'The passphrases differ. No changes made.');
  }
}
