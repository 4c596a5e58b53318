import { Failure } from '../failure.ts';
import { type Cluster, type Member, virtualAddressesOf } from '../inventory/cluster.ts';
import type { FormerResource, FormerValue, Origin } from '../observe/origin.ts';
import { tracesOf } from '../render/method-sides.ts';
import { FIREWALL_SCRIPT, FIREWALL_UNIT, KEEPALIVED_CONF, KEEPALIVED_UNIT, UNITS } from '../render/names.ts';
import type { FormerServiceWant } from '../resources/former-service.ts';
import { FORGET, RESTORE, type RestoreContext, type Restored, TURNS } from '../resources/restore.ts';

/** Scripts of methods that the cluster uses, or used. */
const SCRIPTS = tracesOf([]).files.filter((path) => path.endsWith('.sh'));

/** The former state of a host as wants, each with what has to be observed for it. */
export type FormerWants = readonly Restored[];

/** What a host was before lvsctl, as wants in the order of application: in each turn the last change is undone first. */
export function formerWants(cluster: Cluster, member: Member, origin: Origin): FormerWants | Failure {
  const { name } = member.host;
  if ('mistake' in origin) {
    return new Failure(
      'unsupported',
      `${name}: the record of its state before lvsctl cannot be used: ${origin.mistake}`,
      {
        host: name,
        hint: 'Restore /var/lib/lvsctl/origin from a backup of the host, or undo there by hand what `lvsctl render` shows.',
      },
    );
  }
  const context = contextOf(cluster);
  const all = origin.resources
    .filter((resource) => !isStray(cluster, member, resource))
    .flatMap(({ kind, key, fields }) => {
      const values = new Map([...fields].map(([field, value]) => [field, plain(value)]));
      return RESTORE[kind]({ key, fields: values }, context);
    });
  const restored = mergeServices(all).toReversed();
  return [...TURNS.flatMap((turn) => restored.filter((one) => one.turn === turn)), FORGET];
}

function contextOf({ packages }: Cluster): RestoreContext {
  return {
    scripts: new Set([...SCRIPTS, FIREWALL_SCRIPT]),
    firewall: { path: FIREWALL_SCRIPT, unit: FIREWALL_UNIT.name },
    engines: new Set(Object.values(UNITS)),
    readers: new Map([[KEEPALIVED_CONF, KEEPALIVED_UNIT]]),
    localMount: packages.localMount,
  };
}

function plain(value: FormerValue): string | true | undefined {
  if (value === null) return undefined;
  return typeof value === 'string' ? value : true;
}

/** A virtual address that a director held without VRRP was a fault of the cluster. */
function isStray(cluster: Cluster, { director }: Member, { kind, key, fields }: FormerResource): boolean {
  if (director === undefined || kind !== 'address' || [...fields.values()].every((value) => value === null))
    return false;
  const [bare] = key.split(' ');
  return virtualAddressesOf(cluster).some(({ address }) => address === bare);
}

/** A unit that was changed and reads a former file is one want. One that goes back to running reads it anyway. */
function mergeServices(all: readonly Restored[]): readonly Restored[] {
  const units = new Map<string, FormerServiceWant>();
  for (const { want } of all) {
    if (want.kind !== 'former-service') continue;
    const before = units.get(want.unit);
    units.set(want.unit, {
      ...before,
      ...want,
      reloadOn: [...(before?.reloadOn ?? []), ...want.reloadOn],
      disruptive: want.disruptive || before?.disruptive === true,
    });
  }
  return all.flatMap((one): readonly Restored[] => {
    if (one.want.kind !== 'former-service') return [one];
    const merged = units.get(one.want.unit);
    units.delete(one.want.unit);
    if (merged === undefined) return [];
    const reloadOn = merged.active === undefined ? merged.reloadOn : [];
    const turn = merged.active === true || reloadOn.length > 0 ? 'start' : 'stop';
    return [{ ...one, turn, want: { ...merged, reloadOn } }];
  });
}
