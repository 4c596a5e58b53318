import { Failure } from '../failure.ts';
import { LAB_HOSTS, type LabHost } from './network.ts';
import { labPaths, type LabPaths } from './paths.ts';
import { labCondition } from './state.ts';

/** How to reach the hosts of a running lab; there is no other way to them. */
export interface LabConnection {
  readonly user: string;
  /** An OpenSSH proxy command with %h and %p in it. */
  readonly proxyCommand: string;
  readonly identityFile: string;
  readonly knownHosts: string;
  readonly hosts: readonly LabHost[];
}

/** The way into the lab's network. Once the lab is down it has nothing to enter, and fails without sending anything. */
export function proxyCommand(paths: LabPaths): string {
  return `nsenter --net=${paths.controlNamespace} busybox nc %h %p`;
}

/**
 * The connection of a lab that is up. It looks at what is there, processes and namespace, every time: the addresses
 * of the lab may belong to others outside of it.
 * @throws Failure `lab` at once when the lab is not up
 */
export function labConnection(name: string): LabConnection {
  const paths = labPaths(name);
  const condition = labCondition(paths);
  if (condition.is !== 'up') {
    const why =
      condition.is === 'died' ? `died: ${condition.why}` : condition.is === 'down' ? 'is down' : 'still starts';
    throw new Failure('lab', `the lab '${name}' ${why}`, { hint: `Run \`${upCommand(name)}\`.` });
  }
  return {
    user: 'root',
    proxyCommand: proxyCommand(paths),
    identityFile: paths.key,
    knownHosts: paths.knownHosts,
    hosts: LAB_HOSTS,
  };
}

export const DEFAULT_LAB = 'lab';

export function upCommand(name: string): string {
  return name === DEFAULT_LAB ? 'lvsctl lab up' : `lvsctl lab up --name ${name}`;
}
