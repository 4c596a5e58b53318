import type { Cluster, Director } from '../../inventory/cluster.ts';
import { sh } from '../../remote/command.ts';
import { backupOf, expectedResignation, expectedReturnMs } from '../expectation.ts';
import type { Fault, NotPossible } from '../fault.ts';
import type { DirectorFacts } from '../look.ts';
import { noteBeginning } from '../undo.ts';
import { startAgain } from './start-again.ts';

/** Stops the daemon that keeps the address, as an administrator would: it resigns, and the backup need not wait. */
export function stopDaemon(cluster: Cluster, owner: Director, facts: DirectorFacts): Fault | NotPossible {
  const backup = backupOf(cluster, owner.name);
  if (backup === undefined || facts.engine === undefined) return { reason: `there is no daemon to take over from` };
  const expects = expectedResignation(cluster, backup);
  return {
    name: 'daemon',
    title: `${facts.engine} stopped on ${owner.name}`,
    host: owner.name,
    inject: sh`${noteBeginning('daemon')}
systemctl stop ${facts.engine}`,
    undo: startAgain(facts.engine),
    holdMs: expects.highMs + 8000,
    hold: 'until-seen',
    expects,
    settleMs: expectedReturnMs(cluster, owner) + 10_000,
    effect: 'takeover',
    server: undefined,
  };
}
