import { type Command, Option } from 'commander';
import type { ExitCode } from '../failure.ts';
import { collect, countWithin, pastSeconds, seconds } from './arguments.ts';
import type { ExecFlags } from './commands/exec.ts';
import type { LogFlags } from './commands/logs.ts';
import type { Context } from './context.ts';
import { addSelection } from './host-selection.ts';

/** Messages of one host. */
const MESSAGES = {
  flag: '--lines',
  unit: 'messages',
  least: 1,
  most: 100_000,
  because: 'they are put in order in memory',
};

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

/** An example of the command line. */
export const LOGS = 'lvsctl logs inventory.yml --unit keepalived --follow';

/** The flags of `lvsctl logs`. */
export function addLogs(command: Command, context: Context, finish: (code: ExitCode) => void): void {
  addSelection(command)
    .addOption(
      new Option('--since <time>', 'how far back: 10min, 2h, 1day, or a time such as 2026-11-28 09:00')
        .default(600, '10min')
        .argParser(pastSeconds),
    )
    .addOption(
      new Option(
        '--unit <unit>',
        'only messages of keepalived, agent, web or another unit; several times for more',
      ).argParser(collect),
    )
    .addOption(
      new Option('-n, --lines <n>', 'messages of each host, the newest').default(1000).argParser(countWithin(MESSAGES)),
    )
    .option('-f, --follow', 'show new messages as they arrive, until Ctrl-C')
    .action(async (argument: string | undefined, flags: LogFlags) => {
      const { logs } = await import('./commands/logs.ts');
      finish(await logs(context, argument, flags));
    });
}
