import type { LbKind } from '../forwarding/forwarding.ts';
import { METHODS } from '../forwarding/methods.ts';
import { initSystemOf } from '../platforms/init-systems.ts';
import { sh } from '../remote/command.ts';
import { saneLines, wordsOf } from '../text/lines.ts';
import type { Diff, Field, ResourceKind } from './resource.ts';

export interface IpvsDestination {
  /** address:port */
  readonly address: string;
  readonly weight: number;
  /** The forwarding method as the kernel prints it; undefined when it matches or cannot be determined. */
  readonly forward?: string;
}

export interface IpvsService {
  readonly scheduler: string;
  /** Seconds; undefined without persistence. */
  readonly persistence: number | undefined;
  readonly destinations: readonly IpvsDestination[];
}

/** The wanted state of a virtual service in the kernel of a director. */
export interface IpvsWant extends IpvsService {
  readonly kind: 'ipvs';
  /** address:port of the virtual service */
  readonly service: string;
  readonly lbKind: LbKind;
  /** Destinations (address:port) that the engine adds and removes by a health check that lvsctl does not evaluate. */
  readonly checkedByEngine: ReadonlySet<string>;
  /** The unit that restores its table on reload; undefined where ipvsadm is used. */
  readonly keptBy?: string;
}

/**
 * The kernel's table as /proc/net/ip_vs prints it (net/netfilter/ipvs/ip_vs_ctl.c, ip_vs_info_seq_show): addresses and
 * ports in hexadecimal, destinations after an arrow. Only TCP over IPv4 is read.
 */
export function parseTable(output: string): ReadonlyMap<string, IpvsService> {
  const table = new Map<
    string,
    { scheduler: string; persistence: number | undefined; destinations: IpvsDestination[] }
  >();
  let current: IpvsDestination[] | undefined;
  for (const line of saneLines(output)) {
    const words = wordsOf(line);
    if (words[0] === 'TCP') {
      const [, place = '', scheduler = '', ...rest] = words;
      const timeout = rest[rest.indexOf('persistent') + 1];
      current = [];
      table.set(decode(place), {
        scheduler,
        persistence: rest.includes('persistent') ? Number(timeout) : undefined,
        destinations: current,
      });
    } else if (words[0] === '->' && words[1] !== 'RemoteAddress:Port') {
      const forward = words[2] ?? '';
      current?.push({
        address: decode(words[1] ?? ''),
        weight: Number(words[3]),
        ...(forward !== LOCAL && { forward }),
      });
    } else current = undefined;
  }
  return table;
}

/** Connection counts of one destination. */
export interface Connections {
  readonly active: number;
  readonly inactive: number;
}

/** The last two columns of the table, by service and destination. */
export function parseConnections(output: string): ReadonlyMap<string, ReadonlyMap<string, Connections>> {
  const found = new Map<string, Map<string, Connections>>();
  let current: Map<string, Connections> | undefined;
  for (const line of saneLines(output)) {
    const words = wordsOf(line);
    const [first, place = ''] = words;
    if (first === 'TCP') {
      const service = decode(place);
      current = found.get(service) ?? new Map<string, Connections>();
      found.set(service, current);
    } else if (first === '->' && place !== 'RemoteAddress:Port')
      current?.set(decode(place), { active: Number(words[4]), inactive: Number(words[5]) });
    else if (first !== '->') current = undefined;
  }
  return found;
}

/** A virtual service observed in the kernel. */
export interface IpvsHave extends IpvsService {
  /** By destination, as address:port. */
  readonly connections: ReadonlyMap<string, Connections>;
}

/** The kernel replaces any method with this one when the destination is the director itself. */
const LOCAL = 'Local';

/** An IPv4 address as the kernel prints it, C0A8A80C for 192.168.168.12. */
export function hexAddress(address: string): string {
  return address
    .split('.')
    .map((octet) => Number(octet).toString(16).toUpperCase().padStart(2, '0'))
    .join('');
}

/** A port as the kernel prints it, 0050 for 80. */
export function hexPort(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0');
}

