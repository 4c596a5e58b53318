import type { Command } from 'commander';
import type { ExitCode } from '../failure.ts';
import type { TrustFlags } from './commands/hosts-trust.ts';
import type { Context } from './context.ts';

/**
 * `lvsctl hosts trust`.
 * @param onHosts adds the flags of verbs that connect to hosts
 */
export function addHosts(
  program: Command,
  context: Context,
  finish: (code: ExitCode) => void,
  onHosts: (command: Command, example: string) => Command,
): void {
  const hosts = program
    .command('hosts')
    .description('Prepares this machine for connections to the hosts.')
    .helpCommand(false)
    .addHelpText('after', '\nExample:\n  lvsctl hosts trust inventory.yml');

  onHosts(
    hosts.command('trust').description('Shows the host keys that are not known yet, asks, and records them.'),
    'lvsctl hosts trust --fingerprints fingerprints.txt inventory.yml',
  )
    .argument('[inventory]', 'inventory file, or - for standard input')
    .option('--fingerprints <file>', 'lines of host and SHA256 fingerprint; records what matches, without asking')
    .option('--yes', 'do not ask')
    .action(async (argument: string | undefined, flags: TrustFlags) => {
      const { trustHosts } = await import('./commands/hosts-trust.ts');
      finish(await trustHosts(context, argument, flags));
    });
}
