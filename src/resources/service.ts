import { firstMatch } from '../platforms/first-match.ts';
import type { InitSystem } from '../platforms/init-system.ts';
import { INIT_SYSTEMS, initSystemOf } from '../platforms/init-systems.ts';
import { type Command, sh } from '../remote/command.ts';
import { saneLines } from '../text/lines.ts';
import { type Diff, type Field, type ResourceKind, changed } from './resource.ts';

export interface ServiceWant {
  readonly kind: 'service';
  /** with its ending */
  readonly unit: string;
  /** Keys of other changes on this host after which a running service must take note. */
  readonly reloadOn: readonly string[];
  readonly restartOn: readonly string[];
  /** Whether clients can notice a start or a restart. */
  readonly disruptive: boolean;
  /** Set for a unit that must neither run nor start at boot, with the reason; where there is no such unit, all is well. */
  readonly stoppedBecause?: string;
}

/** How a running service takes note of what has changed. */
export type Order = 'reload' | 'restart';

export interface ServiceHave {
  readonly load: string;
  readonly active: string;
  readonly enabled: string;
  /** What a run that changed its files did not come to; see `owe`. */
  readonly owed: Order | undefined;
}

/** Where a host notes what `owe` tells. */
const OWED = '/run/lvsctl/owed';

/** States of a unit file that starts at boot, or that `systemctl enable` has nothing to do for. */
const ENABLED: ReadonlySet<string> = new Set(['enabled', 'static', 'indirect', 'generated']);

const OWES = 'Owed=';

/** Runs of lines with empty ones between them. */
function blocksOf(lines: readonly string[]): readonly (readonly string[])[] {
  const blocks: string[][] = [[]];
  for (const line of lines) {
    if (line.trim() === '') blocks.push([]);
    else blocks.at(-1)?.push(line);
  }
  return blocks.filter((block) => block.length > 0);
}

/** A unit that runs now and at every boot. */
export const service: ResourceKind<ServiceWant, ServiceHave> = {
  kind: 'service',
  wave: 'turn',
  backup: false,
  summary: 'values',
  verifiedBy: 'configuration',

  key: (want) => want.unit,

  probe: (units) => {
    if (units.length === 0) return sh`:`;
    return sh`for unit in ${units}; do [ -e ${OWED}/"$unit" ] && { read -r order < ${OWED}/"$unit"; echo "Owed=$unit $order"; }; done
echo
${firstMatch(INIT_SYSTEMS, (init) => init.show(units))}`;
  },

  parse: (output) => {
    const lines = saneLines(output);
    const owed = new Map(
      lines
        .filter((line) => line.startsWith(OWES))
        .map((line): [string, Order] => {
          const [unit = '', order] = line.slice(OWES.length).split(' ');
          return [unit, order === 'restart' ? 'restart' : 'reload'];
        }),
    );
    return new Map(
      blocksOf(lines).flatMap((block) => {
        const values = new Map(
          block.map((line): [string, string] => [line.split('=', 1)[0] ?? '', line.slice(line.indexOf('=') + 1)]),
        );
        const names = values.get('Names')?.split(' ') ?? [];
        if (values.get('LoadState') === 'not-found') return [];
        const have = {
          load: values.get('LoadState') ?? '',
          active: values.get('ActiveState') ?? '',
          enabled: values.get('UnitFileState') ?? '',
        };
        return names.map((name): [string, ServiceHave] => [name, { ...have, owed: owed.get(name) }]);
      }),
    );
  },

  diff: (want, have): Diff | undefined => {
    if (want.stoppedBecause !== undefined) return stopped(want, want.stoppedBecause, have);
    const fields = [
      ...changed('enabled', have !== undefined && ENABLED.has(have.enabled) ? 'yes' : 'no', 'yes'),
      ...changed('active', have?.active ?? 'inactive', 'active'),
    ];
    const starts = fields.some((field) => field.name === 'active');
    const own: Diff | undefined =
      fields.length === 0
        ? undefined
        : { action: have === undefined ? 'create' : 'update', disruptive: want.disruptive && starts, fields };
    if (starts || have?.owed === undefined) return own;
    const order = want.reloadOn.length > 0 ? have.owed : 'restart';
    return withOrder(want, own, order, 'an earlier run changed its files and did not come to this');
  },

  dependsOn: (want) => [...want.restartOn, ...want.reloadOn],

  // A service that is about to be started reads everything then.
  followUp: (want, own, changed) => {
    if (want.stoppedBecause !== undefined || own?.fields.some((field) => field.name === 'active') === true) return own;
    const cause = (keys: readonly string[]): readonly string[] => keys.filter((key) => changed.has(key));
    const restart = cause(want.restartOn);
    const reload = cause(want.reloadOn);
    const enough = own?.fields.some((field) => field.name === 'restart') === true || reload.length === 0;
    if (restart.length === 0 && enough) return own;
    const name = restart.length > 0 ? 'restart' : 'reload';
    return withOrder(want, own, name, `${(restart.length > 0 ? restart : reload).join(', ')} changes`);
  },

  steps: (want, diff, around) => {
    const init = initSystemOf(around?.initSystem);
    // A host without a known init system is refused before it comes to this.
    if (init === undefined) return [sh`echo 'no init system that lvsctl knows' >&2; exit 1`];
    if (want.stoppedBecause !== undefined) return [init.disable(want.unit)];
    const settles = diff.fields.some((field) => field.name === 'active' || isOrder(field));
    return [
      ...diff.fields.map((field) => serviceStep(init, want, field.name)),
      ...(settles ? [sh`rm -f ${`${OWED}/${want.unit}`}`] : []),
    ];
  },
};

