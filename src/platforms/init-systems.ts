import type { InitSystem } from './init-system.ts';
import { systemd } from './systemd.ts';

/** First match wins. Add one by adding a file and a line. */
export const INIT_SYSTEMS: readonly InitSystem[] = [systemd];

export function initSystemOf(id: string | undefined): InitSystem | undefined {
  return INIT_SYSTEMS.find((system) => system.id === id);
}

/** The program to run after a file of an init system has changed; undefined for other files. */
export function afterwardsOf(path: string): readonly string[] | undefined {
  return INIT_SYSTEMS.find(({ unitFiles }) => path.startsWith(unitFiles.folder))?.unitFiles.afterwards;
}
