import {
  type Keywords,
  address,
  bareBool,
  choice,
  flag,
  ignored,
  lines,
  number,
  optionalNumber,
  exact,
  once,
  outdated,
  tested,
  script,
  secret,
  seconds,
  timer,
  unsupported,
  word,
  words,
  block,
} from './keyword.ts';

const NO_VMAC = 'the agent does not support VMACs';
const NO_BFD = 'the agent does not support BFD';
const LINKS = 'the kernel reports link changes at once';

const NOTIFY: Keywords = {
  notify_master: once(script),
  notify_backup: once(script),
  notify_fault: once(script),
  notify_stop: once(script),
  notify_deleted: once(script),
  notify: once(script),
  notify_priority_changes: bareBool,
  smtp_alert: bareBool,
};

const TRACKING: Keywords = {
  track_interface: lines,
  track_script: lines,
  track_process: lines,
  track_file: lines,
  track_bfd: unsupported(NO_BFD, lines),
};

export const AUTHENTICATION: Keywords = {
  auth_type: choice('PASS', 'AH'),
  auth_pass: secret,
};

/** HMAC of adverts, a keepalived extension. */
const AUTH_HMAC: Keywords = {
  key: words(2),
  active_key: number(1, 255),
  anti_replay: choice('time', 'monotonic'),
  time_window: number(1, 300),
  mode: choice('enforce', 'permissive', 'receive-only'),
};

export const VRRP_INSTANCE: Keywords = {
  ...NOTIFY,
  ...TRACKING,
  notify_master_rx_lower_pri: once(script),
  state: choice('MASTER', 'BACKUP'),
  interface: word,
  virtual_router_id: number(1, 255),
  priority: number(1, 255),
  version: number(2, 3),
  advert_int: timer(0.01, 255),
  down_timer_adverts: number(1, 100),
  nopreempt: flag,
  preempt: flag,
  preempt_delay: timer(0, 1000),
  accept: flag,
  authentication: block(AUTHENTICATION),
  virtual_ipaddress: lines,
  virtual_ipaddress_excluded: lines,
  virtual_routes: lines,
  virtual_rules: lines,
  mcast_src_ip: address,
  mcast_dst_ip: address,
  unicast_src_ip: address,
  track_src_ip: flag,
  unicast_peer: lines,
  unicast_fault_no_peer: flag,
  unicast_ttl: number(0, 255),
  check_unicast_src: flag,
  skip_check_adv_addr: bareBool,
  strict_mode: bareBool,
  lower_prio_no_advert: bareBool,
  higher_prio_send_advert: bareBool,
  dont_track_primary: flag,
  native_ipv6: flag,
  no_virtual_ipaddress: flag,
  owner_ignore_adverts: bareBool,
  timer_expired_backup: optionalNumber(1, 254),
  thread_timer_expired: optionalNumber(1, 254),
  v3_checksum_as_v2: bareBool,
  garp_master_delay: seconds(0, 4294),
  garp_master_repeat: number(1, 4_294_967_295),
  garp_lower_prio_delay: seconds(0, 4294),
  garp_lower_prio_repeat: number(0, 2_147_483_647),
  garp_master_refresh: seconds(0, 4_294_967_295),
  garp_master_refresh_repeat: number(1, 4_294_967_295),
  // Without effect (keepalived.conf(5): not implemented yet).
  debug: number(0, 4),

  no_accept: unsupported('it requires a firewall, and the agent creates no firewall rules'),
  use_vmac: unsupported(NO_VMAC),
  use_vmac_addr: unsupported(NO_VMAC),
  vmac_xmit_base: unsupported(NO_VMAC),
  use_ipvlan: unsupported('the agent creates no interfaces'),
  vrf: unsupported('the agent does not support VRFs'),
  garp_extra_if: unsupported(NO_VMAC),
  vmac_garp_intvl: unsupported(NO_VMAC),
  auth_hmac: unsupported('the agent does not sign advertisements', block(AUTH_HMAC)),
  old_unicast_checksum: unsupported('the agent only supports the checksum of RFC 9568'),
  lvs_sync_daemon_interface: unsupported('it is obsolete; use lvs_sync_daemon in global_defs'),
  promote_secondaries: ignored('the agent restores secondary addresses that the kernel removes', flag),
  kernel_rx_buf_size: exact(ignored('the agent reads its sockets at once', tested(number(0, 4_294_967_295)))),
  linkbeat_use_polling: outdated(LINKS),
};

export const VRRP_SYNC_GROUP: Keywords = {
  ...NOTIFY,
  ...TRACKING,
  notify_deleted: outdated('keepalived never deletes a group'),
  group: lines,
  // Only a warning: groups have their own trackers.
  global_tracking: flag,
  sync_group_tracking_weight: flag,
};

export const VRRP_SCRIPT: Keywords = {
  script: tested(script),
  interval: seconds(1, 4294),
  timeout: seconds(1, 4294),
  weight: words(1),
  rise: number(1, 2_147_483_647),
  fall: number(1, 2_147_483_647),
  user: words(1),
  init_fail: flag,
};

export const VRRP_TRACK_PROCESS: Keywords = {
  process: once(words(1)),
  param_match: words(0),
  weight: once(words(0)),
  quorum: number(1, 65_535),
  quorum_max: number(0, 65_535),
  fork_delay: timer(0.000001, 3600),
  terminate_delay: timer(0.000001, 3600),
  delay: timer(0.000001, 3600),
  full_command: flag,
};

/** `vrrp_track_file` and `track_file`. */
export const TRACK_FILE: Keywords = {
  file: once(tested(words(1))),
  weight: once(words(0)),
  init_file: words(0),
};

export const GARP_GROUP: Keywords = {
  garp_interval: timer(0, 2147.483647),
  gna_interval: timer(0, 2147.483647),
  interface: word,
  interfaces: lines,
};

/** keepalived.conf(5), "BFD configuration". The agent does not support it. */
export const BFD_INSTANCE: Keywords = {
  neighbor_ip: address,
  neighbour_ip: address,
  source_ip: address,
  min_rx: number(1, 10_000),
  min_tx: number(1, 10_000),
  idle_tx: number(1000, 10_000),
  multiplier: number(1, 255),
  passive: flag,
  ttl: number(1, 255),
  hoplimit: number(1, 255),
  max_hops: number(0, 255),
  multihop: bareBool,
  weight: words(1),
};
