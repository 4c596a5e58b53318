import { familyOf } from '../text/address.ts';
import { AUTHENTICATION, VRRP_INSTANCE } from '../keywords/vrrp.ts';
import { decodeUtf8, encodeUtf8 } from '../text/utf8.ts';
import type { Authentication, GarpConf, TrackInterface, UnicastPeer, VrrpInstance } from '../model/vrrp.ts';
import { addressesOf } from './addresses.ts';
import { bareAddress, quote, wholeOf } from './values.ts';
import type { Context } from './context.ts';
import { type Fields, readFields } from './fields.ts';
import { impliedInterfacesOf, interfaceOf } from './interface-name.ts';
import type { Named } from './named.ts';
import type { Statement } from '../language/read-statements.ts';
import { notifyOf } from './script.ts';
import { type Option, optionsOf, wordsOf } from './options.ts';
import { routesOf } from './routes.ts';
import { rulesOf } from './rules.ts';
import { trackedInterfacesOf, trackedOf } from './tracking.ts';

/** Names of what can be tracked. */
export interface Trackable {
  readonly vrrp_script: ReadonlySet<string>;
  readonly vrrp_track_process: ReadonlySet<string>;
  readonly track_file: ReadonlySet<string>;
}

/** An instance as written, with defaults; `judgeInstance` reports its errors. */
export function instanceOf(
  { name, block }: Named,
  context: Context,
  trackable: Trackable,
): { readonly instance: VrrpInstance; readonly fields: Fields } {
  const { say, globals } = context;
  const fields = readFields(block, VRRP_INSTANCE, 'vrrp_instance', say);
  judgeVmac(block.statements, say);
  const virtual_ipaddress = addressesOf(fields.all('virtual_ipaddress'), 'virtual_ipaddress', say);
  const first = virtual_ipaddress[0];
  const unicast_peer = peersOf(fields, say);
  const source = fields.text('mcast_src_ip') ?? fields.text('unicast_src_ip') ?? unicast_peer[0]?.address;
  const family =
    first !== undefined ? familyOf(first.address) : fields.has('native_ipv6') ? 'ipv6' : familyOf(source ?? '0.0.0.0');
  const asked = fields.number('version') ?? globals.version;
  const strict = fields.bool('strict_mode') ?? globals.vrrp.vrrp_strict;
  const device = interfaceOf(fields, 'interface', say) ?? globals.default_interface;
  const instance: VrrpInstance = {
    name,
    version: asked === 3 || family === 'ipv6' ? 3 : 2,
    family,
    interface: device,
    virtual_router_id: fields.number('virtual_router_id') ?? 0,
    priority: fields.number('priority') ?? 100,
    state: stateOf(fields, say),
    advert_int: fields.number('advert_int') ?? 1000,
    down_timer_adverts: fields.number('down_timer_adverts') ?? globals.down_timer_adverts,
    nopreempt: fields.has('nopreempt'),
    preempt_delay: fields.number('preempt_delay') ?? 0,
    accept: !strict || fields.has('accept'),
    authentication: authenticationOf(fields, say),
    virtual_ipaddress,
    virtual_ipaddress_excluded: addressesOf(
      fields.all('virtual_ipaddress_excluded'),
      'virtual_ipaddress_excluded',
      say,
    ),
    virtual_routes: routesOf(fields.all('virtual_routes'), 'virtual_routes', context),
    virtual_rules: rulesOf(fields.all('virtual_rules'), 'virtual_rules', context),
    mcast_src_ip: fields.text('mcast_src_ip'),
    mcast_dst_ip: fields.text('mcast_dst_ip'),
    unicast_src_ip: fields.text('unicast_src_ip'),
    track_src_ip: fields.has('track_src_ip'),
    unicast_peer,
    unicast_fault_no_peer: fields.has('unicast_fault_no_peer'),
    unicast_ttl: fields.number('unicast_ttl'),
    check_unicast_src:
      fields.has('check_unicast_src') ||
      globals.vrrp.vrrp_check_unicast_src ||
      unicast_peer.some(({ min_ttl, max_ttl }) => min_ttl !== undefined || max_ttl !== undefined),
    skip_check_adv_addr: fields.bool('skip_check_adv_addr') ?? globals.vrrp.vrrp_skip_check_adv_addr,
    strict_mode: strict,
    higher_prio_send_advert: fields.bool('higher_prio_send_advert') ?? globals.vrrp.vrrp_higher_prio_send_advert,
    lower_prio_no_advert: fields.bool('lower_prio_no_advert') ?? (strict || globals.vrrp.vrrp_lower_prio_no_advert),
    owner_ignore_adverts: fields.bool('owner_ignore_adverts') ?? globals.vrrp.vrrp_owner_ignore_adverts,
    timer_expired_backup: expiryPriorityOf(fields, say),
    v3_checksum_as_v2: fields.bool('v3_checksum_as_v2') ?? globals.vrrp.v3_checksum_as_v2,
    dont_track_primary: fields.has('dont_track_primary'),
    track_interface: [
      ...trackedInterfacesOf(fields.all('track_interface'), say).filter(
        (tracked) => !isOwn(tracked, device, fields, say),
      ),
      ...impliedInterfacesOf(fields, device),
    ],
    track_script: trackedOf(fields.all('track_script'), 'track_script', 253, trackable.vrrp_script, say),
    track_process: trackedOf(fields.all('track_process'), 'track_process', 254, trackable.vrrp_track_process, say),
    track_file: trackedOf(fields.all('track_file'), 'track_file', 254, trackable.track_file, say),
    garp: garpOf(fields, globals.garp),
    notify: notifyOf(fields, context),
    deleted_as: fields.has('notify_deleted') ? 'DELETED' : 'FAULT',
    notify_priority_changes: fields.bool('notify_priority_changes') ?? globals.notify_priority_changes,
    smtp_alert: fields.bool('smtp_alert') ?? globals.vrrp.smtp_alert,
  };
  return { instance, fields };
}

