import type { Command } from 'commander';
import type { ExitCode } from '../failure.ts';
import type { RestoreFlags, SaveFlags } from './commands/table.ts';
import type { Context } from './context.ts';

/**
 * `lvsctl table save|restore`.
 * @param onHosts adds the flags of verbs that connect to hosts
 */
export function addTable(
  program: Command,
  context: Context,
  finish: (code: ExitCode) => void,
  onHosts: (command: Command, example: string) => Command,
): void {
  const table = program
    .command('table')
    .description('Saves and restores the IPVS tables of the directors.')
    .helpCommand(false)
    .addHelpText('after', '\nExample:\n  lvsctl table save -o tables');

  onHosts(
    table.command('save').description('Saves the IPVS table of each director, as `ipvsadm -Sn` prints it.'),
    'lvsctl table save -o tables',
  )
    .argument('[inventory]', 'inventory file, or - for standard input')
    .option('-o, --output <folder>', 'folder for a file of each director; without it standard output')
    .action(async (argument: string | undefined, flags: SaveFlags) => {
      const { save } = await import('./commands/table.ts');
      finish(await save(context, argument, flags));
    });

  onHosts(
    table.command('restore').description('Shows what differs from saved tables, asks, and restores them.'),
    'lvsctl table restore tables',
  )
    .argument('<folder>', 'folder that `save` wrote')
    .argument('[inventory]', 'inventory file, or - for standard input')
    .option('--yes', 'do not ask')
    .action(async (folder: string, argument: string | undefined, flags: RestoreFlags) => {
      const { restore } = await import('./commands/table.ts');
      finish(await restore(context, folder, argument, flags));
    });
}
