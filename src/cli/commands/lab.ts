import { EXIT, type ExitCode } from '../../failure.ts';
import { labDown, labExec, labStatus, labUp } from '../../lab/lab.ts';
import type { LabStatus } from '../../lab/status.ts';
import type { Context } from '../context.ts';
import type { UpFlags } from '../program-lab.ts';

type Named = Pick<UpFlags, 'name'>;

export async function up(context: Context, flags: UpFlags): Promise<ExitCode> {
  const { screen } = context;
  const status = await labUp(
    { ...flags, install: flags.install === true },
    (line) => reportStep(context, line),
    context.signal,
  );
  screen.emit({ type: 'result', command: 'lab up', status, exitCode: EXIT.done });
  screen.line(
    `The lab '${status.name}' is up: ${status.hosts.map(({ name, address }) => `${name} ${address}`).join(', ')}.`,
    'title',
  );
  screen.line(`  inventory      ${status.paths.inventory}`);
  screen.line(
    `  deploy         lvsctl deploy ${flags.name === 'lab' ? 'inventories/article.yml' : status.paths.inventory}`,
  );
  screen.line(`  run a command  lvsctl lab exec ${nameFlag(flags)}dr1 -- ip address`);
  screen.line(`  stop it        lvsctl lab down ${nameFlag(flags)}`.trimEnd());
  return EXIT.done;
}

export async function down(context: Context, { name }: Named): Promise<ExitCode> {
  await labDown(name, (line) => reportStep(context, line));
  context.screen.emit({ type: 'result', command: 'lab down', name, exitCode: EXIT.done });
  return EXIT.done;
}

export async function status(context: Context, flags: Named): Promise<ExitCode> {
  const { screen } = context;
  const seen = await labStatus(flags.name);
  const exitCode = seen.condition === 'up' && seen.hosts.every(({ answers }) => answers) ? EXIT.done : EXIT.failed;
  screen.emit({ type: 'result', command: 'lab status', status: seen, exitCode });
  screen.line(`the lab '${seen.name}' ${conditionOf(seen)}`, exitCode === EXIT.done ? 'add' : 'change');
  if (seen.condition !== 'up') {
    screen.line(`  lvsctl lab up ${nameFlag(flags)}`.trimEnd());
    return exitCode;
  }
  for (const host of seen.hosts) {
    screen.line(
      `  ${host.name.padEnd(4)} ${host.address.padEnd(16)} ${host.answers ? 'answers' : 'does not answer'}`,
      host.answers ? 'plain' : 'bad',
    );
  }
  screen.line(`  ${'VIP'.padEnd(4)} ${seen.vip}`);
  screen.line(`  inventory ${seen.paths.inventory}`, 'faint');
  return exitCode;
}

/** Returns the exit code of the command. */
export async function exec(
  context: Context,
  host: string,
  command: readonly string[],
  { name }: Named,
): Promise<ExitCode> {
  const terminal = context.screen.terminal && process.stdin.isTTY;
  // Ctrl-C reaches the command through the terminal of ssh.
  return (await labExec(name, host, command, { stdio: 'inherit', terminal })) as ExitCode;
}

function conditionOf(seen: LabStatus): string {
  switch (seen.condition) {
    case 'up':
      return `is up in ${seen.kernel ?? 'an unknown kernel'}: ${seen.because ?? ''}`;
    case 'died':
      return `died: ${seen.why ?? ''}`;
    case 'starting':
      return 'is starting';
    case 'down':
      return 'is down';
  }
}

export function reportStep({ screen }: Context, line: string): void {
  screen.emit({ type: 'lab', line });
  screen.line(line);
}

function nameFlag({ name }: Named): string {
  return name === 'lab' ? '' : `--name ${name} `;
}
