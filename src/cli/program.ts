import { FAULTS, FAULT_NAMES } from '../failover/faults/faults.ts';
import { Argument, Command, Option } from 'commander';
import { LIMITS } from '../failover/options.ts';
import { EXIT, type ExitCode } from '../failure.ts';
import { printable } from '../text/printable.ts';
import type { DeployFlags } from './commands/deploy.ts';
import type { FailoverFlags } from './commands/failover-test.ts';
import type { InitFlags } from './commands/init.ts';
import type { PlanFlags } from './commands/plan.ts';
import type { RenderFlags } from './commands/render.ts';
import type { UnlockFlags } from './commands/unlock.ts';
import type { Context, HostFlags, InventoryFlags } from './context.ts';
import { collect, count, countWithin, seconds } from './arguments.ts';
import { SHELLS, type Shell } from './completion/shell.ts';
import { ADOPT, addAdopt } from './program-adopt.ts';
import { BUNDLE, addBundle } from './program-bundle.ts';
import { DIGEST, addDigest } from './program-digest.ts';
import { EXEC, LOGS, addExec, addLogs } from './program-remote.ts';
import { addHosts } from './program-hosts.ts';
import { addLab } from './program-lab.ts';
import { RESET, addReset } from './program-reset.ts';
import { addSecret } from './program-secret.ts';
import { addTable } from './program-table.ts';
import { secretKeyFile, withSecretKey } from './secret-key.ts';
import { EXIT_CODES, INIT } from './usage.ts';
import { version } from './version.ts';

/**
 * All verbs with their flags. The code of a command is loaded when it runs, to keep `--version` fast.
 * @param words the command line, quoted in usage errors
 */
