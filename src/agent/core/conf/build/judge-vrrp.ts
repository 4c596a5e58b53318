import { familyOf } from '../../bytes/address.ts';
import type { Position } from '../diagnostic.ts';
import type { Word } from '../language/mapped-text.ts';
import type { VrrpInstance, VrrpSyncGroup } from '../model-vrrp.ts';
import type { Reporter } from '../source.ts';
import type { Fields } from './fields.ts';
import { quote } from './values.ts';

/** What is wrong with one instance, and the instance as keepalived goes on with it. */
export function judgeInstance(instance: VrrpInstance, fields: Fields, say: Reporter): VrrpInstance {
  const { name } = instance;
  const at = (keyword: string) => fields.position(keyword);
  let judged = instance;
  const amend = (change: Partial<VrrpInstance>) => {
    judged = { ...judged, ...change };
  };
  if (!fields.has('interface') && instance.unicast_peer.length === 0)
    say.error(at(''), `${name} has no interface`, 'add interface and the name of one');
  if (instance.interface === 'lo') say.error(at('interface'), `${name} cannot speak on lo, which has no neighbours`);
  if (!fields.has('virtual_router_id'))
    say.error(at(''), `${name} has no virtual_router_id`, 'add virtual_router_id and a number from 1 to 255');
  if (instance.virtual_ipaddress.length === 0)
    say.warning(at('virtual_ipaddress'), `${name} has no virtual_ipaddress, and so nothing to move`, 5);
  for (const { address } of instance.virtual_ipaddress)
    if (familyOf(address) !== instance.family)
      say.error(
        at('virtual_ipaddress'),
        `${name} has addresses of both families in virtual_ipaddress`,
        'move those of one family to virtual_ipaddress_excluded',
      );
  if (instance.version === 2 && fields.number('version') === 3) amend({ version: 3 });
  if (instance.version === 3 && instance.family === 'ipv6' && fields.number('version') === 2)
    say.error(at('version'), `${name} is of IPv6, which VRRP version 2 does not have`, 'take version out');
  judgeTimes(judged, fields, say, amend);
  if (instance.authentication !== undefined && instance.version === 3) {
    say.warning(at('authentication'), `${name} speaks VRRP version 3, which has no authentication`, 5, 'take it out');
    amend({ authentication: undefined });
  }
  for (const { address } of instance.unicast_peer)
    if (familyOf(address) !== instance.family)
      say.error(at('unicast_peer'), `${address} is not of the family of ${name}`);
  for (const keyword of ['mcast_src_ip', 'unicast_src_ip'] as const) {
    const source = instance[keyword];
    if (source !== undefined && familyOf(source) !== instance.family)
      say.error(at(keyword), `${keyword} of ${name} is not of its family`);
  }
  return judged;
}

function judgeTimes(
  instance: VrrpInstance,
  fields: Fields,
  say: Reporter,
  amend: (change: Partial<VrrpInstance>) => void,
): void {
  const { name, version, advert_int, priority, state } = instance;
  const at = (keyword: string) => fields.position(keyword);
  if (version === 2 && advert_int % 1000 !== 0) {
    const rounded = Math.max(Math.round(advert_int / 1000), 1) * 1000;
    say.error(at('advert_int'), `${name} speaks VRRP version 2, which counts whole seconds`, 'add version 3');
    amend({ advert_int: rounded });
  }
  if (version === 3 && advert_int > 40_950)
    say.error(at('advert_int'), `advert_int of ${name} is at most 40.95 seconds with VRRP version 3`);
  if (instance.nopreempt && state === 'MASTER') {
    say.warning(at('nopreempt'), `nopreempt has no effect while state of ${name} is MASTER`, 5, 'set state BACKUP');
    amend({ nopreempt: false });
  }
  if (instance.preempt_delay > 0 && state === 'MASTER') {
    say.warning(
      at('preempt_delay'),
      `preempt_delay has no effect while state of ${name} is MASTER`,
      5,
      'set state BACKUP',
    );
    amend({ preempt_delay: 0 });
  }
  if (instance.preempt_delay > 0 && instance.nopreempt) {
    say.warning(at('preempt_delay'), `${name} has nopreempt, and so no preempt_delay`, 5, 'take one of them out');
    amend({ preempt_delay: 0 });
  }
  if (priority === 255 && instance.nopreempt && state !== 'MASTER') {
    say.warning(at('nopreempt'), `${name} has priority 255, and so always preempts`, 5, 'take nopreempt out');
    amend({ nopreempt: false });
  }
}

/** The last of some instances against those before it. */
export function judgeInstances(instances: readonly VrrpInstance[], fields: Fields, say: Reporter): void {
  const last = instances.at(-1);
  if (last === undefined || last.virtual_router_id === 0) return;
  const other = instances
    .slice(0, -1)
    .find(
      (before) =>
        before.virtual_router_id === last.virtual_router_id &&
        before.interface === last.interface &&
        before.family === last.family &&
        before.unicast_peer.length === 0 &&
        last.unicast_peer.length === 0,
    );
  if (other !== undefined)
    say.error(
      fields.position('virtual_router_id'),
      `${other.name} and ${last.name} have the same virtual_router_id ${last.virtual_router_id} on ${last.interface}`,
      'give each a number of its own',
    );
}

export interface JudgedGroup {
  readonly group: VrrpSyncGroup;
  readonly members: readonly Word[];
  readonly position: Position;
}

export function judgeGroups(groups: readonly JudgedGroup[], instances: readonly VrrpInstance[], say: Reporter): void {
  const names = new Set(instances.map(({ name }) => name));
  const taken = new Map<string, string>();
  for (const { group, members, position } of groups) {
    if (members.length === 0) say.error(position, `vrrp_sync_group ${group.name} has no instances`);
    for (const member of members) {
      const before = taken.get(member.text);
      if (!names.has(member.text))
        say.error(member.position, `vrrp_sync_group ${group.name} has ${quote(member)}, and there is no such instance`);
      if (before !== undefined) say.error(member.position, `${quote(member)} is in vrrp_sync_group ${before} already`);
      taken.set(member.text, group.name);
    }
    if (members.length === 1)
      say.warning(position, `vrrp_sync_group ${group.name} has one instance, and so nothing to keep together`, 5);
  }
}
