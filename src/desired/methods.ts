import type { HostSide, MethodAddress, MethodFile } from '../forwarding/forwarding.ts';
import type { InitSystem } from '../platforms/init-system.ts';
import { unitFileIn } from '../platforms/init-systems.ts';
import { tracesOf } from '../render/method-sides.ts';
import type { AddressWant } from '../resources/address.ts';
import type { FileWant } from '../resources/file.ts';
import type { Want } from '../resources/kinds.ts';
import type { ObsoleteFileWant } from '../resources/obsolete-file.ts';
import type { ServiceWant } from '../resources/service.ts';
import { withAfterwards } from './files.ts';

/** The files of a host, those of methods with the unit that reads them. */
export function withReaders(files: readonly FileWant[], sides: readonly HostSide[]): readonly FileWant[] {
  const readers = new Map(sides.flatMap((side) => side.files.map(({ path, readBy }) => [path, readBy] as const)));
  return files.map((want) => {
    const readBy = readers.get(want.path);
    return readBy === undefined ? want : { ...want, readBy };
  });
}

/** Units may save the previous values of sysctls, so they come before these. */
export function methodUnits(sides: readonly HostSide[]): readonly Want[] {
  return sides.flatMap(({ units, files, script }) =>
    units.flatMap(({ name }): readonly Want[] => [
      { ...unitOf(name), reloadOn: filesReadBy(name, files) },
      ...(script === undefined ? [] : [{ kind: 'script' as const, path: script, unit: name }]),
    ]),
  );
}

/** @param segment the interface that holds the address of the host; without it nothing is wanted of it */
export function methodAddresses(sides: readonly HostSide[], segment: string | undefined): readonly AddressWant[] {
  const wants = sides.flatMap((side) => side.addresses.flatMap((one) => addressWant(one, segment)));
  return [...new Map(wants.map((want) => [`${want.address} ${want.device}`, want])).values()];
}

/** Units and files of methods that no longer concern a host. A unit is stopped first, which brings former values back. */
export function obsoleteMethods(
  sides: readonly HostSide[],
  init: InitSystem,
  others: readonly string[] = [],
): readonly Want[] {
  const { units, files } = tracesOf(sides);
  const reason = 'no virtual server needs it on this host';
  return [
    ...units.map((unit): ServiceWant => ({ ...unitOf(unit), stoppedBecause: reason })),
    ...[...files, ...units.map((unit) => unitFileIn(init, unit))].map((path): ObsoleteFileWant => ({
      kind: 'obsolete',
      path,
      reason,
      marked: true,
      // In case it was started without its unit.
      ...(path.endsWith('.sh') && { beforehand: ['stop'] }),
      ...withAfterwards(path),
    })),
    ...others.map((path): ObsoleteFileWant => ({ kind: 'obsolete', path, reason, marked: true })),
  ];
}

function unitOf(unit: string): ServiceWant {
  return { kind: 'service', unit, reloadOn: [], restartOn: [], disruptive: false };
}

function filesReadBy(unit: string, files: readonly MethodFile[]): readonly string[] {
  return files.filter(({ readBy }) => readBy === unit).map(({ path }) => path);
}

function addressWant(
  { address, on, present, reason }: MethodAddress,
  segment: string | undefined,
): readonly AddressWant[] {
  const device = on === 'segment' ? segment : on.device;
  return device === undefined ? [] : [{ kind: 'address', address, device, present, reason }];
}
