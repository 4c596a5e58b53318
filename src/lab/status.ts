import { LAB_HOSTS, LAB_NETWORK, type LabHost } from './network.ts';
import { type LabPaths, labPaths } from './paths.ts';
import { answers } from './start.ts';
import { type LabKernel, labCondition } from './state.ts';

/** The observed state of a lab. */
export interface LabStatus {
  readonly name: string;
  readonly condition: 'down' | 'starting' | 'up' | 'died';
  /** Why it counts as dead, as the end of a sentence. */
  readonly why?: string;
  readonly kernel?: LabKernel;
  /** Why it runs on that kernel. */
  readonly because?: string;
  readonly vip: string;
  /** `answers`: sshd of the host greets from the control namespace. */
  readonly hosts: readonly (LabHost & { readonly answers: boolean })[];
  /** Where its inventory, ssh_config, keys and console logs are; they exist while it is up. */
  readonly paths: LabPaths;
}

/** Observes a lab; a host that sends no SSH greeting within two seconds counts as unreachable. */
export async function labStatus(name: string): Promise<LabStatus> {
  const paths = labPaths(name);
  const condition = labCondition(paths);
  const hosts = await Promise.all(
    LAB_HOSTS.map(async (host) => ({ ...host, answers: condition.is === 'up' && (await answers(paths, host, 2000)) })),
  );
  const common = { name, condition: condition.is, vip: LAB_NETWORK.vip, hosts, paths };
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
