import type { MethodCluster, MethodFinding, NatSettings } from './forwarding.ts';
import { familyOf } from './view.ts';

/** Under NAT a reply that bypasses the director keeps the real server's address as source, and the client drops it. */
export function natRules(cluster: MethodCluster): readonly MethodFinding[] {
  const { nat } = cluster.settings;
  if (nat === undefined) {
    return [
      {
        at: ['nat'],
        severity: 'error',
        what: 'NAT has no way back: the replies of real servers have to pass the director, which puts the virtual address back.',
        hint: 'Add `nat: {gateway: ADDRESS}`, a free address on the network of the real servers that moves with the master and is their default route; or another `way_back`.',
      },
    ];
  }
  const routed = nat.wayBack === 'default_route' || nat.wayBack === 'source_route';
  return [
    ...(routed ? routes(cluster, nat) : []),
    ...twoBoxes(cluster, nat),
    ...clash(cluster, nat),
    ...neighbours(cluster, nat),
  ];
}

/** A host does not use its default route for hosts on its own network. */
function neighbours({ services, networkOf }: MethodCluster, { wayBack }: NatSettings): readonly MethodFinding[] {
  if (wayBack !== 'default_route') return [];
  const [shared] = services.flatMap(({ members, endpoints }) =>
    members.flatMap(({ name, address }) => {
      const network = networkOf(address);
      const vip = endpoints.find((one) => network !== undefined && networkOf(one.vip) === network)?.vip;
      return vip === undefined ? [] : [{ name, network, vip }];
    }),
  );
  if (shared === undefined) return [];
  const what = `${shared.name} is on the network of ${shared.vip}, ${shared.network ?? ''}: it answers clients of that network without the director, and they drop the replies.`;
  const hint = 'Use `way_back: source_route`, unless all clients are on other networks.';
  return [{ at: ['nat', 'way_back'], severity: 'warning', what, hint }];
}

function routes(cluster: MethodCluster, { gateways, wayBack }: NatSettings): readonly MethodFinding[] {
  const { services, directors, networkOf } = cluster;
  const members = services.flatMap((service) => service.members);
  const taken = [...directors.flatMap((one) => one.addresses), ...members.map(({ address }) => address)];
  const vips = services.flatMap(({ endpoints }) => endpoints.map(({ vip }) => vip));
  const families = [...new Set(members.map(({ address }) => familyOf(address)))];
  return [
    ...families
      .filter((family) => !gateways.some((gateway) => familyOf(gateway) === family))
      .map((family) =>
        problem(
          ['nat', 'gateway'],
          `Real servers have no gateway of ${family === 'ipv4' ? 'IPv4' : 'IPv6'}, which \`way_back: ${wayBack}\` needs.`,
          'Set `nat.gateway` to a free address on their network (a list for both families); it moves with the master director.',
        ),
      ),
    ...gateways
      .filter((gateway) => taken.includes(gateway) || vips.includes(gateway))
      .map((gateway) =>
        problem(
          ['nat', 'gateway'],
          `${gateway} is the address of a host or of a service, so it cannot move with the master director.`,
          'Name a free address on the network of the real servers.',
        ),
      ),
    ...gateways.flatMap((gateway) => {
      const far = members.find(
        ({ address }) => familyOf(address) === familyOf(gateway) && networkOf(address) !== networkOf(gateway),
      );
      if (far === undefined) return [];
      const what = `The gateway ${gateway} and the real server ${far.name}, ${far.address}, are on different networks.`;
      return [
        problem(['nat', 'gateway'], what, 'A gateway has to be on the network of its hosts. Correct one of them.'),
      ];
    }),
  ];
}

/** A master that is also a real server would route its replies to itself. */
function twoBoxes({ services, directors }: MethodCluster, { wayBack }: NatSettings): readonly MethodFinding[] {
  if (wayBack === 'masquerade' || wayBack === 'none') return [];
  const names = new Set(services.flatMap(({ members }) => members.map(({ name }) => name)));
  const both = directors.find(({ name }) => names.has(name));
  if (both === undefined) return [];
  const what = `${both.name} is a director and a real server under NAT: as a backup it answers through the master, as the master it has no such route.`;
  return [problem(['nat', 'way_back'], what, 'Use `way_back: masquerade`, or direct routing.')];
}

/** Replies of direct routing must bypass the director, and those of NAT must pass through it. */
function clash({ services, otherServices }: MethodCluster, { wayBack }: NatSettings): readonly MethodFinding[] {
  if (wayBack !== 'default_route') return [];
  const others = new Map(
    otherServices.flatMap(({ name, members }) => members.map((member) => [member.name, name] as const)),
  );
  const both = services.flatMap(({ members }) => members).find(({ name }) => others.has(name));
  if (both === undefined) return [];
  const what = `${both.name} serves NAT and also ${others.get(both.name) ?? ''}, whose replies go straight to the client: one default route cannot serve both.`;
  return [problem(['nat', 'way_back'], what, 'Use `way_back: source_route`, which routes only the replies of NAT.')];
}

function problem(at: readonly string[], what: string, hint: string): MethodFinding {
  return { at, severity: 'error', what, hint };
}
