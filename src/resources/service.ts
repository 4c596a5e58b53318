import { type Command, sh } from '../remote/command.ts';
import { type Diff, type ResourceKind, changed } from './resource.ts';

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
}

/** States of a unit file that starts at boot, or that `systemctl enable` has nothing to do for. */
const ENABLED: ReadonlySet<string> = new Set(['enabled', 'static', 'indirect', 'generated']);

/** A systemd unit that runs now and at every boot. */
export const service: ResourceKind<ServiceWant, ServiceHave> = {
  kind: 'service',

  key: (want) => want.unit,

  probe: (wants) => {
    const units = wants.map((want) => want.unit);
    return units.length === 0 ? sh`:` : sh`systemctl show -p Names,LoadState,ActiveState,UnitFileState -- ${units}`;
  },

  parse: (output) =>
    new Map(
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
        return names.map((name): [string, ServiceHave] => [name, have]);
      }),
    ),

  diff: (want, have): Diff | undefined => {
    const fields = [
      ...changed('enabled', have !== undefined && ENABLED.has(have.enabled) ? 'yes' : 'no', 'yes'),
      ...changed('active', have?.active ?? 'inactive', 'active'),
    ];
    if (fields.length === 0) return undefined;
    return {
      action: have === undefined ? 'create' : 'update',
      disruptive: want.disruptive && fields.some((field) => field.name === 'active'),
      fields,
    };
  },

  steps: (want, diff) => diff.fields.map((field) => serviceStep(want.unit, field.name)),
};

function serviceStep(unit: string, field: string): Command {
  switch (field) {
    case 'enabled':
      // Installing a package may have done it since. The links are all that is wanted: systemd need not read every unit
      // again, which takes longer than anything else here.
      return sh`systemctl is-enabled --quiet ${unit} || systemctl --quiet --no-reload enable ${unit}`;
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
  return {
    action: own?.action ?? 'run',
    disruptive: want.disruptive && name === 'restart',
    fields: [...(own?.fields ?? []), { name, before: undefined, after: 'now' }],
    reason: `${(restart.length > 0 ? restart : reload).join(', ')} changes`,
  };
}
