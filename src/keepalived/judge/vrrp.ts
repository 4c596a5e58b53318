import { familyOf, isMulticast } from '../text/address.ts';
import type { Position } from '../diagnostic.ts';
import type { Word } from '../language/mapped-text.ts';
import type { VrrpInstance, VrrpSyncGroup } from '../model/vrrp.ts';
import type { Reporter } from '../reporter.ts';
import type { Fields } from '../build/fields.ts';
import { quote } from '../build/values.ts';

/** Reports errors of an instance, and returns it as keepalived continues with it. */
export function judgeInstance(instance: VrrpInstance, fields: Fields, say: Reporter): VrrpInstance {
  const { name } = instance;
  const at = (keyword: string) => fields.position(keyword);
  let judged = instance;
  const amend = (change: Partial<VrrpInstance>) => {
    judged = { ...judged, ...change };
  };
  if (!fields.has('interface')) say.fatal(at(''), `${name} has no interface`, 'add interface NAME');
  if (instance.interface === 'lo') say.fatal(at('interface'), `${name} cannot use lo, which has no neighbours`);
  if (instance.virtual_router_id === 0)
    say.fatal(at(''), `${name} has no virtual_router_id`, 'add virtual_router_id with a number from 1 to 255');
  if (instance.virtual_ipaddress.length === 0 && !fields.has('no_virtual_ipaddress'))
    say.warning(at('virtual_ipaddress'), `${name} has no virtual_ipaddress to move`, 5);
  for (const { address } of instance.virtual_ipaddress)
    if (familyOf(address) !== instance.family)
      say.error(
        at('virtual_ipaddress'),
        `${name} has addresses of both families in virtual_ipaddress`,
        'move those of one family to virtual_ipaddress_excluded',
      );
  const ofFamily = <T extends { readonly address: string }>(all: readonly T[]): readonly T[] =>
    all.filter(({ address }) => familyOf(address) === instance.family);
  amend({
    virtual_ipaddress: ofFamily(instance.virtual_ipaddress),
    unicast_peer: ofFamily(instance.unicast_peer),
  });
  if (instance.version === 3 && fields.number('version') === 2)
    say.warning(at('version'), `${name} has IPv6 addresses and uses VRRP version 3`, 5, 'remove version');
  if (fields.has('native_ipv6') && instance.family === 'ipv4')
    say.warning(at('native_ipv6'), `${name} has native_ipv6 but IPv4 addresses`, 5, 'remove native_ipv6');
  // The first address determines the family; with another family no address is left, and keepalived does not start.
  const isFirst = (keyword: string): boolean => {
    const words = fields.statements.map((statement) => statement.keyword.text);
    return words.indexOf(keyword) < words.indexOf('virtual_ipaddress');
  };
  const sayFamily = (position: Position, text: string, stops: boolean): void =>
    stops ? say.fatal(position, text) : say.error(position, text);
  judgeTimes(judged, fields, say, amend);
  if (instance.authentication !== undefined && (instance.version === 3 || instance.strict_mode)) {
    const without = instance.version === 3 ? 'VRRP version 3' : 'strict mode';
    say.warning(at('authentication'), `${name} has authentication, which ${without} does not support`, 5, 'remove it');
    amend({ authentication: undefined });
  } else if (instance.authentication?.auth_type === 'AH') {
    if (instance.state === 'MASTER' && instance.priority !== 255)
      say.warning(at('state'), `${name} starts as BACKUP because of auth_type AH`, 5, 'set state BACKUP');
    say.unsupported(
      at('authentication'),
      `${name} has auth_type AH, which the agent does not support`,
      'use PASS on every router',
    );
  }
  if (instance.strict_mode && instance.accept && instance.priority !== 255 && instance.version === 2) {
    say.warning(at('accept'), `accept of ${name} ignored: strict mode of VRRP version 2 has none`, 5);
    amend({ accept: false });
  }
  if (instance.strict_mode && !judged.accept && instance.priority !== 255)
    say.unsupported(
      fields.has('strict_mode') ? at('strict_mode') : at(''),
      `strict mode of ${name} drops packets for its addresses with firewall rules, which the agent does not support`,
      'add accept',
    );
  if (instance.strict_mode && fields.has('state') && (instance.state === 'MASTER') !== (instance.priority === 255)) {
    const text = `strict mode of ${name} requires state MASTER with priority 255, and BACKUP with any other`;
    say.warning(at('state'), text, 5, 'remove state');
    amend({ state: instance.priority === 255 ? 'MASTER' : 'BACKUP' });
  }
  judgeUnicast(instance, fields, say);
  for (const { address } of instance.unicast_peer)
    if (familyOf(address) !== instance.family)
      sayFamily(at('unicast_peer'), `${address} is not of the same family as ${name}`, isFirst('unicast_peer'));
  const group = instance.mcast_dst_ip;
  if (group !== undefined && !isMulticast(group)) {
    say.error(at('mcast_dst_ip'), `mcast_dst_ip of ${name} takes a multicast group, not ${group}`);
    amend({ mcast_dst_ip: undefined });
  }
  if (group !== undefined && instance.unicast_peer.length > 0) {
    say.warning(at('mcast_dst_ip'), `mcast_dst_ip of ${name} ignored: it has unicast_peer`, 5, 'remove mcast_dst_ip');
    amend({ mcast_dst_ip: undefined });
  }
  for (const keyword of ['mcast_src_ip', 'mcast_dst_ip', 'unicast_src_ip'] as const) {
    const source = instance[keyword];
    if (source === undefined || familyOf(source) === instance.family) continue;
    sayFamily(at(keyword), `${keyword} of ${name} is not of its family`, isFirst(keyword));
    amend({ [keyword]: undefined });
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
  const unit = version === 2 ? 1000 : 10;
  const advert = Math.min(Math.max(Math.round(advert_int / unit), 1) * unit, version === 2 ? 255_000 : 40_950);
  if (advert !== advert_int) {
    const text = `advert_int of ${name} changed to ${advert / 1000}: VRRP version ${version} `;
    const why = version === 2 ? 'counts whole seconds' : 'counts hundredths of a second up to 40.95';
    say.warning(at('advert_int'), `${text}${why}`, 5, version === 2 ? 'add version 3, or round it' : 'round it');
    amend({ advert_int: advert });
  }
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
    say.warning(at('preempt_delay'), `preempt_delay of ${name} ignored: it has nopreempt`, 5, 'remove one of them');
    amend({ preempt_delay: 0 });
  }
  if (instance.timer_expired_backup !== undefined && !instance.nopreempt) {
    const keyword = fields.has('timer_expired_backup') ? 'timer_expired_backup' : 'thread_timer_expired';
    say.warning(at(keyword), `${keyword} of ${name} has no effect without nopreempt`, 5, 'add nopreempt');
    amend({ timer_expired_backup: undefined });
  }
  if (priority !== 255 && fields.bool('owner_ignore_adverts') === true) {
    const text = `owner_ignore_adverts of ${name} has no effect: its priority is not 255`;
    say.warning(at('owner_ignore_adverts'), text, 5, 'remove owner_ignore_adverts');
  }
  if (priority === 255 && instance.nopreempt && state !== 'MASTER') {
    say.warning(at('nopreempt'), `nopreempt of ${name} ignored: priority 255 always preempts`, 5, 'remove nopreempt');
    amend({ nopreempt: false });
  }
}

