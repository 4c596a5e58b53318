import { METHODS } from '../../forwarding/methods.ts';
import { doubt, mistake, type Finding, type Linted, type Rule } from '../finding.ts';
import { withoutVrrp } from '../given-instances.ts';
import { KEYWORDS, directivesOf } from '../keywords.ts';

/** Required hosts and addresses, and hosts of two roles. */
export function membership(inventory: Linted): readonly Finding[] {
  return [addresses, counts, members, twoRoles].flatMap((rule) => rule(inventory));
}

const addresses: Rule = ({ cluster, input }) => {
  const findings: Finding[] = [];
  const { vip, vrrp_instance, vrrp_instances } = input;
  if (vip !== undefined && vrrp_instance?.virtual_ipaddress !== undefined) {
    findings.push(
      mistake(
        ['vrrp_instance', 'virtual_ipaddress'],
        'The virtual addresses are given twice: as `vip` and as `vrrp_instance.virtual_ipaddress`.',
        'They mean the same; keep one.',
      ),
    );
  }
  if (vrrp_instances !== undefined) {
    const shared = vip === undefined ? ['vrrp_instance', 'virtual_ipaddress'] : ['vip'];
    if (vip !== undefined || vrrp_instance?.virtual_ipaddress !== undefined) {
      const what = `With \`vrrp_instances\` each instance has its own addresses, and \`${shared.join('.')}\` belongs to none.`;
      findings.push(mistake(shared, what, 'Move it to `virtual_ipaddress` of an instance.'));
    }
    for (const [name, instance] of Object.entries(vrrp_instances))
      if (instance.virtual_ipaddress === undefined && !hasExcluded(cluster, name) && !goesWithout(instance))
        findings.push(
          mistake(
            ['vrrp_instances', name],
            `The VRRP instance ${name} has no virtual address.`,
            'Add `virtual_ipaddress`.',
          ),
        );
    if (Object.keys(vrrp_instances).length === 0)
      findings.push(mistake(['vrrp_instances'], 'There is no VRRP instance.', 'Add one, or leave the key out.'));
  } else if (withoutVrrp(input)) {
    const what = 'No VRRP instance: the directors must get the addresses of the virtual servers in another way.';
    findings.push(
      doubt(['virtual_servers'], what, 'Add `vip`, so that the address moves between the directors.', [
        ['vip'],
        ['vrrp_instance'],
        ['vrrp_instances'],
      ]),
    );
  } else if (
    !goesWithout(vrrp_instance) &&
    cluster.instances.every((one) => one.virtual_ipaddress.length + one.virtual_ipaddress_excluded.length === 0)
  ) {
    const hint = 'Add the address that clients will use, as in `vip: 192.168.168.12`.';
    findings.push(mistake(['vip'], 'The cluster has no virtual address.', hint));
  }
  return findings;
};

/** Keepalived's own keyword for an instance that moves no address. */
function goesWithout(instance: object | undefined): boolean {
  return directivesOf(instance, KEYWORDS.vrrp_instance).some(({ keyword }) => keyword === 'no_virtual_ipaddress');
}

function hasExcluded({ instances }: Linted['cluster'], name: string): boolean {
  return instances.some((one) => one.name === name && one.virtual_ipaddress_excluded.length > 0);
}

const counts: Rule = ({ cluster, input }) => {
  const findings: Finding[] = [];
  if (cluster.directors.length === 0) {
    const hint = 'Add at least one, better two: `directors: [192.168.168.100, 192.168.168.107]`.';
    findings.push(mistake(['directors'], 'The cluster has no director.', hint));
  }
  if (cluster.directors.length === 1) {
    const what = 'There is only one director: if it fails, there is no failover.';
    findings.push(doubt(['directors'], what, 'Add a second one.'));
  }
  if (cluster.realServers.length === 0 && input.virtual_servers?.length !== 0) {
    const hint = 'Add them by address: `real_servers: [192.168.168.102, 192.168.168.103]`.';
    findings.push(mistake(['real_servers'], 'The cluster has no real server.', hint));
  }
  return findings;
};

/** Each instance of a list of its own names directors of the inventory, each once. */
const members: Rule = ({ cluster, input }) => {
  const known = cluster.directors.map(({ name }) => name);
  const listed = Object.entries(input.vrrp_instances ?? {}).flatMap(([instance, { directors = [] }]) =>
    directors.map((name, index) => ({
      at: ['vrrp_instances', instance, 'directors', index],
      name,
      before: directors.slice(0, index),
    })),
  );
  const overrides = (input.directors ?? []).flatMap(({ vrrp_instances = {} }, index) =>
    Object.keys(vrrp_instances).map((name) => ({ at: ['directors', index, 'vrrp_instances', name], name })),
  );
  const instances = new Set(Object.keys(input.vrrp_instances ?? {}));
  return [
    ...listed.flatMap(({ at, name, before }) => {
      if (before.includes(name)) return [mistake(at, `${name} is listed twice.`, 'Keep one.')];
      if (known.includes(name)) return [];
      return [mistake(at, `There is no director ${name}.`, `The directors are ${known.join(', ')}.`, [['directors']])];
    }),
    ...overrides.flatMap(({ at, name }) => {
      if (instances.has(name)) return [];
      const hint =
        instances.size === 0
          ? 'Name the instance in `vrrp_instances`.'
          : `The instances are ${[...instances].join(', ')}.`;
      return [mistake(at, `There is no VRRP instance ${name}.`, hint, [['vrrp_instances']])];
    }),
  ];
};

/** Under direct routing and tunnels packets keep the VIP: a backup that is a real server balances them once more. */
const twoRoles: Rule = ({ cluster }) => {
  const directors = new Map(cluster.directors.map(({ address, name }) => [address, name]));
  return cluster.realServers.flatMap(({ address, name }, index) => {
    const director = directors.get(address);
    if (director === undefined) return [];
    const at = ['real_servers', index, 'address'];
    if (director !== name) {
      const what = `${address} is the address of the director ${director} and of the real server ${name}.`;
      return [mistake(at, what, `If it is one host, give it one name: \`name: ${director}\`.`)];
    }
    // Services of one address are balanced by marks, which packets of other directors do not get.
    const again = cluster.virtualServers.find(
      ({ pool, target, lb_kind }) =>
        target.kind !== 'fwmark' && METHODS[lb_kind].keepsDestination && pool.some((member) => member.name === name),
    );
    if (again === undefined) return [];
    const what = `${name} is a director and a real server of ${again.name} at once: as a backup it would balance packets of the master once more.`;
    return again.target.kind === 'group'
      ? [mistake(at, what, 'Write the service with `vip` and `port`, so that lvsctl can mark its packets.')]
      : [doubt(at, what, 'Leave `two_box` out, so that lvsctl marks its packets, unless you keep them out yourself.')];
  });
};
