import { KINDS } from '../resources/kinds.ts';
import type { Change } from './change.ts';
import type { Wave } from './waves.ts';

/**
 * The waves of a deploy in reverse, but for the backups, which would take over from a master that stops first. Real
 * servers keep silent about the virtual address until no director sends them packets for it.
 */
const TURNS: readonly {
  readonly title: string;
  readonly has: (change: Change, master: string | undefined) => boolean;
}[] = [
  { title: 'backup directors', has: ({ role, host }, master) => role === 'director' && host !== master },
  { title: 'master director', has: ({ role }) => role === 'director' },
  { title: 'real servers and client', has: () => true },
];

/** The waves of a reset. @param master name of the director that is changed last; undefined when there is none */
export function wavesBack(changes: readonly Change[], master: string | undefined): readonly Wave[] {
  const turnOf = (change: Change): string | undefined => TURNS.find(({ has }) => has(change, master))?.title;
  return [
    ...TURNS.map(({ title }) => ({
      title,
      changes: changes.filter((change) => !isLast(change) && turnOf(change) === title),
    })),
    { title: 'what lvsctl keeps for itself', changes: changes.filter(isLast) },
  ].filter((wave) => wave.changes.length > 0);
}

/** Without the record of a host a reset cannot be continued there, so it goes when all hosts are as before. */
function isLast({ kind }: Change): boolean {
  return KINDS[kind].wave === 'last';
}