/** keepalived's warnings about VMACs, for lint; the agent does not support VMACs. */
function judgeVmac(statements: readonly Statement[], say: Context['say']): void {
  const find = (...names: readonly string[]) => statements.find(({ keyword: { text } }) => names.includes(text));
  const vmac = find('use_vmac');
  const secondaries = find('promote_secondaries');
  if (secondaries !== undefined && find('use_vmac', 'use_ipvlan') !== undefined)
    say.warning(secondaries.keyword.position, 'promote_secondaries ignored: a VMAC always has it', 5);
  const peers = find('unicast_peer')?.block ?? [];
  if (vmac !== undefined && peers.length > 0 && find('vmac_xmit_base') === undefined)
    say.warning(vmac.keyword.position, 'use_vmac with unicast_peer needs vmac_xmit_base', 5, 'add vmac_xmit_base');
}

/** Without a number: the highest priority that another router can have. */
function expiryPriorityOf(fields: Fields, say: Context['say']): number | undefined {
  const keyword = ['timer_expired_backup', 'thread_timer_expired'].findLast((name) => fields.has(name));
  if (fields.has('thread_timer_expired'))
    say.warning(
      fields.position('thread_timer_expired'),
      'thread_timer_expired is deprecated; use timer_expired_backup',
      5,
    );
  return keyword === undefined ? undefined : (fields.number(keyword) ?? 254);
}

/** A later BACKUP does not override MASTER. */
function stateOf(fields: Fields, say: Context['say']): VrrpInstance['state'] {
  let state: VrrpInstance['state'] = 'BACKUP';
  for (const { keyword, args } of fields.all('state')) {
    const text = args[0]?.text;
    if (state === 'MASTER' && text === 'BACKUP')
      say.warning(keyword.position, 'state BACKUP ignored: it is MASTER above', 5, 'remove one of them');
    else state = text === 'MASTER' ? 'MASTER' : 'BACKUP';
  }
  return state;
}