/** C0A8A80C:0050 → 192.168.168.12:80 */
function decode(place: string): string {
  const [address = '', port = ''] = place.split(':');
  const octets = address.match(/../g) ?? [];
  return `${octets.map((octet) => Number.parseInt(octet, 16)).join('.')}:${Number.parseInt(port, 16)}`;
}

/**
 * A real server that does not listen is rightly removed by its health check: adding
 * it again would send clients to a dead server. So destinations are compared only where they listen.
 *
 * The IPVS table compared with the configuration. keepalived does not restore entries deleted by hand,
 * even on reload (acassen/keepalived#1877), so single entries are restored with ipvsadm, without a restart.
 * The bundled agent reconciles the table on reload; a host that runs it may have no ipvsadm.
 */
export const ipvs: ResourceKind<IpvsWant, IpvsHave, never> = {
  kind: 'ipvs',
  wave: 'turn',
  backup: false,
  summary: 'values',
  verifiedBy: 'own-check',

  key: (want) => want.service,

  probe: () => sh`[ -r /proc/net/ip_vs ] && while read -r line; do echo "$line"; done < /proc/net/ip_vs`,

  parse: (output) => {
    const connections = parseConnections(output);
    const entries = [...parseTable(output)].map(([name, service]): [string, IpvsHave] => [
      name,
      { ...service, connections: connections.get(name) ?? new Map() },
    ]);
    return new Map(entries);
  },

  diff: (want, have, around) => {
    const silent = ({ address }: IpvsDestination): boolean => around !== undefined && !around.listening.has(address);
    return compareService(want, have, [
      ...want.checkedByEngine,
      ...want.destinations.filter(silent).map(({ address }) => address),
    ]);
  },

  steps: (want, diff, around) => {
    if (want.keptBy !== undefined) {
      const init = initSystemOf(around?.initSystem);
      return init === undefined ? [] : [init.reloadRunning(want.keptBy)];
    }
    const { kernel } = METHODS[want.lbKind];
    const service = want.persistence === undefined ? [] : ['-p', want.persistence];
    return diff.fields.map((field) => {
      if (field.name === 'scheduler') {
        return sh`ipvsadm ${field.before === undefined ? '-A' : '-E'} -t ${want.service} -s ${want.scheduler} ${service}`;
      }
      if (field.name === 'persistence') return sh`ipvsadm -E -t ${want.service} -s ${want.scheduler} ${service}`;
      if (field.after === undefined) return sh`ipvsadm -d -t ${want.service} -r ${field.name}`;
      const weight = want.destinations.find((destination) => destination.address === field.name)?.weight ?? 0;
      return sh`ipvsadm ${field.before === undefined ? '-a' : '-e'} -t ${want.service} -r ${field.name} ${kernel.option} -w ${weight}`;
    });
  },
};

/** @param unmanaged destinations that the engine adds, removes or weights by itself */
export function compareService(
  want: IpvsWant,
  have: IpvsService | undefined,
  unmanaged: readonly string[] = [],
): Diff | undefined {
  const before = new Map(describe(have, want.lbKind));
  const after = new Map(describe(want, want.lbKind));
  const left = new Set(unmanaged);
  const names = new Set([...after.keys(), ...before.keys()]);
  const fields = [...names].flatMap((name): readonly Field[] =>
    before.get(name) === after.get(name) || left.has(name)
      ? []
      : [{ name, before: before.get(name), after: after.get(name) }],
  );
  if (fields.length === 0) return undefined;
  return {
    action: have === undefined ? 'create' : 'update',
    disruptive: fields.some((field) => field.after === undefined),
    fields,
  };
}

function describe(service: IpvsService | undefined, lbKind: LbKind): readonly (readonly [string, string])[] {
  if (service === undefined) return [];
  const { name } = METHODS[lbKind].kernel;
  return [
    ['scheduler', service.scheduler],
    ...(service.persistence === undefined ? [] : [['persistence', `${service.persistence} s`] as const]),
    ...service.destinations.map(
      ({ address, weight, forward }) =>
        [address, `weight ${weight}${forward === undefined || forward === name ? '' : ` by ${forward}`}`] as const,
    ),
  ];
}
