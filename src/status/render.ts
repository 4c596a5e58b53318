import { type Cluster, type SyncGroup, virtualAddressesOf } from '../inventory/cluster.ts';
import type { Line, Tone } from '../plan/render.ts';
import type { DirectorStatus } from './director.ts';
import { type RealServerStatus, servicesOf } from './table.ts';

/** The status of the directors as text. */
export function renderStatus(cluster: Cluster, all: readonly DirectorStatus[]): readonly Line[] {
  return [...all.flatMap((status) => oneDirector(cluster, status)), ...owners(cluster, all)];
}

function oneDirector(cluster: Cluster, status: DirectorStatus): readonly Line[] {
  const program = { keepalived: 'keepalived', agent: 'lvs-agent' };
  const engine =
    status.engine === undefined
      ? 'neither keepalived nor lvs-agent is running'
      : `${program[status.engine]} ${status.version ?? ''}`.trimEnd();
  const holds = status.holds.length === 0 ? '' : `  holds ${listed(status.holds)}`;
  return [
    {
      tone: status.engine === undefined ? 'bad' : 'title',
      hang: 4,
      text: `${status.host}  ${stateOf(cluster, status)}  ${engine}${holds}`,
    },
    ...status.problems.map((problem): Line => ({ tone: 'bad', hang: 4, text: `  ${problem}` })),
    ...servicesOf(cluster, status).flatMap(({ service, scheduler, realServers }): readonly Line[] => [
      scheduler === undefined
        ? { tone: 'bad', text: `  ${service}  not in the IPVS table` }
        : { tone: 'plain', text: `  ${service}  ${scheduler}` },
      ...(scheduler === undefined ? [] : rows(realServers)),
    ]),
  ];
}

const TONES: Readonly<Record<RealServerStatus['health'], Tone>> = {
  up: 'add',
  down: 'bad',
  drained: 'faint',
  stranger: 'change',
};

function rows(realServers: readonly RealServerStatus[]): readonly Line[] {
  const cells = realServers.map(({ name = '?', address, health, weight, activeConnections, inactiveConnections }) => ({
    tone: TONES[health],
    words: [
      name,
      address,
      health,
      weight === undefined ? 'out of the table' : `weight ${weight}`,
      weight === undefined ? '' : `active ${activeConnections}`,
      weight === undefined ? '' : `inactive ${inactiveConnections}`,
    ],
  }));
  const widths = [0, 1, 2, 3, 4, 5].map((column) =>
    Math.max(0, ...cells.map(({ words }) => words[column]?.length ?? 0)),
  );
  return cells.map(({ tone, words }) => ({
    tone,
    text: `    ${words.map((word, column) => word.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd(),
  }));
}

/** `MASTER` of all instances, or `MASTER of VI_1, BACKUP of VI_2`. */
function stateOf({ instances }: Cluster, { state, states }: DirectorStatus): string {
  if (state !== undefined) return state;
  const each = instances.flatMap(({ name }) => {
    const own = states.get(name);
    return own === undefined ? [] : [`${own} of ${name}`];
  });
  return each.length === 0 ? 'no VRRP state' : each.join(', ');
}

/** Names that are shown of many. */
const NAMED = 6;

function listed(names: readonly string[]): string {
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return `${names.slice(0, NAMED).join(', ')}${more}`;
}

/** Virtual addresses without an owner or with several, and sync groups with several, because these indicate a fault. */
function owners(cluster: Cluster, all: readonly DirectorStatus[]): readonly Line[] {
  // Where no director answered, its holder is not known.
  if (all.length === 0) return [];
  const found = new Map<string, string[]>();
  for (const { address } of virtualAddressesOf(cluster)) {
    const holders = holdersOf([address], all);
    if (holders.length === 1) continue;
    const who = holders.length === 0 ? 'no director that was asked holds it' : `${holders.join(' and ')} hold it`;
    found.set(who, [...(found.get(who) ?? []), address]);
  }
  const addresses = [...found].map(([who, each]): Line => ({ tone: 'bad', hang: 4, text: `${listed(each)}: ${who}` }));
  return [...addresses, ...cluster.syncGroups.flatMap((group) => dividedGroup(cluster, group, all))];
}

function holdersOf(addresses: readonly string[], all: readonly DirectorStatus[]): readonly string[] {
  return all.filter(({ holds }) => addresses.some((address) => holds.includes(address))).map(({ host }) => host);
}

function dividedGroup({ instances }: Cluster, group: SyncGroup, all: readonly DirectorStatus[]): readonly Line[] {
  const owned = instances
    .filter(({ name }) => group.instances.includes(name))
    .map(({ name, virtual_ipaddress }) => {
      const addresses = virtual_ipaddress.map(({ address }) => address);
      return [name, holdersOf(addresses, all).join(' and ')] as const;
    })
    .filter(([, who]) => who !== '');
  if (new Set(owned.map(([, who]) => who)).size < 2) return [];
  const text = `${group.name}: ${owned.map(([name, who]) => `${name} is on ${who}`).join(', ')}`;
  return [{ tone: 'bad', hang: 4, text }];
}
