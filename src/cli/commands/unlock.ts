import { type FoundLease, breakLease, findLease } from '../../apply/unlock.ts';
import { EXIT, type ExitCode, Failure } from '../../failure.ts';
import type { Session } from '../../pipeline/session.ts';
import { askYesNo } from '../ask.ts';
import type { Context, HostFlags } from '../context.ts';
import { withCluster } from '../open-cluster.ts';
import { openInventory } from '../open-inventory.ts';
import { reportUnreadable } from '../report-unreadable.ts';

export interface UnlockFlags extends HostFlags {
  readonly yes?: boolean;
}

/** Breaks the lock of a hung run. The ID guards against breaking a newer lock. */
export async function unlock(
  context: Context,
  id: string,
  argument: string | undefined,
  flags: UnlockFlags,
): Promise<ExitCode> {
  const opened = await openInventory(context, { argument, flags, afterDeploy: true });
  if (typeof opened === 'number') return opened;
  return withCluster(context, opened.cluster, flags, async ({ session, progress }) => {
    await progress.settle();
    const { screen, signal } = context;
    const found = await findLeases(session, signal);
    const meant = found.filter((lease) => lease.id === id);
    const [first] = meant;
    if (first === undefined && session.unreachable.length === 0) throw noSuchLock(id, found);
    if (first !== undefined && !(await agreed(context, first, meant, flags.yes === true))) {
      screen.line('The lock was not broken.');
      return EXIT.done;
    }
    const broken = await breakLeases(session, meant, id, signal);
    if (broken.length > 0) {
      screen.line(`Broke lock ${id} on ${broken.join(', ')}.`, 'title');
      screen.line('The run that held it stops before its next step; hosts finish the step in progress.');
    }
    const exitCode = session.unreachable.length > 0 ? reportUnreadable(context, session.unreachable) : EXIT.done;
    screen.emit({ type: 'result', command: 'unlock', id, hosts: broken, exitCode });
    return exitCode;
  });
}

async function findLeases({ transports }: Session, signal: AbortSignal): Promise<readonly FoundLease[]> {
  const found = await Promise.all([...transports.values()].map((transport) => findLease(transport, signal)));
  return found.filter((lease) => lease !== undefined);
}

async function breakLeases(
  { transports }: Session,
  leases: readonly FoundLease[],
  id: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const broken = await Promise.all(
    leases.map(async ({ host }) => {
      const transport = transports.get(host);
      return transport !== undefined && (await breakLease(transport, id, signal)) ? [host] : [];
    }),
  );
  return broken.flat();
}

async function agreed(
  { screen, signal }: Context,
  { owner, seconds }: FoundLease,
  leases: readonly FoundLease[],
  yes: boolean,
): Promise<boolean> {
  screen.line(`Held by ${owner}, on ${leases.map(({ host }) => host).join(', ')}; expires in ${seconds} s.`);
  if (yes) return true;
  if (!screen.terminal || !process.stdin.isTTY) {
    throw new Failure('inventory', 'Not a terminal, cannot ask for confirmation. The lock was not broken.', {
      hint: 'Pass --yes.',
    });
  }
  return askYesNo('Break this lock?', signal);
}

function noSuchLock(id: string, found: readonly FoundLease[]): Failure {
  const others = new Map(found.map((lease) => [lease.id, lease]));
  const held = [...others.values()].map((lease) => `${lease.id} is held by ${lease.owner}`).join('; ');
  return new Failure('command', `No host holds a lock with ID ${id}.`, {
    hint: held === '' ? 'It was released, or has expired.' : `${held}.`,
  });
}
