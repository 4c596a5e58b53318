import type { NatSettings, TunSettings, TunnelType, WayBack } from '../forwarding/forwarding.ts';
import type { GlobalDefs, Web } from './cluster.ts';
import { DEFAULTS } from './defaults.ts';
import { KEYWORDS } from './keywords.ts';
import type { Picker } from './origins.ts';
import { entriesAt } from './resolve-entries.ts';
import type { Input } from './schema.ts';

export function resolveGlobalDefs(picker: Picker, input: Input): GlobalDefs {
  const given = input.global_defs;
  const at = (key: string) => ['global_defs', key];
  const defaults = DEFAULTS.global_defs;
  return {
    notification_email: picker.own(at('notification_email'), given?.notification_email, defaults.notification_email),
    notification_email_from: picker.own<string | undefined>(
      at('notification_email_from'),
      given?.notification_email_from,
      defaults.notification_email_from,
    ),
    smtp_server: picker.own<string | undefined>(at('smtp_server'), given?.smtp_server, defaults.smtp_server),
    smtp_connect_timeout: picker.own<number | undefined>(
      at('smtp_connect_timeout'),
      given?.smtp_connect_timeout,
      defaults.smtp_connect_timeout,
    ),
    conf: entriesAt(picker, ['global_defs'], given, KEYWORDS.global_defs),
  };
}

export function resolveNat(picker: Picker, { nat }: Input): NatSettings | undefined {
  if (nat === undefined) return undefined;
  const gateways = picker.own(['nat', 'gateway'], nat.gateway, DEFAULTS.nat.gateway);
  const wayBack = picker.own<WayBack>(['nat', 'way_back'], nat.way_back, DEFAULTS.nat.way_back(gateways.length > 0));
  return { gateways, wayBack };
}

export function resolveTun(picker: Picker, { tun }: Input): TunSettings {
  return {
    type: picker.own<TunnelType>(['tun', 'type'], tun?.type, DEFAULTS.tun.type),
    port: picker.own(['tun', 'port'], tun?.port, DEFAULTS.tun.port),
    mss: picker.own<number | undefined>(['tun', 'mss'], tun?.mss, DEFAULTS.tun.mss),
  };
}

/** Units by the packages that bring them, where the two differ. */
const UNITS: readonly (readonly [RegExp, string])[] = [
  [/^nginx/, 'nginx'],
  [/^apache/, 'apache2'],
];

export function resolveWeb(picker: Picker, input: Input): Web {
  const given = input.web;
  const name = picker.own<string | undefined>(['web', 'package'], given?.package, DEFAULTS.web.package);
  const unit = UNITS.find(([pattern]) => name !== undefined && pattern.test(name))?.[1] ?? name;
  const service = given?.service?.replace(/\.service$/, '');
  return {
    package: name,
    service: picker.own<string | undefined>(['web', 'service'], service, DEFAULTS.web.service(unit, name)),
    demoPage: picker.own(['web', 'demo_page'], given?.demo_page, DEFAULTS.web.demo_page),
    demoPath: picker.own(['web', 'demo_path'], given?.demo_path, DEFAULTS.web.demo_path),
  };
}
