import type { Command } from 'commander';
import type { ExitCode } from '../failure.ts';
import type { RekeyFlags } from './commands/secret.ts';
import type { Context } from './context.ts';
import { secretKeyFile } from './secret-key.ts';

/** `lvsctl secret encrypt|edit|rekey`. */
export function addSecret(
  program: Command,
  context: Context,
  finish: (code: ExitCode) => void,
  common: (command: Command) => Command,
): void {
  const secret = program
    .command('secret')
    .description('Encrypts values of an inventory, and edits encrypted ones.')
    .helpCommand(false)
    .addHelpText('after', '\nExample:\n  lvsctl secret encrypt --secret-key-file ~/.lvsctl.key');
  const verb = (name: string, description: string, example: string): Command =>
    common(secret.command(name).description(description).addHelpText('after', `\nExample:\n  ${example}`)).addOption(
      secretKeyFile(),
    );

  verb(
    'encrypt',
    'Encrypts a value from standard input, or one that is asked for, and prints it for an inventory.',
    "printf %s 's3cret' | lvsctl secret encrypt --secret-key-file key",
  ).action(async () => {
    const { encrypt } = await import('./commands/secret.ts');
    finish(await encrypt(context));
  });

  verb(
    'edit',
    'Opens a file in $EDITOR with its values decrypted, and encrypts them again.',
    'lvsctl secret edit inventory.yml',
  )
    .argument('<file>', 'file with encrypted values')
    .action(async (file: string) => {
      const { edit } = await import('./commands/secret.ts');
      finish(await edit(context, file));
    });

  verb(
    'rekey',
    'Encrypts the values of files with another key.',
    'lvsctl secret rekey inventory.yml --new-key-file new',
  )
    .argument('<file...>', 'files with encrypted values')
    .option('--new-key-file <file>', 'the new key; without it, a passphrase is asked for')
    .action(async (files: readonly string[], flags: RekeyFlags) => {
      const { rekey } = await import('./commands/secret.ts');
      finish(await rekey(context, files, flags));
    });
}