/** Whatever is no more than a trace of it, such as a failed start, is left alone. */
function stopped(want: ServiceWant, reason: string, have: ServiceHave | undefined): Diff | undefined {
  const runs = have !== undefined && have.active !== 'inactive' && have.active !== 'failed';
  const fields: readonly Field[] = [
    ...(have?.enabled === 'enabled' ? [{ name: 'enabled', before: 'yes', after: 'no' }] : []),
    ...(runs ? [{ name: 'active', before: have.active, after: 'inactive' }] : []),
  ];
  return fields.length === 0 ? undefined : { action: 'update', disruptive: want.disruptive && runs, fields, reason };
}

function serviceStep(init: InitSystem, { unit, restartOn }: ServiceWant, field: string): Command {
  switch (field) {
    case 'enabled':
      return init.enable(unit);
    case 'reload':
      return init.reload(unit);
    case 'restart':
      return init.restart(unit);
    default:
      // A reload would take up the files of `reloadOn`, but not a program or a unit file.
      return init.start(unit, restartOn.length > 0);
  }
}

/** The change of a service with an order to it; one that it had already gives way. */
function withOrder(want: ServiceWant, own: Diff | undefined, name: Order, reason: string): Diff {
  const others = (own?.fields ?? []).filter((field) => !isOrder(field));
  return {
    action: others.length === 0 ? 'run' : (own?.action ?? 'run'),
    disruptive: want.disruptive && name === 'restart',
    fields: [...others, { name, before: undefined, after: 'now' }],
    reason,
  };
}

export function isOrder({ name }: Field): boolean {
  return name === 'reload' || name === 'restart';
}

/**
 * Notes that a running service is about to owe a reload or a restart, before the file is changed that is the cause: a run
 * that fails or dies in between leaves a file that is right and a service that has not read it, and the next run sees
 * nothing but this note. A restart that is owed already does for a reload too. A reboot drops it together with its reason.
 */
export function owe(unit: string, order: Order = 'reload'): Command {
  const note = `${OWED}/${unit}`;
  return order === 'restart' ? sh`mkdir -p ${OWED} && echo restart > ${note}` : sh`mkdir -p ${OWED} && : >> ${note}`;
}
