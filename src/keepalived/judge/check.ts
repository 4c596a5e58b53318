import { familyOf } from '../text/address.ts';
import type { ConfDiagnostic, Position } from '../diagnostic.ts';
import type { Forwarding, RealServer, SorryServer, VirtualServer, VirtualServerGroup } from '../model/check.ts';
import type { Reporter } from '../reporter.ts';

interface Placed {
  readonly server: VirtualServer;
  readonly position: Position;
  /** Position of the last statement with a keyword, or of the block if there is none. */
  readonly positionOf: (keyword: string) => Position;
  /** Diagnostics to report if the server is not ignored. */
  readonly kept: readonly ConfDiagnostic[];
}

/** keepalived's default persistence of a service that must be persistent. */
const PERSISTENCE = 360_000;

/** Errors in virtual servers, each and combined, and the servers that keepalived continues with. */
export function judgeVirtualServers(
  servers: readonly Placed[],
  groups: readonly VirtualServerGroup[],
  say: Reporter,
): readonly VirtualServer[] {
  const seen = new Map<string, VirtualServer>();
  for (const { server, position, positionOf, kept } of servers) {
    const name = nameOf(server);
    const key = `${name} ${server.target.kind === 'fwmark' ? '' : server.protocol} ${server.family}`;
    const { target } = server;
    if (target.kind === 'group' && !groups.some((group) => group.name === target.group)) {
      say.warning(position, `virtual_server ${name} ignored: there is no virtual_server_group of this name`, 0);
      continue;
    }
    if (server.real_server.length === 0) {
      say.warning(position, `virtual_server ${name} ignored: it has no real_server`, 5);
      continue;
    }
    const rest = judged(server, groups, position, say);
    if (rest === undefined) continue;
    const next = judgeQuorum(rest, positionOf, say);
    for (const diagnostic of kept) say.report(diagnostic);
    const first = seen.get(key);
    if (first === undefined) seen.set(key, next);
    else {
      const text = `duplicate virtual_server ${name}: the settings of the first count, and the real servers of both`;
      say.warning(position, text, 0, 'merge them');
      seen.set(key, merged(first, next));
    }
  }
  return [...seen.values()];
}

/** The kernel has one service for both. */
function merged(first: VirtualServer, second: VirtualServer): VirtualServer {
  const known = new Set(first.real_server.map(({ address, port }) => `${address} ${port}`));
  const more = second.real_server.filter(({ address, port }) => !known.has(`${address} ${port}`));
  return {
    ...first,
    real_server: [...first.real_server, ...more],
    sorry_server: first.sorry_server ?? second.sorry_server,
  };
}

function judged(
  server: VirtualServer,
  groups: readonly VirtualServerGroup[],
  position: Position,
  say: Reporter,
): VirtualServer | undefined {
  const name = nameOf(server);
  const { target } = server;
  const group = target.kind === 'group' ? groups.find((one) => one.name === target.group) : undefined;
  const members = target.kind === 'group' ? (group?.members ?? []) : [target];
  if (!judgeFamilies(server, members, position, say)) return undefined;
  let result = server;
  const portless = members.some((member) => member.kind === 'address' && member.port === 0);
  if (portless && server.persistence_timeout === 0) {
    say.warning(
      position,
      `virtual_server ${name} has no port and is therefore persistent`,
      5,
      'add a port, or persistence_timeout',
    );
    result = { ...result, persistence_timeout: PERSISTENCE };
  }
  if (server.ops && server.protocol !== 'UDP') {
    say.warning(position, `virtual_server ${name} has ops, which requires UDP`, 5, 'remove ops');
    result = { ...result, ops: false };
  }
  return judgePorts(result, members, position, say);
}

