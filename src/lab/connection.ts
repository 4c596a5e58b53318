import { Failure } from '../failure.ts';
import { type LabPaths, labPaths } from './paths.ts';
import { labCondition } from './state.ts';
import type { LabRole, Topology } from './topology.ts';

/** How to reach the hosts of a running lab; there is no other way to them. */
export interface LabConnection {
  readonly user: string;
  /** An OpenSSH proxy command with %h and %p in it. */
  readonly proxyCommand: string;
  readonly identityFile: string;
  readonly knownHosts: string;
  readonly topology: Topology;
  /** A file to be laid over an inventory whose hosts are those of the lab. */
  readonly overlay: string;
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
    topology: condition.state.topology,
    overlay: paths.overlay,
  };
}

export const DEFAULT_LAB = 'lab';

export function upCommand(name: string): string {
  return name === DEFAULT_LAB ? 'lvsctl lab up' : `lvsctl lab up --name ${name}`;
}

export function downCommand(name: string): string {
  return name === DEFAULT_LAB ? 'lvsctl lab down' : `lvsctl lab down --name ${name}`;
}

/** An inventory of the article's lab, ready to use. JSON strings are YAML strings, so values are quoted that way. */
export function inventoryText(paths: LabPaths, { hosts, vips }: Topology): string {
  const inRole = (role: LabRole): readonly string[] =>
    hosts
      .filter(({ roles }) => roles.includes(role))
      .map(({ name, address }) => `{ name: ${name}, address: ${address} }`);
  const list = (role: LabRole): string =>
    inRole(role)
      .map((host) => `  - ${host}\n`)
      .join('');
  return [
    `# The lab '${paths.name}', written by \`lvsctl lab up\`. Its hosts can only be reached through the proxy command.\n`,
    `vip: ${vips.join()}\n`,
    `directors:\n${list('director')}`,
    `real_servers:\n${list('real-server')}`,
    `client: ${inRole('client').join('')}\n`,
    `web: { package: nginx-light, service: nginx, demo_page: true }\n`,
    `packages: { local_mount: { path: /mnt/Packages, trusted: true } }\n`,
    `ssh:\n`,
    `  user: root\n`,
    `  identity_file: ${JSON.stringify(paths.key)}\n`,
    `  known_hosts: ${JSON.stringify(paths.knownHosts)}\n`,
    `  proxy_command: ${JSON.stringify(proxyCommand(paths))}\n`,
    // Five hosts share one processor, which may be emulated.
    `  connect_timeout: 30\n`,
  ].join('');
}

/** What puts the hosts of an inventory into the lab: how they are reached, and the client where the inventory has none. */
export function overlayText(paths: LabPaths, { hosts, added }: Topology): string {
  const client = hosts.find(({ name, roles }) => roles.includes('client') && added.includes(name));
  const [, ...others] = (client?.nics ?? []).flatMap(({ addresses }) =>
    addresses.map((one) => one.replace(/\/.*/, '')),
  );
  return [
    `# Laid over an inventory by --lab. Written by \`lvsctl lab up\`.\n`,
    `ssh: { lab: ${paths.name}, connect_timeout: 30 }\n`,
    client === undefined
      ? ''
      : `client: { name: ${client.name}, address: "${client.address}"${others.length === 0 ? '' : `, addresses: ${JSON.stringify(others)}`} }\n`,
  ].join('');
}

/** The same way in for OpenSSH: `ssh -F FILE dr1`. */
export function sshConfigText(paths: LabPaths, { hosts }: Topology): string {
  const entries = hosts.map(({ name, address }) => `Host ${name}\n  HostName ${address}\n  HostKeyAlias ${name}\n`);
  return [
    `# ssh -F ${paths.sshConfig} ${hosts[0]?.name ?? 'HOST'}\n`,
    ...entries,
    `Host *\n`,
    `  User root\n`,
    `  IdentityFile ${paths.key}\n`,
    `  IdentitiesOnly yes\n`,
    `  UserKnownHostsFile ${paths.knownHosts}\n`,
    `  GlobalKnownHostsFile /dev/null\n`,
    `  StrictHostKeyChecking yes\n`,
    `  BatchMode yes\n`,
    `  LogLevel ERROR\n`,
    `  ProxyCommand ${proxyCommand(paths)}\n`,
  ].join('');
}
