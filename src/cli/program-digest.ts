import type { Command } from 'commander';
import type { ExitCode } from '../failure.ts';
import type { DigestFlags } from './commands/digest.ts';
import type { Context } from './context.ts';

/** An example of the command line. */
export const DIGEST = 'lvsctl digest --path /health';

/** The flags of `lvsctl digest`. */
export function addDigest(command: Command, context: Context, finish: (code: ExitCode) => void): void {
  command
    .option('--path <path...>', 'pages to ask for, instead of those of the health checks')
    .action(async (argument: string | undefined, flags: DigestFlags) => {
      const { digest } = await import('./commands/digest.ts');
      finish(await digest(context, argument, flags));
    });
}
