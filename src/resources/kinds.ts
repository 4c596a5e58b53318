import { type AddressWant, address } from './address.ts';
import { type FileWant, file } from './file.ts';
import { type IpvsWant, ipvs } from './ipvs.ts';
import { type LeftoverWant, leftover } from './leftover.ts';
import { type ModuleWant, kernelModule } from './kernel-module.ts';
import { type PackagesWant, packages } from './packages.ts';
import { type ProgramWant, program } from './program.ts';
import type { ResourceKind } from './resource.ts';
import { type ServiceWant, service } from './service.ts';
import { type SysctlWant, sysctl } from './sysctl.ts';

export type Want =
  PackagesWant | ModuleWant | ProgramWant | FileWant | SysctlWant | ServiceWant | LeftoverWant | AddressWant | IpvsWant;
export type Kind = Want['kind'];

/** Every kind of thing that lvsctl keeps on a host. A new one is a file and a line here. */
export const KINDS: readonly ResourceKind<Want, unknown>[] = [
  packages,
  kernelModule,
  program,
  file,
  sysctl,
  service,
  leftover,
  address,
  ipvs,
];

/** @throws RangeError for a kind that is not in `KINDS`, which the type `Kind` rules out. */
export function kindOf(want: Want): ResourceKind<Want, unknown> {
  const found = KINDS.find((kind) => kind.kind === want.kind);
  if (found === undefined) throw new RangeError(`no resource of the kind ${want.kind}`);
  return found;
}
