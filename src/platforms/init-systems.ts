import type { Command } from '../remote/command.ts';
import { busybox } from './busybox.ts';
import type { InitSystem } from './init-system.ts';
import { openrc } from './openrc.ts';
import { runit } from './runit.ts';
import { systemd } from './systemd.ts';
import { sysvinit } from './sysvinit.ts';

/** First match wins. Add one by adding a file and a line. */
export const INIT_SYSTEMS: readonly InitSystem[] = [systemd, openrc, runit, sysvinit, busybox];

export function initSystemOf(id: string | undefined): InitSystem | undefined {
  return INIT_SYSTEMS.find((system) => system.id === id);
}

/** The init system of a host; the most usual one where none was found. */
export function initSystemOrUsual(id: string | undefined): InitSystem {
  return initSystemOf(id) ?? systemd;
}

/** The file that defines a unit. */
export function unitFileIn({ unitFiles }: Pick<InitSystem, 'unitFiles'>, unit: string): string {
  return unitFiles.folder + unitFiles.file(unit);
}

/** The files that define a unit on hosts of any init system. */
export function unitFilesOf(unit: string): readonly string[] {
  return [...new Set(INIT_SYSTEMS.map((init) => unitFileIn(init, unit)))];
}

/** What to do on a host after the file of a unit was removed; nothing for other files. */
export function forgetUnit(id: string | undefined, path: string): readonly Command[] {
  const { folder, forget } = initSystemOf(id)?.unitFiles ?? {};
  return folder === undefined || forget === undefined || !path.startsWith(folder)
    ? []
    : [forget(path.slice(folder.length))];
}

/** The program to run after a file of an init system has changed; undefined for other files. */
export function afterwardsOf(path: string): readonly string[] | undefined {
  return INIT_SYSTEMS.find(({ unitFiles }) => path.startsWith(unitFiles.folder))?.unitFiles.afterwards;
}
