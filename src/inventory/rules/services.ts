import { METHODS } from '../../forwarding/methods.ts';
import type { Directive } from '../../keepalived/write.ts';
import { endpointsOf, serviceAddressesOf } from '../cluster.ts';
import { doubt, mistake, type Finding, type Linted, type Rule } from '../finding.ts';
import { givenInstances, virtualAddressPath, withoutVrrp } from '../given-instances.ts';
import { KEYWORDS, directivesOf, partedChecks } from '../keywords.ts';

/** Virtual servers: where they listen, and what the forwarding method and the kernel make of their settings. */
export function services(inventory: Linted): readonly Finding[] {
  return [targets, listening, holders, repeated, ports, settings, checks].flatMap((rule) => rule(inventory));
}

/** An address with a port, a mark, or a group. */
const targets: Rule = ({ input }) =>
  (input.virtual_servers ?? []).flatMap(({ vip, port, fwmark, group }, index) => {
    const at = ['virtual_servers', index];
    const found: Finding[] = [];
    if (group !== undefined && (vip !== undefined || port !== undefined || fwmark !== undefined))
      found.push(mistake([...at, 'group'], '`group` is given beside an address or a mark.', 'Keep one of them.'));
    const names = Object.keys(groupsOf(input));
    if (group !== undefined && !names.includes(group)) {
      const what = `There is no virtual_server_group ${group}.`;
      const hint =
        names.length === 0 ? 'Add it as `virtual_server_group` at the top.' : `The groups are ${names.join(', ')}.`;
      // A raw block at the top may have it.
      if (input.raw === undefined) found.push(mistake([...at, 'group'], what, hint, [['virtual_server_group']]));
    }
    if (port !== undefined && new Set(port).size < port.length)
      found.push(mistake([...at, 'port'], 'A port is listed twice.', 'Keep one.'));
    if (port?.includes(0) === true && (port.length > 1 || fwmark !== undefined)) {
      const beside = port.length > 1 ? 'other ports' : 'a firewall mark';
      found.push(mistake([...at, 'port'], `Port 0 is every port, and stands beside ${beside}.`, 'Keep one of them.'));
    }
    return found;
  });

function groupsOf(input: Linted['input']): Readonly<Record<string, true>> {
  return Object.fromEntries(
    directivesOf(input, KEYWORDS.top).flatMap(({ keyword, words }) =>
      keyword === 'virtual_server_group' ? [[words[0] ?? '', true as const]] : [],
    ),
  );
}

const listening: Rule = ({ cluster, input }) => {
  const vips = serviceAddressesOf(cluster).map(({ address }) => address);
  if (withoutVrrp(input)) return [];
  const [first] = givenInstances(input);
  return (input.virtual_servers ?? []).flatMap(({ vip, fwmark, group, port, held_by }, index) => {
    if (vip === undefined) {
      const addressed = group === undefined && (fwmark === undefined || port !== undefined);
      if (vips.length < 2 || !addressed) return [];
      return [mistake(['virtual_servers', index, 'vip'], '`vip` is missing, and there are several to choose from.')];
    }
    return vip.flatMap((one, place) => {
      if (vips.includes(one) || held_by === 'other') return [];
      const what = `${one} is not among the virtual addresses, so no director would ever answer for it.`;
      const at = ['virtual_servers', index, 'vip', place];
      const list = first === undefined ? ['vip'] : virtualAddressPath(input, first);
      const hint = 'Add it to `vip`, or correct it; `held_by: other` is for an address that does not come from VRRP.';
      return [mistake(at, what, hint, [list])];
    });
  });
};

/** Directors that have a virtual server are those of the inventory. */
const holders: Rule = ({ cluster, input }) => {
  const known = cluster.directors.map(({ name }) => name);
  return (input.virtual_servers ?? []).flatMap(({ directors = [] }, index) =>
    directors.flatMap((name, place) => {
      if (known.includes(name)) return [];
      const at = ['virtual_servers', index, 'directors', place];
      return [mistake(at, `There is no director ${name}.`, `The directors are ${known.join(', ')}.`, [['directors']])];
    }),
  );
};

