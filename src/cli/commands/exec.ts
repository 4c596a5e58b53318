import { EXIT, type ExitCode, Failure, exitCodeOf } from '../../failure.ts';
import type { Executed, HostResult, OutputGroup, RemoteCommand } from '../../pipeline/exec.ts';
import { execOnHosts, groupEqual } from '../../pipeline/exec.ts';
import type { Line } from '../../plan/render.ts';
import { hostList } from '../../text/host-list.ts';
import type { Context, HostFlags } from '../context.ts';
import { type SelectionFlags, selectedHosts } from '../host-selection.ts';
import { withCluster } from '../open-cluster.ts';
import { openInventory } from '../open-inventory.ts';
import { reportUnreadable } from '../report-unreadable.ts';

export interface ExecFlags extends HostFlags, SelectionFlags {
  readonly shell?: string;
  /** seconds */
  readonly timeout?: number;
}

/** Characters of the last line of a running command beside its host. */
const NOTE = 200;

/**
 * Runs a command on hosts in parallel, and shows equal output once.
 * @param before words in front of `--`
 * @param argv words behind it
 */
export async function exec(
  context: Context,
  before: readonly string[],
  argv: readonly string[],
  flags: ExecFlags,
): Promise<ExitCode> {
  const command = commandOf(before, argv, flags.shell);
  const opened = await openInventory(context, { argument: before[0], flags, afterDeploy: true });
  if (typeof opened === 'number') return opened;
  const { screen, signal } = context;
  return withCluster(
    context,
    opened.cluster,
    flags,
    async ({ session, progress }) => {
      const executed = await execOnHosts(session, command, {
        timeoutMs: flags.timeout === undefined || flags.timeout === 0 ? Infinity : flags.timeout * 1000,
        forks: flags.forks,
        signal,
        onLine: (host, line) => {
          if (screen.terminal) progress.report({ type: 'note', host, text: line.slice(0, NOTE) });
        },
        onResult: (result) => screen.emit({ type: 'output', ...result }),
      });
      await progress.settle();
      for (const group of groupEqual(executed.results)) screen.lines(groupLines(group));
      const exitCode = conclude(context, executed);
      screen.emit({ type: 'result', command: 'exec', exitCode });
      return exitCode;
    },
    selectedHosts(opened.cluster, flags),
  );
}

function commandOf(before: readonly string[], argv: readonly string[], line: string | undefined): RemoteCommand {
  const usage = { hint: 'Example: lvsctl exec inventory.yml -- uptime' };
  const [, word] = before;
  if (word !== undefined)
    throw new Failure('inventory', `"${word}" is in front of --, where only the inventory may be.`, usage);
  if (line !== undefined && argv.length > 0)
    throw new Failure('inventory', '--shell and a command after -- exclude each other.', usage);
  if (line === undefined && argv.length === 0) throw new Failure('inventory', 'No command after --.', usage);
  if ([...argv, line ?? ''].some((text) => text.includes('\0')))
    throw new Failure('inventory', 'A command cannot contain a NUL character.', usage);
  return line === undefined ? { argv } : { line };
}

/** Hosts, exit code and output; lines of hosts are indented, so that they cannot be mistaken for lines of lvsctl. */
function groupLines({ hosts, result }: OutputGroup): readonly Line[] {
  const failed = result.exitCode !== 0;
  const number = hosts.length > 2 ? ` (${hosts.length} hosts)` : '';
  const silent = result.stdout === '' && result.stderr === '' && !failed ? ': no output' : '';
  const title = `${hostList(hosts)}${number}${failed ? `: exit code ${result.exitCode}` : silent}`;
  return [
    { text: title, tone: failed ? 'bad' : 'title' },
    ...outputLines(result.stdout, 'plain'),
    ...outputLines(result.stderr, failed ? 'remove' : 'change'),
  ];
}

function outputLines(text: string, tone: Line['tone']): readonly Line[] {
  if (text === '') return [];
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => ({ text: `  ${line.replace(/\r$/, '')}`, tone, tabs: true }));
}

function conclude(context: Context, { results, failed }: Executed): ExitCode {
  const { screen, signal } = context;
  const broken = results.filter(({ exitCode }) => exitCode !== 0);
  const unreached = failed.length === 0 ? EXIT.done : worst(reportUnreadable(context, failed), failed);
  if (broken.length > 0 && results.length > 1) screen.line(summary(broken, results.length), 'bad');
  if (signal.aborted) {
    screen.error('Interrupted. The command was terminated on the hosts that still ran it.');
    return EXIT.interrupted;
  }
  if (unreached === EXIT.unreachable) return EXIT.unreachable;
  return broken.length > 0 || failed.length > 0 ? EXIT.failed : EXIT.done;
}

function worst(reported: ExitCode, failed: Executed['failed']): ExitCode {
  return failed.some(({ failure }) => exitCodeOf(failure.code) === EXIT.unreachable) ? EXIT.unreachable : reported;
}

function summary(broken: readonly HostResult[], of: number): string {
  const codes = [...new Set(broken.map(({ exitCode }) => exitCode))].toSorted((one, other) => one - other);
  const each = codes.map((code) => {
    const hosts = broken.filter(({ exitCode }) => exitCode === code).map(({ host }) => host);
    return `exit code ${code} on ${hostList(hosts)}`;
  });
  return `Failed on ${broken.length} of ${of} hosts: ${each.join('; ')}.`;
}
