import type { VrrpConf } from '../../../keepalived/model-vrrp.ts';

/** What is in force before the start: nothing. */
export const EMPTY_CONF: VrrpConf = {
  globals: {
    router_id: '',
    vrrp_startup_delay: 0,
    vrrp_mcast_group4: '224.0.0.18',
    vrrp_mcast_group6: 'ff02::12',
    vrrp_strict: false,
    vrrp_check_unicast_src: false,
    vrrp_skip_check_adv_addr: false,
    vrrp_higher_prio_send_advert: false,
    vrrp_lower_prio_no_advert: false,
    smtp_alert: false,
    no_email_faults: false,
    fifo_write_vrrp_states_on_reload: false,
    v3_checksum_as_v2: false,
  },
  static_ipaddress: [],
  static_routes: [],
  static_rules: [],
  vrrp_script: [],
  vrrp_track_process: [],
  vrrp_track_file: [],
  vrrp_sync_group: [],
  vrrp_instance: [],
};