function judgeFamilies(
  server: VirtualServer,
  members: readonly { readonly kind: string; readonly address?: string }[],
  position: Position,
  say: Reporter,
): boolean {
  const name = nameOf(server);
  const grouped = server.target.kind === 'group';
  const all: readonly { readonly address: string; readonly lb_kind: Forwarding }[] =
    server.sorry_server === undefined ? server.real_server : [...server.real_server, server.sorry_server];
  for (const { address, lb_kind } of all)
    if (lb_kind !== 'TUN' && familyOf(address) !== server.family)
      if (grouped) {
        const text = `virtual_server ${name} ignored: it and ${address} are of different families, which ${lb_kind} does not support`;
        say.warning(position, text, 0);
        return false;
      } else
        say.error(
          position,
          `virtual_server ${name} and ${address} are of different families, which ${lb_kind} does not support`,
        );
  const tunnels = all.every(({ lb_kind }) => lb_kind === 'TUN');
  for (const { address } of members)
    if (address !== undefined && !tunnels && familyOf(address) !== server.family)
      say.unsupported(position, `virtual_server ${name} has addresses of both families, which only tunnels support`);
  return true;
}

/**
 * DR and TUN do not change the port, so the port of the real server is ignored; a fwmark has none. Of real servers that
 * are then equal, the first is kept.
 */
function judgePorts(
  server: VirtualServer,
  members: readonly { readonly kind: string; readonly port?: number }[],
  position: Position,
  say: Reporter,
): VirtualServer {
  const name = nameOf(server);
  const marked = members.some(({ kind }) => kind === 'fwmark');
  const ports = members.flatMap(({ port }) => (port === undefined ? [] : [port]));
  const port = server.target.kind === 'fwmark' ? 0 : ports[0];
  const amended = <T extends RealServer | SorryServer>(one: T): T => {
    if (
      one.lb_kind === 'NAT' ||
      one.port === 0 ||
      port === undefined ||
      (!marked && ports.every((p) => p === one.port))
    )
      return one;
    const where = marked ? 'a fwmark has no port' : `${one.lb_kind} does not change the port`;
    say.warning(position, `port ${one.port} of ${one.address} in virtual_server ${name} ignored: ${where}`, 5);
    return { ...one, port };
  };
  const kept = new Map<string, RealServer>();
  for (const real of server.real_server.map(amended)) {
    const key = `${real.address} ${real.port}`;
    if (kept.has(key))
      say.warning(position, `virtual_server ${name} lists real_server ${real.address} ${real.port} twice`, 5);
    else kept.set(key, real);
  }
  const sorry_server = server.sorry_server === undefined ? undefined : amended(server.sorry_server);
  const result = { ...server, real_server: [...kept.values()], sorry_server };
  const same = result.real_server.find(
    ({ address, port: own }) => address === server.sorry_server?.address && own === server.sorry_server.port,
  );
  if (same === undefined || same.inhibit_on_failure === server.sorry_server_inhibit) return result;
  say.warning(
    position,
    `the sorry_server of virtual_server ${name} is its real_server ${same.address} and takes its inhibit setting`,
    5,
    'give both the same inhibit setting',
  );
  return { ...result, sorry_server_inhibit: same.inhibit_on_failure };
}

function judgeQuorum(server: VirtualServer, positionOf: (keyword: string) => Position, say: Reporter): VirtualServer {
  const name = nameOf(server);
  const weights = server.real_server.reduce((sum, { weight }) => sum + weight, 0);
  const quorum = Math.min(server.quorum, weights);
  if (quorum < server.quorum)
    say.warning(
      positionOf('quorum'),
      `virtual_server ${name} gets a quorum of ${quorum}, the total weight ${weights} of its real servers`,
      5,
    );
  const hysteresis = Math.min(server.hysteresis, Math.max(0, quorum - 1));
  if (hysteresis !== server.hysteresis)
    say.warning(
      positionOf('hysteresis'),
      `hysteresis of virtual_server ${name} lowered to ${hysteresis}: it must be below the quorum of ${quorum}`,
      5,
    );
  return { ...server, quorum, hysteresis };
}

function nameOf({ target }: VirtualServer): string {
  if (target.kind === 'group') return `group ${target.group}`;
  if (target.kind === 'fwmark') return `fwmark ${target.fwmark}`;
  return target.port === 0 ? target.address : `${target.address} ${target.port}`;
}
