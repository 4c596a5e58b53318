import { type Cluster, type Engine, hostsOf } from '../../src/inventory/cluster.ts';
import type { ClusterState, HostState } from '../../src/observe/cluster-state.ts';
import { hostState } from '../../src/observe/observe.ts';
import { UNITS } from '../../src/render/names.ts';

/** A host as it is read from what its probes printed, by section. */
export function observed(host: string, sections: Readonly<Record<string, string>> = {}): HostState {
  return hostState(host, new Map(Object.entries(sections)));
}

export interface Given {
  /** The interface that holds the address of each host. */
  readonly device?: string;
  /** The engine that runs on every director. */
  readonly runs?: Engine;
  /** The state of VRRP on every director. */
  readonly vrrp?: 'MASTER' | 'BACKUP';
  /** Real servers that listen on port 80. */
  readonly listening?: readonly string[];
  /** ID of the init system of every host. */
  readonly init?: string;
}

/** Every host of a cluster as lvsctl can work with it, with nothing on it but what is given. */
export function observedCluster(
  cluster: Cluster,
  { device = 'eth0', runs, vrrp, listening = [], init = 'systemd' }: Given = {},
): ClusterState {
  const service =
    runs === undefined ? '' : `Names=${UNITS[runs]}\nLoadState=loaded\nActiveState=active\nUnitFileState=enabled\n`;
  return {
    hosts: new Map(
      hostsOf(cluster).map((member) => {
        const { name, addresses } = member.host;
        const members = cluster.instances.flatMap((instance) => instance.members);
        const named = members.find((one) => one.director === name)?.interface ?? 'auto';
        const held = member.role === 'director' && named !== 'auto' ? named : device;
        return [
          name,
          observed(name, {
            facts: `PRETTY_NAME="Some OS"\nplatform apt\n${init}\n`,
            links: `2: ${held}: <UP>\\ link/ether 02:00:00:00:00:01 brd x\n`,
            address: addresses
              .map((one) => `2: ${held}    ${one.includes(':') ? 'inet6' : 'inet'} ${one}/24 scope global ${held}\n`)
              .join(''),
            engine: 'machine x86_64\ninstalled\n',
            listening: listening.includes(name) ? 'LISTEN 0 511 0.0.0.0:80 0.0.0.0:*\n' : '',
            ...(member.role === 'director' && {
              service,
              vrrp: vrrp === undefined ? '' : `(VI_1) Entering ${vrrp} STATE\n`,
            }),
          }),
        ];
      }),
    ),
    unreadable: [],
  };
}
