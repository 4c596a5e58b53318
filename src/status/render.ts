import { type Cluster, virtualAddressesOf } from '../inventory/cluster.ts';
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
  const holds = status.holds.length === 0 ? '' : `  holds ${status.holds.join(', ')}`;
  return [
    {
      tone: status.engine === undefined ? 'bad' : 'title',
      hang: 4,
      text: `${status.host}  ${status.state ?? 'no VRRP state'}  ${engine}${holds}`,
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

/** The owner of each virtual address comes first, because none or several indicate a fault. */
function owners(cluster: Cluster, all: readonly DirectorStatus[]): readonly Line[] {
  // Where no director answered, its holder is not known.
  if (all.length === 0) return [];
  return virtualAddressesOf(cluster).flatMap(({ address }): readonly Line[] => {
    const holders = all.filter(({ holds }) => holds.includes(address)).map(({ host }) => host);
    if (holders.length === 1) return [];
    const who = holders.length === 0 ? 'no director that was asked holds it' : `${holders.join(' and ')} hold it`;
    return [{ tone: 'bad', text: `${address}: ${who}` }];
  });
}
