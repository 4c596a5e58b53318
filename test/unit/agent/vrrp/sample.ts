import type { VirtualAddress, VrrpConf, VrrpGlobals, VrrpInstance } from '../../../../src/keepalived/model/vrrp.ts';
import { EMPTY_CONF } from '../../../../src/agent/core/vrrp/state.ts';

import type { Link } from '../../../../src/agent/core/vrrp/event.ts';

export const NO_NOTIFY = {
  notify_master: undefined,
  notify_backup: undefined,
  notify_fault: undefined,
  notify_stop: undefined,
  notify_deleted: undefined,
  notify: undefined,
  notify_master_rx_lower_pri: undefined,
};

export function virtual(address: string, change: Partial<VirtualAddress> = {}): VirtualAddress {
  return {
    address,
    prefix: address.includes(':') ? 128 : 32,
    dev: undefined,
    label: undefined,
    scope: undefined,
    broadcast: undefined,
    peer: undefined,
    home: false,
    nodad: false,
    mngtmpaddr: false,
    noprefixroute: false,
    preferred_lft: undefined,
    ...change,
  };
}

/** keepalived's defaults with one address. */
export function instance(change: Partial<VrrpInstance> = {}): VrrpInstance {
  return {
    name: 'VI_1',
    version: 2,
    family: 'ipv4',
    interface: 'eth0',
    virtual_router_id: 51,
    priority: 100,
    state: 'BACKUP',
    advert_int: 1000,
    down_timer_adverts: 3,
    nopreempt: false,
    preempt_delay: 0,
    accept: true,
    authentication: undefined,
    virtual_ipaddress: [virtual('10.0.0.100')],
    virtual_ipaddress_excluded: [],
    virtual_routes: [],
    virtual_rules: [],
    mcast_src_ip: undefined,
    mcast_dst_ip: undefined,
    unicast_src_ip: undefined,
    track_src_ip: false,
    unicast_peer: [],
    unicast_fault_no_peer: false,
    unicast_ttl: undefined,
    check_unicast_src: false,
    skip_check_adv_addr: false,
    strict_mode: false,
    higher_prio_send_advert: false,
    lower_prio_no_advert: false,
    owner_ignore_adverts: false,
    timer_expired_backup: undefined,
    v3_checksum_as_v2: false,
    dont_track_primary: false,
    track_interface: [],
    track_script: [],
    track_process: [],
    track_file: [],
    garp: {
      garp_master_delay: 5000,
      garp_master_repeat: 5,
      garp_master_refresh: 0,
      garp_master_refresh_repeat: 1,
      garp_lower_prio_delay: 5000,
      garp_lower_prio_repeat: 5,
      garp_interval: 0,
      gna_interval: 0,
    },
    notify: NO_NOTIFY,
    deleted_as: 'FAULT',
    notify_priority_changes: false,
    smtp_alert: false,
    ...change,
  };
}

export function conf(change: Partial<VrrpConf> = {}, globals: Partial<VrrpGlobals> = {}): VrrpConf {
  return {
    ...EMPTY_CONF,
    globals: { ...EMPTY_CONF.globals, router_id: 'lb1', ...globals },
    vrrp_instance: [instance()],
    ...change,
  };
}

export function link(change: Partial<Link> = {}): Link {
  return {
    name: 'eth0',
    index: 2,
    mac: Uint8Array.of(2, 0, 0, 0, 0, 1),
    mtu: 1500,
    up: true,
    running: true,
    addresses: [
      { address: '10.0.0.1', prefix: 24, scope: 'global' },
      { address: 'fe80::1', prefix: 64, scope: 'link' },
    ],
    ...change,
  };
}
