import type { Surroundings } from '../../src/resources/resource.ts';

/** What is seen around a thing on a Debian host where nothing runs or listens, but for what is given. */
export function surroundings(given: Partial<Surroundings> = {}): Surroundings {
  return { platform: 'apt', initSystem: 'systemd', activeUnits: new Set(), listening: new Set(), ...given };
}