const repeated: Rule = ({ cluster, input, indexes }) => {
  // Without a list there is one for each VIP; a duplicate VIP is reported by its own rule.
  if (input.virtual_servers === undefined) return [];
  const all = cluster.directors.map((director) => director.name);
  const seen = new Set<string>();
  return cluster.virtualServers.flatMap(({ name, target, directors = all }, place) => {
    const at = ['virtual_servers', indexes[place] ?? 0];
    const keys = directors.map((director) => `${director} ${name}`);
    const again = keys.some((key) => seen.has(key));
    for (const key of keys) seen.add(key);
    if (!again) return [];
    const on = target.kind === 'address' ? `on ${name}` : `for ${name}`;
    return [mistake(at, `There are two virtual servers ${on}.`, 'Keep one.')];
  });
};

/** The port of a member is the nearest of several; the one that a person wrote is reported. */
const ports: Rule = ({ cluster, indexes, input }) => {
  const seen = new Set<string>();
  return cluster.virtualServers.flatMap(({ lb_kind, pool, ...server }, place) => {
    const why = METHODS[lb_kind].inventory.samePort;
    const wanted = new Set(endpointsOf(server).map(({ port }) => port));
    const listens = wanted.has(0) ? 'takes every port' : `on ${[...wanted].join(' and ')}`;
    if (why === undefined || wanted.size === 0) return [];
    return pool.flatMap(({ name, port, conf }) => {
      const other = conf.some((entry) => 'keyword' in entry && entry.keyword === 'lvs_method');
      if (other || port === 0 || wanted.has(port) || seen.has(name)) return [];
      seen.add(name);
      const index = cluster.realServers.findIndex((one) => one.name === name);
      const own = input.real_servers?.[index]?.port === port;
      const what = `${name} listens on port ${port} and the virtual server ${listens}: ${why}.`;
      const hint = 'Leave `port` out, or make the two equal.';
      return [
        mistake(own ? ['real_servers', index, 'port'] : ['virtual_servers', indexes[place] ?? 0, 'pool'], what, hint, [
          ['virtual_servers'],
        ]),
      ];
    });
  });
};

/** A check of a real server's own is nearer than one of the virtual server. */
const checks: Rule = ({ input }) => {
  const servers = input.real_servers ?? [];
  const all = servers.every(
    (server) =>
      server.tcp_check !== undefined || server.check !== undefined || checksOf(server, 'real_servers').length > 0,
  );
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

const settings: Rule = ({ input, cluster, indexes }) => {
  if (input.virtual_servers === undefined) return [];
  return cluster.virtualServers.flatMap(({ target, lb_algo, persistence_timeout, nat_mask }, place) => {
    const index = indexes[place] ?? 0;
    if (indexes.indexOf(index) !== place) return [];
    const at = ['virtual_servers', index];
    const found: Finding[] = [];
    const everyPort = target.kind === 'address' && target.port === 0;
    if (everyPort && input.virtual_servers?.[index]?.persistence_timeout === undefined) {
      const what = `A service over every port is persistent: a client stays on one real server for ${persistence_timeout} s, keepalived's default.`;
      found.push(doubt([...at, 'port'], what, 'Say how long with `persistence_timeout`.'));
    }
    if (!everyPort && persistence_timeout !== undefined && (lb_algo === 'rr' || lb_algo === 'wrr')) {
      const what = `With \`persistence_timeout\` a client stays on one real server for ${persistence_timeout} s, so the rotation of ${lb_algo} cannot be seen from one client.`;
      found.push(doubt([...at, 'persistence_timeout'], what, 'Leave it out unless sessions need it.'));
    }
    if (nat_mask !== undefined) {
      const what = '`nat_mask` has no effect: the kernel ignores it and newer keepalived refuses it.';
      found.push(doubt([...at, 'nat_mask'], what, 'It is kept as a comment in keepalived.conf; leave it out.'));
    }
    return found;
  });
};
