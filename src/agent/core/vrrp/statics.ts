import type { VrrpConf } from '../../../keepalived/model-vrrp.ts';
import type { VrrpEffect } from './event.ts';
import { addressEffects } from './keep.ts';
import { EMPTY_CONF } from './empty-conf.ts';
import { without } from './without.ts';

/** static_ipaddress, static_routes and static_rules: from those of `before` to those of `after`. */
export function staticChanges(before: VrrpConf, after: VrrpConf): readonly VrrpEffect[] {
  return [...effects('remove', before, after), ...effects('add', after, before)];
}

export function staticAll(change: 'add' | 'remove', conf: VrrpConf): readonly VrrpEffect[] {
  return effects(change, conf, EMPTY_CONF);
}

/** Those of an interface that has just come. */
export function staticOf(name: string, conf: VrrpConf): readonly VrrpEffect[] {
  const here = conf.static_ipaddress.filter(({ dev }) => dev === name);
  const routes = conf.static_routes.filter(({ dev }) => dev === name);
  return effects('add', { ...EMPTY_CONF, static_ipaddress: here, static_routes: routes }, EMPTY_CONF);
}

function effects(change: 'add' | 'remove', of: VrrpConf, but: VrrpConf): readonly VrrpEffect[] {
  const routes = without(of.static_routes, but.static_routes);
  const rules = without(of.static_rules, but.static_rules);
  const addresses = without(of.static_ipaddress, but.static_ipaddress);
  const devices = new Set(addresses.map(({ dev }) => dev));
  const steps: VrrpEffect[] = [...devices].flatMap((device) =>
    addressEffects(
      change,
      addresses.filter(({ dev }) => dev === device),
      device,
    ),
  );
  if (routes.length > 0) steps.push({ kind: 'routes', change, interface: '', routes });
  if (rules.length > 0) steps.push({ kind: 'rules', change, interface: '', rules });
  return change === 'add' ? steps : steps.reverse();
}
