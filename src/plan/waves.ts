import { KINDS } from '../resources/kinds.ts';
import type { Change } from './change.ts';
import { requiresSimultaneousUpdate } from './simultaneous-update.ts';

/** Changes that are applied in parallel. The next wave starts when the hosts of this one are healthy. */
export interface Wave {
  readonly title: string;
  readonly changes: readonly Change[];
}

/**
 * The order that keeps the service up: changes that do not disrupt traffic first, on all hosts (packages, kernel modules, and
 * the real servers, which must not answer ARP before they get the virtual address), then one backup
 * director at a time, the master last. All directors change at once only where the protocol requires it. Real servers
 * lose what directors no longer need when these have changed.
 */
export function wavesOf(changes: readonly Change[], master: string | undefined): readonly Wave[] {
  const elected = changes.filter(takesPartInElection);
  const directors = [...new Set(elected.map(({ host }) => host))];
  const of = (host: string): readonly Change[] => elected.filter((change) => change.host === host);
  const oneByOne: readonly Wave[] = [
    ...directors
      .filter((host) => host !== master)
      .map((host) => ({ title: `backup director ${host}`, changes: of(host) })),
    ...(master === undefined ? [] : [{ title: `master director ${master}`, changes: of(master) }]),
  ];
  const simultaneous = {
    title: 'all directors at once, because the list of virtual addresses changes',
    changes: elected,
  };
  return [
    firstWave(changes.filter((change) => !takesPartInElection(change) && !isLate(change))),
    ...(directors.length > 1 && requiresSimultaneousUpdate(elected) ? [simultaneous] : oneByOne),
    { title: 'real servers, what directors no longer need', changes: changes.filter(isLate) },
  ].filter((wave) => wave.changes.length > 0);
}

function firstWave(changes: readonly Change[]): Wave {
  const real = changes.some(({ role }) => role === 'real-server');
  const others = changes.some(({ role }) => role !== 'real-server');
  const title = real ? (others ? 'real servers, and packages everywhere' : 'real servers') : 'packages';
  return { title, changes };
}

function isLate({ role, late }: Change): boolean {
  return role === 'real-server' && late === true;
}

/** Whether a change can move or disrupt the virtual address. A package can, when its service starts at once. */
function takesPartInElection(change: Change): boolean {
  const { wave } = KINDS[change.kind];
  return change.role === 'director' && (wave === 'turn' || (wave === 'turn-if-disruptive' && change.disruptive));
}
