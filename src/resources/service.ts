import { type Command, sh } from '../remote/command.ts';
import { type Diff, type Field, type ResourceKind, changed } from './resource.ts';

export interface ServiceWant {
  readonly kind: 'service';
  /** systemd unit, with its ending */
  readonly unit: string;
  /** Keys of other changes on this host after which a running service must take note. */
  readonly reloadOn: readonly string[];
  readonly restartOn: readonly string[];
  /** Whether clients can notice a start or a restart. */
  readonly disruptive: boolean;
}

export interface ServiceHave {
  readonly load: string;
  readonly active: string;
  readonly enabled: string;
  /** Whether a file that it reads was changed by a run that did not get to its reload; see `owe`. */
  readonly owed: boolean;
}

/** Where a host notes what `owe` tells. */
const OWED = '/run/lvsctl/owed';

/** States of a unit file that starts at boot, or that `systemctl enable` has nothing to do for. */
const ENABLED: ReadonlySet<string> = new Set(['enabled', 'static', 'indirect', 'generated']);

/** A systemd unit that runs now and at every boot. */
export const service: ResourceKind<ServiceWant, ServiceHave> = {
  kind: 'service',

  key: (want) => want.unit,

  probe: (wants) => {
    const units = wants.map((want) => want.unit);
    if (units.length === 0) return sh`:`;
    return sh`for unit in ${units}; do [ -e ${OWED}/"$unit" ] && echo "Owed=$unit"; done
echo
systemctl show -p Names,LoadState,ActiveState,UnitFileState -- ${units}`;
  },

  parse: (output) => {
    const owed = new Set([...output.matchAll(/^Owed=(.*)$/gm)].map(([, unit]) => unit));
    return new Map(
      output.split(/\n\s*\n/).flatMap((block) => {
        const values = new Map(
          block
            .trim()
            .split('\n')
            .map((line): [string, string] => [line.split('=', 1)[0] ?? '', line.slice(line.indexOf('=') + 1)]),
        );
        const names = values.get('Names')?.split(' ') ?? [];
        if (values.get('LoadState') === 'not-found') return [];
        const have = {
          load: values.get('LoadState') ?? '',
          active: values.get('ActiveState') ?? '',
          enabled: values.get('UnitFileState') ?? '',
        };
        return names.map((name): [string, ServiceHave] => [name, { ...have, owed: owed.has(name) }]);
      }),
    );
  },

  diff: (want, have): Diff | undefined => {
    const fields = [
      ...changed('enabled', have !== undefined && ENABLED.has(have.enabled) ? 'yes' : 'no', 'yes'),
      ...changed('active', have?.active ?? 'inactive', 'active'),
    ];
    const starts = fields.some((field) => field.name === 'active');
    const own: Diff | undefined =
      fields.length === 0
        ? undefined
        : { action: have === undefined ? 'create' : 'update', disruptive: want.disruptive && starts, fields };
    if (starts || have?.owed !== true) return own;
    const name = want.reloadOn.length > 0 ? 'reload' : 'restart';
    return withOrder(want, own, name, 'an earlier run changed its files and did not come to this');
  },

  steps: (want, diff) => {
    const settles = diff.fields.some((field) => field.name === 'active' || isOrder(field));
    return [
      ...diff.fields.map((field) => serviceStep(want.unit, field.name)),
      ...(settles ? [sh`rm -f ${`${OWED}/${want.unit}`}`] : []),
    ];
  },
};

function serviceStep(unit: string, field: string): Command {
  switch (field) {
    case 'enabled':
      // Installing a package may have done it since, and systemd reading every unit again takes longer than all else here.
      return sh`[ "$(systemctl show -p UnitFileState --value -- ${unit})" = enabled ] || systemctl --quiet enable ${unit}`;
    case 'reload':
      // A unit that is no longer running is started; one that cannot reload is restarted.
      return sh`systemctl reload-or-restart ${unit}
systemctl is-active --quiet ${unit}`;
    case 'restart':
      return sh`systemctl restart ${unit}`;
    default:
      return sh`systemctl is-failed --quiet ${unit} && systemctl reset-failed ${unit}
systemctl start ${unit} || { systemctl --no-pager --lines=12 --full status ${unit} >&2; exit 1; }`;
  }
}

/**
 * What a running service must do because of changes to the things it depends on; undefined when nothing concerns it.
 * A service that is about to be started reads everything then.
 */
export function followUp(want: ServiceWant, own: Diff | undefined, changedKeys: ReadonlySet<string>): Diff | undefined {
  if (own?.fields.some((field) => field.name === 'active') === true) return own;
  const cause = (keys: readonly string[]): readonly string[] => keys.filter((key) => changedKeys.has(key));
  const restart = cause(want.restartOn);
  const reload = cause(want.reloadOn);
  if (restart.length === 0 && reload.length === 0) return own;
  const name = restart.length > 0 ? 'restart' : 'reload';
  return withOrder(want, own, name, `${(restart.length > 0 ? restart : reload).join(', ')} changes`);
}

/** The change of a service with an order to it; one that it had already gives way. */
function withOrder(want: ServiceWant, own: Diff | undefined, name: 'reload' | 'restart', reason: string): Diff {
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
 * Notes that a running service is about to owe a reload, before the file is changed that is the cause: a run that fails
 * or dies in between leaves a file that is right and a service that has not read it, and the next run sees nothing but
 * this note. A reboot drops it together with its reason.
 */
export function owe(unit: string): Command {
  return sh`mkdir -p ${OWED} && : > ${`${OWED}/${unit}`}`;
}