/** Unicast settings of an instance without peers, which uses multicast. */
function judgeUnicast({ name, unicast_peer }: VrrpInstance, fields: Fields, say: Reporter): void {
  if (unicast_peer.length > 0) return;
  const words = fields.has('unicast_fault_no_peer')
    ? ['unicast_ttl']
    : ['unicast_peer', 'unicast_src_ip', 'check_unicast_src', 'unicast_ttl'];
  const word = words.find((one) => fields.has(one));
  if (word !== undefined)
    say.warning(
      fields.position(word),
      `${name} has ${word} but no peers and sends to its multicast group`,
      5,
      'add unicast_peer',
    );
}

/** Compares the last instance with those before it. */
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
        before.mcast_dst_ip === last.mcast_dst_ip &&
        before.unicast_peer.length === 0 &&
        last.unicast_peer.length === 0,
    );
  if (other !== undefined)
    say.fatal(
      fields.position('virtual_router_id'),
      `${other.name} and ${last.name} have the same virtual_router_id ${last.virtual_router_id} on ${last.interface}`,
      'choose unique numbers',
    );
}

export interface JudgedGroup {
  readonly group: VrrpSyncGroup;
  readonly members: readonly Word[];
  readonly position: Position;
}

/** The interfaces that an instance tracks, including its own. */
function watchedBy(instance: VrrpInstance): readonly string[] {
  const tracked = instance.track_interface.map(({ interface: name }) => name);
  return instance.dont_track_primary ? tracked : [instance.interface, ...tracked];
}

export function judgeGroups(groups: readonly JudgedGroup[], instances: readonly VrrpInstance[], say: Reporter): void {
  const names = new Set(instances.map(({ name }) => name));
  const taken = new Map<string, string>();
  for (const { group, members, position } of groups) {
    if (members.length === 0) say.error(position, `vrrp_sync_group ${group.name} has no instances`);
    for (const member of members) {
      const before = taken.get(member.text);
      if (!names.has(member.text))
        say.error(member.position, `vrrp_sync_group ${group.name} lists ${quote(member)}, which is not defined`);
      if (before !== undefined) say.error(member.position, `${quote(member)} is already in vrrp_sync_group ${before}`);
      taken.set(member.text, group.name);
    }
    for (const instance of instances.filter(({ name }) => group.group.includes(name)))
      for (const name of watchedBy(instance))
        if (group.track_interface.some((tracked) => tracked.interface === name))
          say.warning(position, `both ${instance.name} and vrrp_sync_group ${group.name} track ${name}`, 5);
    if (members.length === 1) say.warning(position, `vrrp_sync_group ${group.name} has only one instance`, 5);
  }
}