export function buildProgram(given: Context, finish: (code: ExitCode) => void, words: readonly string[] = []): Command {
  const program = new Command('lvsctl')
    .description(
      'Builds a web load-balancing cluster over SSH (LVS + keepalived), verifies it, and tests its failover.',
    )
    .version(version(), '-V, --version')
    .exitOverride()
    .configureOutput({
      writeErr: (text) => process.stderr.write(printableComplaint(text, words)),
      outputError: (text, write) => {
        write(text);
        if (text.includes('too many arguments')) write('  To use several inventories, pass -i for each.\n');
      },
    })
    .helpCommand(false)
    .addHelpText('after', EXIT_CODES)
    .showSuggestionAfterError(true);
  const context = withSecretKey(program, given);
  const verb = (name: string, description: string, example: string): Command =>
    common(program.command(name).description(description).addHelpText('after', `\nExample:\n  ${example}`));
  const inventoried = (name: string, description: string, example: string): Command =>
    verb(name, description, example)
      .showHelpAfterError(`  \`lvsctl ${name} --help\` lists its flags.`)
      .argument('[inventory]', 'inventory file, or - for standard input')
      .addOption(inventoryFiles())
      .addOption(secretKeyFile())
      .addOption(inLab());
  const forks = (): Option =>
    new Option('--forks <n>', 'number of hosts to connect to in parallel').default(50).argParser(count);
  const onHosts = (name: string, description: string, example: string): Command =>
    inventoried(name, description, example).addOption(forks());

  verb('init', 'Writes a starter inventory, from flags or from questions on a terminal.', INIT)
    .option('--vip <address>', 'virtual IP address (VIP) of the service')
    .option('--director <address...>', 'directors, the master first')
    .option('--real-server <address...>', 'real servers')
    .option('--client <address>', 'host to verify from, or `local`')
    .option('-o, --output <file>', 'output file', 'inventory.yml')
    .action(async (flags: InitFlags) => {
      const { init } = await import('./commands/init.ts');
      finish(await init(context, flags));
    });

  addAdopt(
    verb('adopt', 'Writes an inventory of a cluster that was built by hand.', ADOPT)
      .addOption(inLab())
      .addOption(forks()),
    context,
    finish,
  );

  onHosts(
    'deploy',
    'Shows the plan, asks for confirmation, applies it in waves, and verifies.',
    'lvsctl deploy inventory.yml',
  )
    .option('--yes', 'do not ask')
    .option('--no-verify', 'skip verification after the changes')
    .option('--check', 'only show the plan, as `lvsctl plan` does')
    .option('--plan <file>', 'apply a plan that `lvsctl plan -o` saved; hosts that changed since are left alone')
    .option('--allow-removals', 'remove virtual IP addresses, or more than a third of the real servers')
    .option('--diff', 'also show the content of new files')
    .option('--flush-unmanaged', 'remove virtual services from the IPVS tables that the inventory does not have')
    .action(async (argument: string | undefined, flags: DeployFlags & { readonly check?: boolean }) => {
      if (flags.check === true) {
        const { plan } = await import('./commands/plan.ts');
        finish(await plan(context, argument, flags));
        return;
      }
      const { deploy } = await import('./commands/deploy.ts');
      finish((await deploy(context, argument, flags)).exitCode);
    });

  onHosts('plan', 'Shows what deploy would change; exits 2 when changes are pending.', 'lvsctl plan inventory.yml')
    .option('--diff', 'also show the content of new files')
    .option('-o, --output <file>', 'save the plan, for `lvsctl deploy --plan`')
    .option('--flush-unmanaged', 'remove virtual services from the IPVS tables that the inventory does not have')
    .action(async (argument: string | undefined, flags: PlanFlags & { readonly output?: string }) => {
      const { plan } = await import('./commands/plan.ts');
      finish(await plan(context, argument, flags, flags.output));
    });

  onHosts('verify', 'Checks from the client that the cluster matches the inventory.', 'lvsctl verify')
    .addOption(
      new Option('--wait <seconds>', 'how long to wait for an election or health check in progress')
        .default(0)
        .argParser(seconds),
    )
    .action(async (argument: string | undefined, flags: HostFlags & { readonly wait: number }) => {
      const { verify } = await import('./commands/verify.ts');
      finish(await verify(context, argument, flags));
    });

  onHosts('status', 'Shows the master and the IPVS table of each director.', 'lvsctl status inventory.yml').action(
    async (argument: string | undefined, flags: HostFlags) => {
      const { status } = await import('./commands/status.ts');
      finish(await status(context, argument, flags));
    },
  );

  inventoried('lint', 'Checks the inventory without connecting to any host.', 'lvsctl lint inventory.yml').action(
    async (argument: string | undefined, flags: InventoryFlags) => {
      const { lint } = await import('./commands/lint.ts');
      finish(await lint(context, argument, flags));
    },
  );

  inventoried(
    'render',
    'Prints the files for each host without connecting to any host.',
    'lvsctl render inventory.yml --host dr1',
  )
    .option('--host <name>', 'only the files of this host')
    .option('-o, --output <folder>', 'write the files, including secrets, to this folder')
    .action(async (argument: string | undefined, flags: RenderFlags) => {
      const { render } = await import('./commands/render.ts');
      finish(await render(context, argument, flags));
    });

  onHosts('facts', 'Shows facts about the hosts.', 'lvsctl facts inventory.yml').action(
    async (argument: string | undefined, flags: HostFlags) => {
      const { facts } = await import('./commands/facts.ts');
      finish(await facts(context, argument, flags));
    },
  );

  addExec(
    onHosts('exec', 'Runs a command on hosts in parallel; equal output is shown once.', EXEC),
    context,
    finish,
    words,
  );

  addLogs(onHosts('logs', 'Shows the logs of hosts, merged in the order of time.', LOGS), context, finish);

  addBundle(
    inventoried('bundle', 'Collects packages and the agent in one file, for hosts without network.', BUNDLE),
    context,
    finish,
  );

  addDigest(onHosts('digest', 'Shows the digest of each page that health checks request.', DIGEST), context, finish);

  onHosts(
    'failover-test',
    'Injects faults, measures the outage seen by a client, and restores the cluster.',
    'lvsctl failover-test --max-gap 5000',
  )
    .addOption(
      new Option('--max-gap <ms>', 'longest acceptable gap in service; a longer one exits 7').argParser(
        countWithin(LIMITS.maxGap),
      ),
    )
    .addOption(
      new Option('--fault <name...>', `faults to inject: ${FAULTS.map(({ help }) => help).join(', ')}`).choices(
        FAULT_NAMES,
      ),
    )
    .option('--virtual-server <name>', 'virtual server to send requests to, as messages name it: 192.168.168.12:80')
    .addOption(
      new Option('--cut <seconds>', 'how long the cable stays cut').default(8).argParser(countWithin(LIMITS.cut)),
    )
    .addOption(new Option('--rate <n>', 'requests per second').default(50).argParser(countWithin(LIMITS.rate)))
    .option('--yes', 'do not ask')
    .action(async (argument: string | undefined, flags: FailoverFlags) => {
      const { failoverTest } = await import('./commands/failover-test.ts');
      finish((await failoverTest(context, argument, flags)).exitCode);
    });

  addReset(onHosts('reset', 'Brings the hosts back to the state before lvsctl.', RESET), context, finish);

  verb('unlock', 'Breaks the lock of a hung run.', 'lvsctl unlock 7f3a9c01b2d4 inventory.yml')
    .argument('<id>', 'lock ID, as printed by the run that was refused')
    .argument('[inventory]', 'inventory file, or - for standard input')
    .addOption(inventoryFiles())
    .addOption(secretKeyFile())
    .addOption(inLab())
    .addOption(forks())
    .option('--yes', 'do not ask')
    .action(async (id: string, argument: string | undefined, flags: UnlockFlags) => {
      const { unlock } = await import('./commands/unlock.ts');
      finish(await unlock(context, id, argument, flags));
    });

  inventoried(
    'inventory',
    'Shows every value of the inventory and its origin.',
    'lvsctl inventory --resolved inventory.yml',
  )
    .option('--resolved', 'include all defaults (always on)')
    .action(async (argument: string | undefined, flags: InventoryFlags) => {
      const { inventory } = await import('./commands/inventory.ts');
      finish(await inventory(context, argument, flags));
    });

  verb(
    'completion',
    'Prints a shell completion script.',
    'eval "$(lvsctl completion bash)"\n  lvsctl completion fish > ~/.config/fish/completions/lvsctl.fish',
  )
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .action(async (shell: Shell) => {
      const { completionScript } = await import('./completion/script.ts');
      context.screen.block(completionScript(program, shell));
      finish(EXIT.done);
    });

  const nested = (command: Command, example: string): Command =>
    common(command.addHelpText('after', `\nExample:\n  ${example}`))
      .addOption(inventoryFiles())
      .addOption(secretKeyFile())
      .addOption(inLab())
      .addOption(forks());
  addTable(program, context, finish, nested);
  addHosts(program, context, finish, nested);
  addSecret(program, context, finish, common);
  addLab(program, context, finish, common, inventoryFiles);
  return program;
}

/** Escapes newlines in words that commander quotes, but not those between its own lines. */
function printableComplaint(text: string, words: readonly string[]): string {
  const quoted = words.filter((word) => word.includes('\n'));
  return printable(
    quoted.reduce((sofar, word) => sofar.replaceAll(word, () => printable(word)), text),
    '\n',
  );
}

/** Flags of all verbs. They are parsed before the verb is known; declared here for `--help`. */
function common(command: Command): Command {
  return command
    .option('--json', 'print one JSON object per line; the last is the result')
    .option('--no-color', 'disable colour, as NO_COLOR does')
    .option('--verbose', 'show the full output of hosts');
}

function inventoryFiles(): Option {
  return new Option(
    '-i, --inventory <file>',
    'inventory file; later ones overlay earlier ones and the argument',
  ).argParser(collect);
}

function inLab(): Option {
  return new Option('--lab [name]', 'use the hosts of a lab instead of those at the addresses of the inventory');
}
