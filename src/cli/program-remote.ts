import { type Command, Option } from 'commander';
import type { ExitCode } from '../failure.ts';
import { seconds } from './arguments.ts';
import type { ExecFlags } from './commands/exec.ts';
import type { Context } from './context.ts';
import { addSelection } from './host-selection.ts';

/** An example of the command line. */
export const EXEC = "lvsctl exec inventory.yml --limit 'rs*' -- systemctl is-active nginx";

/**
 * The flags of `lvsctl exec`.
 * @param words the command line; what follows `--` is the remote command
 */
export function addExec(
  command: Command,
  context: Context,
  finish: (code: ExitCode) => void,
  words: readonly string[],
): void {
  addSelection(command)
    .argument('[command...]', 'program and arguments, after --')
    .option('--shell <line>', 'a line for the shell of each host instead')
    .addOption(
      new Option('--timeout <seconds>', 'terminate the command after this time')
        .default(undefined, 'no limit')
        .argParser(seconds),
    )
    .action(async (_inventory: string | undefined, _command: readonly string[], flags: ExecFlags) => {
      const { exec } = await import('./commands/exec.ts');
      const end = words.indexOf('--');
      const argv = end === -1 ? [] : words.slice(end + 1);
      const before = command.args.slice(0, command.args.length - argv.length);
      finish(await exec(context, before, argv, flags));
    });
}
