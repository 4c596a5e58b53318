import type { LabKernel, StartedLab, StartingLab } from './state.ts';
import type { Topology } from './topology.ts';
import { type DistributionChoice, chooseDistributions, withoutBase } from './distributions/choice.ts';
import { existsSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { Failure } from '../failure.ts';
import { downCommand } from './connection.ts';

export interface LabOptions {
  /** Labs of different names run side by side. */
  readonly name: string;
  readonly kernel: LabKernel | 'auto';
  /** Whether apt may install what is missing on this machine. */
  readonly install: boolean;
  /** Its hosts and segments; undefined is what is up, else the article's. */
  readonly topology?: Topology | undefined;
  /** Hosts that get no package source at all, as on a network where nothing can be installed. */
  readonly withoutPackages?: readonly string[];
  /** What hosts are; undefined is what is up, else the release of this machine for all. */
  readonly distro?: readonly DistributionChoice[] | undefined;
  /** Lets the kernel `host` start without ip_vs: enough to test all of the lab but IPVS. */
  readonly evenWithoutIpvs?: boolean;
}

/** @throws Failure `lab` when the options name a host that the lab does not have, or this machine can have no lab at all */
export function refuseImpossible(options: LabOptions, { hosts }: Topology): void {
  const unknown = options.withoutPackages?.find((name) => !hosts.some((host) => host.name === name));
  if (unknown !== undefined) {
    throw new Failure('lab', `the lab has no host '${unknown}'`, {
      hint: `Its hosts are ${hosts.map((host) => host.name).join(', ')}.`,
    });
  }
  if (process.platform !== 'linux' || process.geteuid?.() !== 0) {
    throw new Failure('lab', 'the lab needs Linux and root to create network namespaces and mounts', {
      hint: 'Run the same command with sudo.',
    });
  }
  if (!existsSync('/usr/bin/apt-get')) {
    throw new Failure('lab', 'the lab is built with apt, which is not installed on this machine', {
      hint: 'Run the lab on a Debian machine.',
    });
  }
}

/** @throws Failure `lab`, always */
export function refuseBusy(state: StartingLab): never {
  throw new Failure('lab', `process ${String(state.owner.pid)} is starting the lab '${state.name}'`, {
    hint: 'Wait for it, interrupt it, or use another --name.',
  });
}

/** @throws Failure `lab` when the running lab is not the one that the options describe */
export function refuseOtherSettings(state: StartedLab, options: LabOptions): void {
  const hosts = (names: readonly string[]): string => [...names].sort().join(',');
  const sameKernel = options.kernel === 'auto' || options.kernel === state.kernel;
  const samePackages =
    options.withoutPackages === undefined || hosts(options.withoutPackages) === hosts(state.withoutPackages);
  const sameHosts = options.topology === undefined || isDeepStrictEqual(options.topology, state.topology);
  if (sameKernel && samePackages && sameHosts && hasDistributions(state, options)) return;
  const difference = !sameHosts
    ? 'with other hosts or networks'
    : hasDistributions(state, options)
      ? `with other settings (kernel ${state.kernel})`
      : 'with other distributions';
  throw new Failure('lab', `the lab '${state.name}' is already up ${difference}`, {
    hint: `Stop it first with \`${downCommand(state.name)}\`, or use another --name.`,
  });
}

function hasDistributions({ base, distributions, topology }: StartedLab, { distro }: LabOptions): boolean {
  if (distro === undefined) return true;
  return isDeepStrictEqual(withoutBase(chooseDistributions(distro, topology), base), withoutBase(distributions, base));
}
