import { familyOf } from '../../bytes/address.ts';
import type { Position } from '../diagnostic.ts';
import type { VirtualServer, VirtualServerGroup } from '../model-check.ts';
import type { Reporter } from '../source.ts';

interface Placed {
  readonly server: VirtualServer;
  readonly position: Position;
}

/** What is wrong with virtual servers, each and together. */
export function judgeVirtualServers(
  servers: readonly Placed[],
  groups: readonly VirtualServerGroup[],
  say: Reporter,
): void {
  const seen = new Set<string>();
  for (const { server, position } of servers) {
    const name = nameOf(server);
    if (seen.has(`${name} ${server.protocol} ${server.family}`))
      say.error(position, `virtual_server ${name} is there twice for ${server.protocol}`);
    seen.add(`${name} ${server.protocol} ${server.family}`);
    judgeOne(server, groups, position, say);
  }
}

function judgeOne(
  server: VirtualServer,
  groups: readonly VirtualServerGroup[],
  position: Position,
  say: Reporter,
): void {
  const name = nameOf(server);
  const { target } = server;
  const group = target.kind === 'group' ? groups.find((one) => one.name === target.group) : undefined;
  if (target.kind === 'group' && group === undefined)
    say.error(position, `virtual_server ${name}: there is no virtual_server_group of this name`);
  const members = target.kind === 'group' ? (group?.members ?? []) : [target];
  for (const member of members)
    if (member.kind === 'address' && member.port === 0 && server.persistence_timeout === 0)
      say.error(
        position,
        `virtual_server ${name} has no port, and is not persistent`,
        'add a port, or persistence_timeout',
      );
  if (server.real_server.length === 0 && server.sorry_server === undefined)
    say.warning(position, `virtual_server ${name} has no real_server, and so answers nobody`, 5);
  if (server.ops && server.protocol !== 'UDP')
    say.error(position, `virtual_server ${name} has ops, which is for UDP alone`);
  const seen = new Set<string>();
  const real = server.real_server.map(({ address, port, lb_kind }) => ({ address, port, lb_kind }));
  for (const { address, port } of real) {
    if (seen.has(`${address} ${port}`))
      say.warning(position, `virtual_server ${name} has real_server ${address} ${port} twice`, 5);
    seen.add(`${address} ${port}`);
  }
  const all = server.sorry_server === undefined ? real : [...real, server.sorry_server];
  for (const { address, lb_kind } of all)
    if (lb_kind !== 'TUN' && familyOf(address) !== server.family)
      say.error(position, `virtual_server ${name} and ${address} are not of one family, and ${lb_kind} needs that`);
  const quorum = server.real_server.reduce((sum, { weight }) => sum + weight, 0);
  if (server.hysteresis >= server.quorum)
    say.error(position, `hysteresis of virtual_server ${name} must be below its quorum of ${server.quorum}`);
  if (server.real_server.length > 0 && quorum < server.quorum && quorum > 0)
    say.warning(
      position,
      `virtual_server ${name} never has a quorum of ${server.quorum}: all weights are ${quorum}`,
      5,
    );
}

function nameOf({ target }: VirtualServer): string {
  if (target.kind === 'group') return `group ${target.group}`;
  if (target.kind === 'fwmark') return `fwmark ${target.fwmark}`;
  return target.port === 0 ? target.address : `${target.address} ${target.port}`;
}
