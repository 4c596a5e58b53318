import type { FaultKind } from '../fault.ts';
import { cable } from './cable.ts';
import { daemon } from './daemon.ts';
import { insideCable } from './inside-cable.ts';
import type { Choice } from './targets.ts';
import { web } from './web.ts';

/** In the order in which a test injects them. Add one by adding a file and a line. */
export const FAULTS = [daemon, cable, insideCable, web] as const;

export type FaultName = (typeof FAULTS)[number]['name'];

export const FAULT_NAMES: readonly FaultName[] = FAULTS.map(({ name }) => name);

/** The faults that this cluster can have. */
export function faultsOf(subject: Pick<Choice, 'cluster' | 'moving'>): readonly FaultName[] {
  return FAULTS.filter(({ applies }) => applies(subject)).map(({ name }) => name);
}

export function faultNamed(name: FaultName): FaultKind {
  const found = FAULTS.find((kind) => kind.name === name);
  if (found === undefined) throw new RangeError(`there is no fault ${name}`);
  return found;
}
