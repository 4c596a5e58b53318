import { EXIT, type ExitCode } from '../../failure.ts';
import { labDown, labExec, labStatus, labUp } from '../../lab/lab.ts';
import { existsSync } from 'node:fs';
import { hostsOf } from '../../inventory/cluster.ts';
import { DEFAULT_LAB, downCommand } from '../../lab/connection.ts';
import type { LabStatus } from '../../lab/status.ts';
import { topologyOf } from '../../lab/topology-of.ts';
import type { LabHost, Topology } from '../../lab/topology.ts';
import type { Context } from '../context.ts';
import { openInventory } from '../open-inventory.ts';
import type { UpFlags } from '../program-lab.ts';

interface Named {
  readonly name: string;
}

export async function up(context: Context, argument: string | undefined, flags: UpFlags): Promise<ExitCode> {
  const { screen } = context;
  const from = await openNamed(context, argument, flags);
  if (typeof from === 'number') return from;
  const name = flags.name ?? from?.labs[0] ?? DEFAULT_LAB;
  const status = await labUp(
    { ...flags, name, install: flags.install === true, topology: from?.topology },
    (line) => reportStep(context, line),
    context.signal,
  );
  screen.emit({ type: 'result', command: 'lab up', status, exitCode: EXIT.done });
  screen.line(
    `The lab '${name}' is up: ${status.hosts.map((host) => `${host.name} ${host.address}`).join(', ')}.`,
    'title',
  );
  for (const line of additionsOf(status)) screen.line(line);
  const [host] = status.hosts;
  screen.line(`  deploy         lvsctl deploy ${inventoryOf(status, from)}`);
  screen.line(`  run a command  lvsctl lab exec ${nameFlag({ name })}${host?.name ?? 'HOST'} -- ip address`);
  screen.line(`  stop it        ${downCommand(name)}`);
  return EXIT.done;
}

/** The inventory of a lab: its files, its topology, and the labs that it puts its hosts into. */
interface LabInventory {
  readonly files: readonly string[];
  readonly topology: Topology;
  readonly labs: readonly string[];
}

/** Undefined where none is named: the default inventories of other verbs are none of the lab's. */
async function openNamed(
  context: Context,
  argument: string | undefined,
  flags: UpFlags,
): Promise<LabInventory | ExitCode | undefined> {
  if (argument === undefined && flags.inventory === undefined) return undefined;
  const opened = await openInventory(context, {
    argument,
    flags: { inventory: flags.inventory ?? [] },
    afterDeploy: false,
  });
  if (typeof opened === 'number') return opened;
  const labs = hostsOf(opened.cluster).map(({ host }) => (host.access.kind === 'lab' ? host.access.lab : ''));
  return { files: opened.sources, topology: topologyOf(opened.cluster), labs: [...new Set(labs)] };
}

/** The arguments by which other verbs take the lab. */
function inventoryOf({ name, paths, hosts }: LabStatus, from: LabInventory | undefined): string {
  if (from === undefined) {
    if (existsSync(paths.inventory)) return name === DEFAULT_LAB ? 'inventories/article.yml' : paths.inventory;
    return `INVENTORY ${labFlag(name)}`;
  }
  const [only] = from.files;
  const files = from.files.length === 1 ? (only ?? '') : from.files.map((file) => `-i ${file}`).join(' ');
  const isInside =
    from.labs.join() === name && !hosts.some((host) => isClient(host) && from.topology.added.includes(host.name));
  return isInside ? files : `${files} ${labFlag(name)}`;
}

/** What the lab has besides the hosts of the inventory, and why. */
function additionsOf({ hosts, added }: LabStatus): readonly string[] {
  return hosts
    .filter(({ name }) => added.includes(name))
    .map((host) =>
      isClient(host)
        ? `  added          ${host.name}, a client to verify from: the inventory names none that is in the lab`
        : `  added          ${host.name}, a router between ${host.nics.map(({ segment }) => segment).join(' and ')}`,
    );
}

function isClient({ roles }: LabHost): boolean {
  return roles.includes('client');
}

function labFlag(name: string): string {
  return name === DEFAULT_LAB ? '--lab' : `--lab=${name}`;
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
  const width = Math.max(...seen.hosts.map(({ name }) => name.length), 4);
  const distributionWidth = Math.max(...seen.hosts.map(({ distribution }) => distribution.length));
  for (const { name, address, nics, answers, distribution } of seen.hosts) {
    const others = nics
      .flatMap(({ addresses }) => addresses.map((one) => one.replace(/\/.*/, '')))
      .filter((one) => one !== address);
    const also = others.length === 0 ? '' : `  (${others.join(', ')})`;
    screen.line(
      `  ${name.padEnd(width)} ${address.padEnd(16)} ${distribution.padEnd(distributionWidth)}  ${answers ? 'answers' : 'does not answer'}${also}`,
      answers ? 'plain' : 'bad',
    );
  }
  screen.line(`  ${'VIP'.padEnd(width)} ${seen.vips.join(', ')}`);
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
