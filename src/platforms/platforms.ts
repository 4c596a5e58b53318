import { sh } from '../remote/command.ts';
import type { InitSystem } from './init-system.ts';
import { INIT_SYSTEMS } from './init-systems.ts';
import type { PackageManager } from './package-manager.ts';
import { PACKAGE_MANAGERS } from './package-managers.ts';

/** What an inventory says that a host resembles, by ID; undefined where the host is examined. */
export interface Resemblance {
  readonly packages: string | undefined;
  readonly init: string | undefined;
}

/** The platforms that a host may have; the first match wins. */
export interface Platforms {
  readonly packageManagers: readonly PackageManager[];
  readonly initSystems: readonly InitSystem[];
}

export const ALL_PLATFORMS: Platforms = { packageManagers: PACKAGE_MANAGERS, initSystems: INIT_SYSTEMS };

/** A platform that the inventory names needs no further sign of it. */
export function platformsOf({ packages, init }: Resemblance): Platforms {
  const named = <T extends PackageManager | InitSystem>(all: readonly T[], id: string | undefined): readonly T[] =>
    id === undefined ? all : all.filter((one) => one.id === id).map((one) => ({ ...one, detect: sh`:` }));
  return { packageManagers: named(PACKAGE_MANAGERS, packages), initSystems: named(INIT_SYSTEMS, init) };
}
