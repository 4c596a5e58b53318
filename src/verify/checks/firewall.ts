import { blockedBy, fixOf } from '../../desired/firewall.ts';
import { hostsOf } from '../../inventory/cluster.ts';
import { type Check, failed, passed } from '../check.ts';

/**
 * No firewall drops what the cluster needs. Where it cannot work at all, preflight has reported it; the rest are packets
 * whose loss shows late: connections that do not end, and large replies that never arrive.
 */
export const firewall: Check = ({ cluster, observations, unreadable }) =>
  hostsOf(cluster).flatMap((member) => {
    const { name } = member.host;
    const facts = observations.get(name)?.facts;
    if (facts?.firewall === undefined || unreadable.some(({ host }) => host === name)) return [];
    const title = `${name} accepts the packets of the cluster`;
    const expected = 'no rule of its firewall drops them';
    const blocked = blockedBy(cluster, member, facts);
    if (blocked.length === 0) return [passed('firewall', title, expected, 'none does')];
    return [...new Set(blocked.map(({ where }) => where))].map((where) => {
      const own = blocked.filter((one) => one.where === where);
      const what = [...new Set(own.map(({ opening }) => opening.what))];
      return failed('firewall', title, expected, `${where} drops ${what.join(', ')}`, fixOf(own));
    });
  });
