import { type Command, Option } from 'commander';
import type { ExitCode } from '../failure.ts';
import { DEFAULT_LAB } from '../lab/connection.ts';
import { type DistributionChoice, readChoices } from '../lab/distributions/choice.ts';
import { DISTRIBUTIONS } from '../lab/distributions/distributions.ts';
import type { Context } from './context.ts';

/** `lvsctl lab up|down|status|exec|tour`. */
export function addLab(
  program: Command,
  context: Context,
  finish: (code: ExitCode) => void,
  common: (command: Command) => Command,
  inventoryFiles: () => Option,
): void {
  const lab = program
    .command('lab')
    .description(
      'Real hosts on this machine: those of an inventory, or the five of inventories/article.yml. Needs root.',
    )
    .helpCommand(false)
    .addHelpText('after', '\nExample:\n  lvsctl lab up inventory.yml && lvsctl deploy inventory.yml --lab');
  const named = (): Option => new Option('--name <name>', 'name of the lab; several can run side by side');
  const bare = (name: string, description: string, example: string): Command =>
    common(lab.command(name).description(description).addHelpText('after', `\nExample:\n  ${example}`));
  const verb = (name: string, description: string, example: string): Command =>
    bare(name, description, example).addOption(named().default(DEFAULT_LAB));
  const kernel = (): Option =>
    new Option('--kernel <kernel>', "where the hosts run: this machine's kernel, User Mode Linux, or qemu")
      .choices(['auto', 'host', 'uml', 'qemu'])
      .default('auto');

  bare(
    'up',
    'Starts the lab: the hosts and networks of an inventory, or those of inventories/article.yml. Does nothing when it is up.',
    'lvsctl lab up inventory.yml --install',
  )
    .argument('[inventory]', 'inventory file, or - for standard input')
    .addOption(inventoryFiles())
    .addOption(named().default(undefined, `that of the inventory, else ${DEFAULT_LAB}`))
    .addOption(kernel())
    .option('--install', 'install missing packages on this machine with apt')
    .addOption(
      new Option('--without-packages <host>', 'hosts without a package source, separated by commas')
        .default([], 'none')
        .argParser((text) => text.split(',').filter((name) => name !== '')),
    )
    .addOption(
      new Option(
        '--distro <hosts=distribution>',
        `what hosts are, separated by commas: ${DISTRIBUTIONS.map(({ id }) => id).join(', ')}; hosts by name, or directors, real_servers, all`,
      )
        .default(undefined, 'the release of this machine')
        .argParser((text, former: readonly DistributionChoice[] | undefined) => [
          ...(former ?? []),
          ...readChoices(text),
        ]),
    )
    .action(async (argument: string | undefined, flags: UpFlags) => {
      const { up } = await import('./commands/lab.ts');
      finish(await up(context, argument, flags));
    });

  verb('down', 'Stops the lab and removes everything that `up` created, except the cache.', 'lvsctl lab down').action(
    async (flags: { name: string }) => {
      const { down } = await import('./commands/lab.ts');
      finish(await down(context, flags));
    },
  );

  verb(
    'status',
    'Shows whether the lab is up, where its hosts run, and which of them respond.',
    'lvsctl lab status',
  ).action(async (flags: { name: string }) => {
    const { status } = await import('./commands/lab.ts');
    finish(await status(context, flags));
  });

  verb(
    'exec',
    'Runs a command on a host of the lab, passing on its input, raw output and exit code.',
    'lvsctl lab exec dr1 -- ipvsadm -Ln',
  )
    .argument('<host>', 'name of the host, as in `lvsctl lab status`')
    .argument('[command...]', 'command to run; default: a shell')
    .action(async (host: string, command: readonly string[], flags: { name: string }) => {
      const { exec } = await import('./commands/lab.ts');
      finish(await exec(context, host, command, flags));
    });

  verb('tour', 'Runs a demonstration: up, deploy, deploy again, verify, failover-test.', 'npm start')
    .addOption(kernel())
    .option('--install', 'install missing packages on this machine with apt')
    .action(async (flags: TourFlags) => {
      const { tour } = await import('./commands/tour.ts');
      finish(await tour(context, flags));
    });
}

export interface TourFlags extends Pick<UpFlags, 'kernel' | 'install'> {
  readonly name: string;
}

export interface UpFlags {
  readonly inventory?: readonly string[];
  readonly name?: string;
  readonly kernel: 'auto' | 'host' | 'uml' | 'qemu';
  readonly install?: boolean;
  readonly withoutPackages: readonly string[];
  readonly distro?: readonly DistributionChoice[];
}
