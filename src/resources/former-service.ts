import { initSystemOf } from '../platforms/init-systems.ts';
import type { Field, ResourceKind } from './resource.ts';
import { type ServiceHave, isEnabled, isRunning, service } from './service.ts';

/** A unit as it was before lvsctl first changed it. */
export interface FormerServiceWant {
  readonly kind: 'former-service';
  /** With suffix, as in nginx.service. */
  readonly unit: string;
  /** Whether it starts at boot; undefined leaves that as it is. */
  readonly enabled?: boolean;
  /** Whether it runs; undefined leaves that as it is. */
  readonly active?: boolean;
  /** Keys of other changes on this host after which it is reloaded, if it runs. */
  readonly reloadOn: readonly string[];
  /** Whether its stop disrupts traffic. */
  readonly disruptive: boolean;
}

const yes = (value: boolean): string => (value ? 'yes' : 'no');

/** What happens at boot and what runs are apart: only what lvsctl changed goes back. */
export const formerService: ResourceKind<FormerServiceWant, ServiceHave> = {
  kind: 'former-service',
  wave: 'turn',
  backup: false,
  recorded: false,
  summary: 'values',
  verifiedBy: 'configuration',

  key: (want) => want.unit,
  probe: (units, platforms) => service.probe(units, platforms),
  parse: (output) => service.parse(output),

  diff: (want, have) => {
    const fields = [...enabledField(want, have), ...activeField(want, have)];
    if (fields.length === 0) return undefined;
    const stops = fields.some(({ name, after }) => name === 'active' && after === 'inactive');
    return { action: 'update', disruptive: want.disruptive && stops, fields };
  },

  refuse: ({ unit, enabled, active }, have) =>
    have === undefined && (enabled === true || active === true)
      ? { because: `${unit} is no longer there`, hint: 'Install what it belongs to, and run the command again.' }
      : undefined,

  dependsOn: (want) => want.reloadOn,

  followUp: (_want, own, changed) =>
    changed.size === 0 || own?.fields.some(({ name }) => name === 'active') === true
      ? own
      : {
          action: own?.action ?? 'run',
          disruptive: false,
          fields: [...(own?.fields ?? []), { name: 'reload', before: undefined, after: 'now' }],
          reason: `${[...changed].join(', ')} changes`,
        },

  steps: ({ unit }, diff, around) => {
    const init = initSystemOf(around?.initSystem);
    if (init === undefined) return [];
    const active = around?.activeUnits.has(unit) !== false;
    return diff.fields.flatMap(({ name, after }) => {
      if (name === 'enabled') return [after === 'yes' ? init.enable(unit) : init.disableAtBoot(unit)];
      if (name === 'active') return [after === 'active' ? init.start(unit, false) : init.stop(unit)];
      return active ? [init.reload(unit)] : [];
    });
  },
};

function enabledField({ enabled }: FormerServiceWant, have: ServiceHave | undefined): readonly Field[] {
  // A unit without an [Install] section counts as enabled, and cannot be disabled.
  const before = enabled === true ? isEnabled(have) : have?.enabled === 'enabled';
  return enabled === undefined || enabled === before
    ? []
    : [{ name: 'enabled', before: yes(before), after: yes(enabled) }];
}

function activeField({ active }: FormerServiceWant, have: ServiceHave | undefined): readonly Field[] {
  const before = active === true ? have?.active === 'active' : isRunning(have);
  return active === undefined || active === before
    ? []
    : [{ name: 'active', before: have?.active ?? 'inactive', after: active ? 'active' : 'inactive' }];
}