/** Its own interface is watched anyway. */
function isOwn(tracked: TrackInterface, own: string, fields: Fields, say: Context['say']): boolean {
  if (tracked.interface !== own) return false;
  say.warning(
    fields.position('track_interface'),
    `${own} in track_interface ignored: it is the interface of the instance`,
    5,
  );
  return true;
}

function garpOf(fields: Fields, globals: GarpConf): GarpConf {
  const garp_master_delay = fields.number('garp_master_delay') ?? globals.garp_master_delay;
  const garp_master_repeat = fields.number('garp_master_repeat') ?? globals.garp_master_repeat;
  return {
    garp_master_delay,
    garp_master_repeat,
    garp_master_refresh: fields.number('garp_master_refresh') ?? globals.garp_master_refresh,
    garp_master_refresh_repeat: fields.number('garp_master_refresh_repeat') ?? globals.garp_master_refresh_repeat,
    garp_lower_prio_delay: fields.number('garp_lower_prio_delay') ?? globals.garp_lower_prio_delay,
    garp_lower_prio_repeat: fields.number('garp_lower_prio_repeat') ?? globals.garp_lower_prio_repeat,
    garp_interval: globals.garp_interval,
    gna_interval: globals.gna_interval,
  };
}

const PEER: Readonly<Record<string, Option>> = { min_ttl: 'value', max_ttl: 'value' };

function peersOf(fields: Fields, say: Context['say']): readonly UnicastPeer[] {
  const peers: UnicastPeer[] = [];
  for (const line of fields.all('unicast_peer').flatMap(({ block }) => block ?? [])) {
    const options = optionsOf(wordsOf(line, say), PEER, 1, 'unicast_peer', say);
    const [first] = options.head;
    const address = first === undefined ? undefined : bareAddress(first.text);
    if (first === undefined || address === undefined) {
      say.error(line.keyword.position, `unicast_peer takes addresses, not ${quote(line.keyword)}`);
      continue;
    }
    const [min_ttl, max_ttl] = (['min_ttl', 'max_ttl'] as const).map((name) => {
      const word = options.value(name);
      const ttl = word === undefined ? undefined : wholeOf(word.text);
      if (word !== undefined && (ttl === undefined || ttl < 0 || ttl > 255))
        say.error(word.position, `${name} of unicast_peer takes 0 to 255, not ${quote(word)}`);
      return ttl;
    });
    if ((min_ttl ?? 0) > (max_ttl ?? 255))
      say.warning(
        line.keyword.position,
        `min_ttl of ${address} is above its max_ttl, so all of its packets are dropped`,
        5,
      );
    peers.push({ address, min_ttl, max_ttl });
  }
  return peers;
}

/** The password is truncated to 8 bytes, as on the wire, and never appears in a message. */
function authenticationOf(fields: Fields, say: Context['say']): Authentication | undefined {
  const statement = fields.last('authentication');
  if (statement === undefined) return undefined;
  const block = { statements: statement.block ?? [], position: statement.keyword.position };
  const inner = readFields(block, AUTHENTICATION, 'authentication', say);
  const auth_type = inner.text('auth_type');
  const auth_pass = inner.text('auth_pass') ?? '';
  const bytes = encodeUtf8(auth_pass);
  if (!inner.has('auth_type'))
    say.warning(block.position, 'authentication ignored: auth_type is missing', 0, 'add auth_type PASS');
  for (const { keyword, args } of inner.all('auth_pass')) {
    const { length } = encodeUtf8(args[0]?.text ?? '');
    const hint = 'shorten it to 8 bytes';
    if (length > 8)
      say.warning(keyword.position, `auth_pass has ${length} bytes, of which only the first 8 are used`, 5, hint);
  }
  if (auth_type === undefined) return undefined;
  if (bytes.length === 0) {
    const hint = 'add auth_pass with a word of up to 8 characters';
    say.warning(block.position, 'authentication ignored: auth_pass is missing', 5, hint);
    return undefined;
  }
  return { auth_type: auth_type === 'AH' ? 'AH' : 'PASS', auth_pass: decodeUtf8(bytes.subarray(0, 8)) };
}
