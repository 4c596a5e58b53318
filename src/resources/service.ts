import { firstMatch } from '../platforms/first-match.ts';
import type { InitSystem } from '../platforms/init-system.ts';
import { initSystemOf } from '../platforms/init-systems.ts';
import { ALL_PLATFORMS } from '../platforms/platforms.ts';
import { type Command, NOTHING, sh } from '../remote/command.ts';
import { saneLines } from '../text/lines.ts';
import { type Diff, type Field, type ResourceKind, changed } from './resource.ts';

export interface ServiceWant {
  readonly kind: 'service';
  /** With suffix, as in nginx.service. */
  readonly unit: string;
  /** Keys of other changes on this host that require a reload. */
  readonly reloadOn: readonly string[];
  readonly restartOn: readonly string[];
  /** Whether a start or restart disrupts traffic. */
  readonly disruptive: boolean;
  /** Set for a unit that must be stopped and disabled, with the reason. A unit that does not exist satisfies this. */
  readonly stoppedBecause?: string;
}

/** How a running service picks up changes. */
export type Order = 'reload' | 'restart';

export interface ServiceHave {
  readonly load: string;
  readonly active: string;
  readonly enabled: string;
  /** The order that an earlier run marked as pending and did not execute; see `markPending`. */
  readonly pending: Order | undefined;
}

/** The folder on the host with one file per pending order. */
const PENDING = '/run/lvsctl/pending';

/** Unit file states for which `systemctl enable` is not needed. */
const ENABLED: ReadonlySet<string> = new Set(['enabled', 'static', 'indirect', 'generated']);

const PENDING_LINE = 'Pending=';

/** Groups of lines separated by empty lines. */
function blocksOf(lines: readonly string[]): readonly (readonly string[])[] {
  const blocks: string[][] = [[]];
  for (const line of lines) {
    if (line.trim() === '') blocks.push([]);
    else blocks.at(-1)?.push(line);
  }
  return blocks.filter((block) => block.length > 0);
}

/** A unit that is active and enabled. */
export const service: ResourceKind<ServiceWant, ServiceHave> = {
  kind: 'service',
  wave: 'turn',
  backup: false,
  summary: 'values',
  verifiedBy: 'configuration',

  key: (want) => want.unit,

  probe: (units, { initSystems } = ALL_PLATFORMS) => {
    if (units.length === 0) return NOTHING;
    return sh`for unit in ${units}; do [ -e ${PENDING}/"$unit" ] && { read -r order < ${PENDING}/"$unit"; echo "Pending=$unit $order"; }; done
echo
${firstMatch(initSystems, (init) => init.show(units))}`;
  },

  parse: (output) => {
    const lines = saneLines(output);
    const pending = new Map(
      lines
        .filter((line) => line.startsWith(PENDING_LINE))
        .map((line): [string, Order] => {
          const [unit = '', order] = line.slice(PENDING_LINE.length).split(' ');
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
        return names.map((name): [string, ServiceHave] => [name, { ...have, pending: pending.get(name) }]);
      }),
    );
  },

  diff: (want, have): Diff | undefined => {
    if (want.stoppedBecause !== undefined) return stopped(want, want.stoppedBecause, have);
    const fields = [
      ...changed('enabled', isEnabled(have) ? 'yes' : 'no', 'yes'),
      ...changed('active', have?.active ?? 'inactive', 'active'),
    ];
    const starts = fields.some((field) => field.name === 'active');
    const own: Diff | undefined =
      fields.length === 0
        ? undefined
        : { action: have === undefined ? 'create' : 'update', disruptive: want.disruptive && starts, fields };
    if (starts || have?.pending === undefined) return own;
    const order = want.reloadOn.length > 0 ? have.pending : 'restart';
    return withOrder(want, own, order, 'pending since an earlier run changed its files');
  },

  dependsOn: (want) => [...want.restartOn, ...want.reloadOn],

  // Links of systemd, and of runlevels.
  needs: (_want, { fields }) =>
    fields.some(({ name }) => name === 'enabled') ? [{ folder: '/etc', runs: false }] : [],

  // A service that is about to start reads all its files anyway.
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
    // Preflight rejects hosts without a supported init system.
    if (init === undefined) return [sh`echo 'unsupported init system' >&2; exit 1`];
    if (want.stoppedBecause !== undefined) return [init.disable(want.unit)];
    const settles = diff.fields.some((field) => field.name === 'active' || isOrder(field));
    return [
      ...diff.fields.map((field) => serviceStep(init, want, field.name)),
      ...(settles ? [sh`rm -f ${`${PENDING}/${want.unit}`}`] : []),
    ];
  },
};

export function isEnabled(have: ServiceHave | undefined): boolean {
  return have !== undefined && ENABLED.has(have.enabled);
}

/** A unit that has failed counts as stopped. */
export function isRunning(have: ServiceHave | undefined): have is ServiceHave {
  return have !== undefined && have.active !== 'inactive' && have.active !== 'failed';
}

function stopped(want: ServiceWant, reason: string, have: ServiceHave | undefined): Diff | undefined {
  const runs = isRunning(have);
  const fields: readonly Field[] = [
    ...(have?.enabled === 'enabled' ? [{ name: 'enabled', before: 'yes', after: 'no' }] : []),
    ...(runs ? [{ name: 'active', before: have.active, after: 'inactive' }] : []),
  ];
  return fields.length === 0
    ? undefined
    : { action: 'update', disruptive: want.disruptive && runs, late: true, fields, reason };
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
      // A reload does not pick up a new program or unit file.
      return init.start(unit, restartOn.length > 0);
  }
}

/** The diff with the order added; replaces an order that it already had. */
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
 * Marks a reload or restart as pending, before the file is changed that requires it. When a run fails in between, the
 * file is already correct and only this mark shows the next run that the service has not read it. A pending restart
 * supersedes a reload. The mark is in /run, because a reboot makes it obsolete.
 */
export function markPending(unit: string, order: Order = 'reload'): Command {
  const note = `${PENDING}/${unit}`;
  return order === 'restart'
    ? sh`mkdir -p ${PENDING} && echo restart > ${note}`
    : sh`mkdir -p ${PENDING} && : >> ${note}`;
}
