import type { Directive } from '../../keepalived/write.ts';
import { METHODS } from '../../forwarding/methods.ts';
import { KEYWORDS, directivesOf, partedChecks } from '../keywords.ts';
import { virtualAddressPath } from '../resolve-keepalived.ts';
import { doubt, mistake, type Finding, type Linted, type Rule } from '../finding.ts';

/** Virtual servers: where they listen, and what the forwarding method and the kernel make of their settings. */
export function services(inventory: Linted): readonly Finding[] {
  return [listening, repeated, ports, settings, checks].flatMap((rule) => rule(inventory));
}

const listening: Rule = ({ cluster, input }) => {
  const vips = cluster.vrrp_instance.virtual_ipaddress.map(({ address }) => address);
  if (input.virtual_servers?.length === 0) {
    return [mistake(['virtual_servers'], 'The list is empty.', 'Leave it out for port 80 on each VIP.')];
  }
  return (input.virtual_servers ?? []).flatMap(({ vip }, index) => {
    if (vip === undefined) {
      if (vips.length < 2) return [];
      return [mistake(['virtual_servers', index, 'vip'], '`vip` is missing, and there are several to choose from.')];
    }
    if (vips.includes(vip)) return [];
    const what = `${vip} is not among the virtual addresses, so no director would ever answer for it.`;
    return [
      mistake(['virtual_servers', index, 'vip'], what, 'Add it to `vip`, or correct it.', [virtualAddressPath(input)]),
    ];
  });
};

const repeated: Rule = ({ cluster, input }) => {
  // Without a list there is one for each VIP; a duplicate VIP is reported by its own rule.
  if (input.virtual_servers === undefined) return [];
  const seen = new Set<string>();
  return cluster.virtualServers.flatMap(({ vip, port }, index) => {
    const key = `${vip}:${port}`;
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    return [mistake(['virtual_servers', index], `There are two virtual servers on ${key}.`, 'Keep one.')];
  });
};

const ports: Rule = ({ cluster }) =>
  cluster.realServers.flatMap(({ name, port }, index) => {
    if (port === undefined) return [];
    const other = cluster.virtualServers.find(
      (server) => server.port !== port && METHODS[server.lb_kind].inventory.samePort !== undefined,
    );
    if (other === undefined) return [];
    const what = `${name} listens on port ${port} and the virtual server on ${other.port}: ${METHODS[other.lb_kind].inventory.samePort ?? ''}.`;
    return [
      mistake(['real_servers', index, 'port'], what, 'Leave `port` out, or make the two equal.', [['virtual_servers']]),
    ];
  });

/** A check of a real server's own is nearer than one of the virtual server. */
const checks: Rule = ({ input }) => {
  const servers = input.real_servers ?? [];
  const all = servers.every((server) => server.tcp_check !== undefined || checksOf(server, 'real_servers').length > 0);
  if (servers.length === 0 || !all) return [];
  return (input.virtual_servers ?? []).flatMap((server, index) =>
    checksOf(server, 'virtual_servers').map(({ at }) => {
      const what = `\`${String(at?.[0])}\` has no effect: every real server has a check of its own.`;
      return doubt(
        ['virtual_servers', index, ...(at ?? [])],
        what,
        'Remove it, or remove the checks of `real_servers`.',
      );
    }),
  );
};

function checksOf(given: object, place: 'real_servers' | 'virtual_servers'): readonly Directive[] {
  return partedChecks(directivesOf(given, KEYWORDS[place])).checks;
}

const settings: Rule = ({ cluster, input }) =>
  cluster.virtualServers.flatMap(({ lb_algo, persistence_timeout, nat_mask }, index) => {
    if (input.virtual_servers === undefined) return [];
    const at = ['virtual_servers', index];
    const found: Finding[] = [];
    if (persistence_timeout !== undefined && (lb_algo === 'rr' || lb_algo === 'wrr')) {
      const what = `With \`persistence_timeout\` a client stays on one real server for ${persistence_timeout} s, so the rotation of ${lb_algo} cannot be seen from one client.`;
      found.push(doubt([...at, 'persistence_timeout'], what, 'Leave it out unless sessions need it.'));
    }
    if (nat_mask !== undefined) {
      const what = '`nat_mask` has no effect: the kernel ignores it and newer keepalived refuses it.';
      found.push(doubt([...at, 'nat_mask'], what, 'It is kept as a comment in keepalived.conf; leave it out.'));
    }
    return found;
  });
