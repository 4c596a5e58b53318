import { KERNEL } from '../forwarding/kernel.ts';
import { SERVICE_FLAGS } from '../keepalived/ipvs/flags.ts';
import { nameOfPlace, nameOfService } from '../keepalived/ipvs/name.ts';
import type { Destination, Service, ServiceId } from '../keepalived/ipvs/table.ts';
import { initSystemOf } from '../platforms/init-systems.ts';
import { type Command, sh } from '../remote/command.ts';
import { type IpvsHave, parseTable, secondsOf } from './ipvs-table.ts';
import { destinationRule, dotted, hasFlag, isIpv6, selector, serviceRule } from './ipvs-rule.ts';
import type { Diff, Field, ResourceKind } from './resource.ts';

/** The wanted state of a virtual service in the kernel of a director. */
export interface IpvsWant {
  readonly kind: 'ipvs';
  /** With every real server in rotation. */
  readonly service: Service;
  /**
   * What decides whether a destination, by address:port, is in the table: `engine` for a sorry server, and for checks
   * that lvsctl does not evaluate; otherwise the address:port where the real server has to listen.
   */
  readonly decidedBy: ReadonlyMap<string, string>;
  /** The unit that restores its table on reload; undefined where ipvsadm is used. */
  readonly keptBy?: string;
  /** The service is to be removed. */
  readonly absent?: true;
}

/** Of destinations that the engine adds, removes or weights by itself. */
export const ENGINE = 'engine';

/** The kernel replaces any method with this one when the destination is the director itself. */
const LOCAL = 'Local';

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
  recorded: false,
  summary: 'values',
  verifiedBy: 'own-check',

  key: ({ service }) => nameOfService(service.id),

  probe: () => sh`[ -r /proc/net/ip_vs ] && while read -r line; do echo "$line"; done < /proc/net/ip_vs`,

  parse: parseTable,

  diff: (want, have, around) => {
    if (want.absent === true) return have === undefined ? undefined : removal(want.service, have);
    const unmanaged = [...want.decidedBy]
      .filter(([, who]) => who === ENGINE || (around !== undefined && !around.listening.has(who)))
      .map(([destination]) => destination);
    return compareService(want.service, have, unmanaged);
  },

  advice: ({ absent }) => (absent === true ? 'It takes ipvsadm on the director: install the package.' : undefined),

  steps: (want, diff, around) => {
    if (want.keptBy !== undefined) {
      const init = initSystemOf(around?.initSystem);
      return init === undefined ? [] : [init.reloadRunning(want.keptBy)];
    }
    const { service } = want;
    if (want.absent === true) return [removeService(service.id)];
    const settings = diff.fields.filter(({ name }) => SETTINGS.has(name));
    const destinations = diff.fields.filter(({ name }) => !SETTINGS.has(name));
    return [
      ...(settings.length === 0
        ? []
        : [
            diff.action === 'create'
              ? add('-A', '-E', serviceRule(service))
              : sh`ipvsadm ${['-E', ...serviceRule(service)]}`,
          ]),
      ...destinations.map((field) => destinationStep(service, field)),
    ];
  },
};

const SETTINGS: ReadonlySet<string> = new Set(['scheduler', 'persistence', 'one-packet']);

function destinationStep({ id, destinations }: Service, { name, before, after }: Field): Command {
  const destination = destinations.find((one) => nameOfPlace(one) === name);
  if (after === undefined || destination === undefined) return removeDestination(id, name);
  const rule = destinationRule(id, destination);
  return before === undefined ? add('-a', '-e', rule) : sh`ipvsadm ${['-e', ...rule]}`;
}

/** A keepalived that has just been reloaded removes the same at the same time. */
function removeDestination(id: ServiceId, name: string): Command {
  const listed = sh`ipvsadm ${['-Ln', ...selector(id)]} 2>/dev/null | grep -qF ${` ${name} `}`;
  return sh`ipvsadm ${['-d', ...selector(id), '-r', name]} || ! ${listed}`;
}

function removeService(id: ServiceId): Command {
  return sh`ipvsadm ${['-D', ...selector(id)]} || ! ipvsadm ${['-Ln', ...selector(id)]} >/dev/null 2>&1`;
}

/** A keepalived that has just been reloaded adds the same at the same time. */
function add(create: '-A' | '-a', edit: '-E' | '-e', rule: readonly (string | number)[]): Command {
  return sh`ipvsadm ${[create, ...rule]} || ipvsadm ${[edit, ...rule]} 2>/dev/null`;
}

/**
 * What differs of what the kernel prints.
 * @param unmanaged destinations that the engine adds, removes or weights by itself
 */
export function compareService(
  service: Service,
  have: IpvsHave | undefined,
  unmanaged: readonly string[] = [],
): Diff | undefined {
  const before = new Map(have === undefined ? [] : observed(have, service));
  const after = new Map(wanted(service));
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

function removal(service: Service, have: IpvsHave): Diff {
  return {
    action: 'remove',
    fields: observed(have, service).map(([name, before]) => ({ name, before, after: undefined })),
    disruptive: true,
    reason: 'the inventory does not have this virtual service',
  };
}

type Named = readonly (readonly [string, string])[];

function wanted(service: Service): Named {
  const { scheduler, timeout, netmask, flags, destinations } = service;
  return [
    ['scheduler', scheduler],
    ...(timeout === 0
      ? []
      : [['persistence', persistenceText(timeout, isIpv6(service) ? undefined : netmask)] as const]),
    ...(hasFlag(flags, SERVICE_FLAGS.ONEPACKET) && printsOps(service) ? [['one-packet', 'on'] as const] : []),
    ...destinations.map(
      (one) => [nameOfPlace(one), `weight ${one.weight}${methodText(KERNEL[methodOf(one)].name, service)}`] as const,
    ),
  ];
}

function observed({ scheduler, ops, persistence, destinations }: IpvsHave, service: Service): Named {
  const methods = new Map(service.destinations.map((one) => [nameOfPlace(one), KERNEL[methodOf(one)].name]));
  return [
    ['scheduler', scheduler],
    ...(persistence === undefined
      ? []
      : [
          [
            'persistence',
            persistenceText(
              secondsOf(persistence.ticks, service.timeout),
              isIpv6(service) ? undefined : persistence.netmask,
            ),
          ] as const,
        ]),
    ...(ops === true ? [['one-packet', 'on'] as const] : []),
    ...[...destinations].map(([name, { weight, forward }]) => {
      const method = forward === LOCAL ? (methods.get(name) ?? forward) : forward;
      return [name, `weight ${weight}${methodText(method, service)}`] as const;
    }),
  ];
}

function methodOf({ forwarding: method }: Destination): keyof typeof KERNEL {
  return method === 'local' ? 'DR' : method;
}

/** Shown where it is not that of most destinations. */
function methodText(name: string, { destinations: [first] }: Service): string {
  return first === undefined || name === KERNEL[methodOf(first)].name ? '' : ` by ${name}`;
}

function persistenceText(seconds: number, netmask: number | undefined): string {
  return netmask === undefined || netmask === 0xffffffff ? `${seconds} s` : `${seconds} s for ${dotted(netmask)}`;
}

/** The kernel leaves it out for an address of IPv6. */
function printsOps({ id }: Service): boolean {
  return id.kind === 'fwmark' || !id.address.includes(':');
}
