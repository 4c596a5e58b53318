import { type LabPaths, labPaths } from './paths.ts';
import { answers } from './start.ts';
import { type LabKernel, labCondition } from './state.ts';
import type { LabHost } from './topology.ts';

/** The observed state of a lab. */
export interface LabStatus {
  readonly name: string;
  readonly condition: 'down' | 'starting' | 'up' | 'died';
  /** Why it counts as dead, as the end of a sentence. */
  readonly why?: string;
  readonly kernel?: LabKernel;
  /** Why it runs on that kernel. */
  readonly because?: string;
  /** Its virtual addresses; like its hosts only while it is up. */
  readonly vips: readonly string[];
  /** Names of hosts that the inventory does not have. */
  readonly added: readonly string[];
  /** `answers`: sshd of the host greets from the control namespace; `distribution`: as in `lab up --distro`. */
  readonly hosts: readonly (LabHost & { readonly answers: boolean; readonly distribution: string })[];
  /** Where its inventory, ssh_config, keys and console logs are; they exist while it is up. */
  readonly paths: LabPaths;
}

/** Observes a lab; a host that sends no SSH greeting within two seconds counts as unreachable. */
export async function labStatus(name: string): Promise<LabStatus> {
  const paths = labPaths(name);
  const condition = labCondition(paths);
  const state = condition.is === 'up' ? condition.state : undefined;
  const topology = state?.topology;
  const hosts = await Promise.all(
    (topology?.hosts ?? []).map(async (host) => ({
      ...host,
      answers: await answers(paths, host, 2000),
      distribution: state?.distributions[host.name] ?? state?.base ?? '',
    })),
  );
  const common = {
    name,
    condition: condition.is,
    vips: topology?.vips ?? [],
    added: topology?.added ?? [],
    hosts,
    paths,
  };
  switch (condition.is) {
    case 'up':
      return { ...common, kernel: condition.state.kernel, because: condition.state.because };
    case 'died':
      return { ...common, why: condition.why };
    case 'down':
    case 'starting':
      return common;
  }
}
