import type { HealthEffect } from './event.ts';
import { placeKey, placeName } from './identity.ts';
import type { VirtualState } from './state.ts';

/** Real servers of the file that are left out, because another one has their place in the kernel. */
export function tellDoubles({ name, conf, reals }: VirtualState, effects: HealthEffect[]): void {
  if (conf.real_server.length === reals.size) return;
  for (const real of conf.real_server) {
    const first = reals.get(placeKey(real));
    if (first === undefined || first.conf === real) continue;
    const text = `real server ${placeName(real, conf.protocol)} of ${name} is left out: to the kernel it is the same as ${first.name}; give it another address, or forward by NAT`;
    effects.push({ kind: 'log', level: 'warning', text });
  }
}
