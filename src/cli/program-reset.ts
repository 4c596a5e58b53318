import type { Command } from 'commander';
import type { ExitCode } from '../failure.ts';
import type { ResetFlags } from './commands/reset.ts';
import type { Context } from './context.ts';

/** Examples of the command line. */
export const RESET = `lvsctl reset --check inventory.yml
  lvsctl reset inventory.yml`;

/** The flags of `lvsctl reset`. */
export function addReset(command: Command, context: Context, finish: (code: ExitCode) => void): void {
  command
    .option('--yes', 'do not ask')
    .option('--check', 'only show the plan; exits 2 when changes are pending')
    .action(async (argument: string | undefined, flags: ResetFlags) => {
      const { reset } = await import('./commands/reset.ts');
      finish(await reset(context, argument, flags));
    });
}
