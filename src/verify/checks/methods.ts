import type { HostView } from '../../forwarding/view.ts';
import { hostsOf } from '../../inventory/cluster.ts';
import type { Facts } from '../../observe/facts.ts';
import { sidesOf } from '../../render/method-sides.ts';
import { type Check, failed, passed } from '../check.ts';

/** Every host meets the requirements of the forwarding methods that it takes part in. */
export const methods: Check = ({ cluster, observations }) =>
  hostsOf(cluster).flatMap(({ host }) => {
    const facts = observations.get(host.name)?.facts;
    if (facts === undefined) return [];
    const judgements = sidesOf(cluster, host).flatMap((side) => side.checks(viewOf(host.name, facts)));
    // Methods may prove the same of a host.
    const each = new Map(judgements.map((one) => [`${one.check} ${one.title}`, one]));
    return [...each.values()].map(({ check, title, expected, actual, fix }) =>
      fix === undefined ? passed(check, title, expected, actual) : failed(check, title, expected, actual, fix),
    );
  });

function viewOf(name: string, { addresses: held, conf, mtu, listeners, routing, forwards }: Facts): HostView {
  return { name, held, conf, mtu, listeners, routing, forwards };
}
