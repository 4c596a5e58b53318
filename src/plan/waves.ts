import type { Change } from './change.ts';

/** Changes that are made at the same time on all their hosts. The next wave starts when the hosts of this one are well. */
export interface Wave {
  readonly title: string;
  readonly changes: readonly Change[];
}

/**
 * The order that keeps clients served: what no client can see first, on all hosts at once (packages, kernel modules, and
 * all of the real servers, which must be silent on ARP before the virtual address points at them), then one backup
 * director at a time, and the master last.
 */
export function wavesOf(changes: readonly Change[], master: string | undefined): readonly Wave[] {
  const directors = [...new Set(changes.filter(takesPartInElection).map((change) => change.host))];
  const backups = directors.filter((host) => host !== master);
  const waves: readonly Wave[] = [
    firstWave(changes.filter((change) => !takesPartInElection(change))),
    ...backups.map((host) => directorWave(`backup director ${host}`, host, changes)),
    ...(master === undefined ? [] : [directorWave(`master director ${master}`, master, changes)]),
  ];
  return waves.filter((wave) => wave.changes.length > 0);
}

function firstWave(changes: readonly Change[]): Wave {
  const real = changes.some(({ role }) => role === 'real-server');
  const others = changes.some(({ role }) => role !== 'real-server');
  const title = real ? (others ? 'real servers, and packages everywhere' : 'real servers') : 'packages';
  return { title, changes };
}

function directorWave(title: string, host: string, changes: readonly Change[]): Wave {
  return { title, changes: changes.filter((change) => change.host === host && takesPartInElection(change)) };
}

/** Whether a change can move or hurt the virtual address. */
function takesPartInElection(change: Change): boolean {
  return (
    change.role === 'director' && change.kind !== 'packages' && change.kind !== 'module' && change.kind !== 'sysctl'
  );
}
