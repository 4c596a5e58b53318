import type { Command } from 'commander';
import type { ExitCode } from '../failure.ts';
import type { BundleFlags } from './commands/bundle.ts';
import type { Context } from './context.ts';

/** Examples of the command line. */
export const BUNDLE = `lvsctl bundle inventory.yml -o cluster.bundle
  lvsctl bundle inventory.yml -o cluster.bundle --add --on admin@192.0.2.7
  lvsctl bundle --list cluster.bundle`;

/** The flags of `lvsctl bundle`. */
export function addBundle(command: Command, context: Context, finish: (code: ExitCode) => void): void {
  command
    .option('-o, --output <file>', 'file to write; default: packages.bundle of the inventory')
    .option(
      '--on <host...>',
      'collect on these machines instead of this one: hosts of the inventory, or user@address; each needs network and the distribution of the hosts',
    )
    .option('--add', 'add to the file, or replace in it what it has of the same platform')
    .option('--force', 'replace the file')
    .option('--allow-missing', 'leave out packages that no repository has')
    .option('--list <file>', 'check a bundle and show what is in it')
    .action(async (argument: string | undefined, flags: BundleFlags) => {
      const { bundle } = await import('./commands/bundle.ts');
      finish(await bundle(context, argument, flags));
    });
}
