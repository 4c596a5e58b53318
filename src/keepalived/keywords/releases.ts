const HTTP_GET = {
  '1.0.0': 'delay_before_retry connect_timeout connect_port url nb_get_retry',
  '1.1.2': 'bindto',
  '1.2.13': 'warmup connect_ip bind_port fwmark',
  '1.3.6': 'virtualhost',
  '1.3.7': 'delay_loop retry alpha bind_if',
  '1.4.3': 'enable_sni',
  '2.0.11': 'log_all_failures',
  '2.0.17': 'http_protocol fast_recovery',
  '2.2.8': 'tls_compliant',
};

const URL = {
  '1.0.0': 'path digest status_code',
  '1.3.6': 'virtualhost',
  '2.0.7': 'regex regex_no_match regex_options regex_stack regex_min_offset regex_max_offset',
  '2.2.8': 'tls_compliant',
};

/**
 * The first release of keepalived with each keyword, by the block it stands in, as the sources of the releases from
 * 1.0.0 to 2.4.3 have it; 1.0.0 stands for older ones too. No release has removed a keyword of the table.
 */
const RELEASES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '': {
    '1.0.0': 'global_defs vrrp_sync_group vrrp_instance virtual_server SSL',
    '1.0.1': 'static_routes',
    '1.0.2': 'virtual_server_group',
    '1.1.0': 'static_ipaddress',
    '1.1.13': 'vrrp_script',
    '1.1.18': 'linkbeat_use_polling',
    '1.2.20': 'static_rules',
    '1.2.21': 'garp_group',
    '1.2.24': 'net_namespace instance use_pid_dir',
    '1.3.0': 'namespace_with_ipsets',
    '2.0.0': 'vrrp_track_file bfd_instance child_wait_time',
    '2.0.3': 'track_group',
    '2.0.11': 'vrrp_track_process',
    '2.0.13': 'linkbeat_interfaces',
    '2.1.0': 'track_file net_namespace_ipvs',
    '2.2.3': 'interface_up_down_delays',
  },
  global_defs: {
    '1.0.0': 'notification_email notification_email_from smtp_server smtp_connect_timeout',
    '1.1.8': 'router_id',
    '1.2.5': 'enable_traps',
    '1.2.10': 'vrrp_mcast_group4 vrrp_mcast_group6',
    '1.2.20': `
      smtp_helo_name lvs_sync_daemon vrrp_garp_master_delay vrrp_garp_master_repeat vrrp_garp_lower_prio_delay
      vrrp_garp_lower_prio_repeat vrrp_garp_master_refresh vrrp_garp_master_refresh_repeat
      vrrp_lower_prio_no_advert vrrp_version vrrp_check_unicast_src vrrp_skip_check_adv_addr vrrp_strict
      vrrp_priority vrrp_iptables vrrp_ipsets checker_priority vrrp_no_swap checker_no_swap snmp_socket
      enable_snmp_checker enable_snmp_rfc enable_snmp_rfcv2 enable_snmp_rfcv3 enable_snmp_keepalived`,
    '1.2.21': 'vrrp_garp_interval vrrp_gna_interval',
    '1.2.23': 'lvs_flush',
    '1.2.24': 'default_interface lvs_timeouts',
    '1.3.0': 'script_user enable_script_security enable_dbus',
    '1.3.5': 'vrrp_higher_prio_send_advert',
    '1.3.6': `
      notify_fifo notify_fifo_script vrrp_notify_fifo vrrp_notify_fifo_script lvs_notify_fifo
      lvs_notify_fifo_script`,
    '1.3.7': 'dbus_service_name',
    '2.0.0': `
      smtp_alert smtp_alert_vrrp smtp_alert_checker no_email_faults vrrp_rt_priority dynamic_interfaces
      rs_init_notifies no_checker_emails checker_rt_priority bfd_priority bfd_no_swap bfd_rt_priority
      enable_snmp_vrrp vrrp_netlink_cmd_rcv_bufs vrrp_netlink_cmd_rcv_bufs_force vrrp_netlink_monitor_rcv_bufs
      vrrp_netlink_monitor_rcv_bufs_force lvs_netlink_cmd_rcv_bufs lvs_netlink_cmd_rcv_bufs_force
      lvs_netlink_monitor_rcv_bufs lvs_netlink_monitor_rcv_bufs_force vrrp_rlimit_rtime checker_rlimit_rtime
      bfd_rlimit_rtime`,
    '2.0.3': 'vrrp_rx_bufs_policy vrrp_rx_bufs_multiplier',
    '2.0.9': 'umask',
    '2.0.11': `
      checker_log_all_failures nftables nftables_priority nftables_counters nftables_ifindex
      process_monitor_rcv_bufs process_monitor_rcv_bufs_force`,
    '2.0.12': 'vrrp_min_garp',
    '2.0.14': 'vrrp_startup_delay',
    '2.0.15': 'random_seed lvs_flush_onstop',
    '2.0.16': `
      vrrp_notify_priority_changes process_names process_name vrrp_process_name bfd_process_name
      log_unknown_vrids lvs_process_name`,
    '2.0.17': 'vrrp_cpu_affinity checker_cpu_affinity bfd_cpu_affinity',
    '2.1.0': `
      startup_script startup_script_timeout shutdown_script shutdown_script_timeout max_auto_priority
      min_auto_priority_delay vrrp_rlimit_rttime checker_rlimit_rttime bfd_rlimit_rttime reload_time_file
      reload_repeat`,
    '2.2.0': `
      lvs_flush_on_stop tmp_config_directory checker_process_name disable_local_igmp vmac_prefix
      vmac_addr_prefix reload_check_config include_check reload_file vrrp_vmac_garp_intvl`,
    '2.2.2': 'nftables_ipvs nftables_ipvs_priority nftables_ipvs_start_fwmark',
    '2.2.3': 'vrrp_down_timer_adverts vrrp_garp_extra_if config_save_dir data_use_instance',
    '2.2.5': 'fifo_write_vrrp_states_on_reload',
    '2.2.8': 'v3_checksum_as_v2 json_version',
    '2.3.0': `
      snmp_vs_stats_update_interval snmp_rs_stats_update_interval dbus_no_interface_name use_symlink_paths`,
    '2.3.2': 'iproute_usr_dir iproute_etc_dir',
    '2.3.3': 'vrrp_owner_ignore_adverts state_dump_file stats_dump_file json_dump_file',
    '2.4.0': 'vrrp_delay_after_boot',
  },
  track_file: {
    '2.1.0': 'file weight init_file',
  },
  vrrp_track_file: {
    '2.0.0': 'file weight init_file',
  },
  vrrp_track_process: {
    '2.0.11': 'process weight quorum delay full_command',
    '2.0.16': 'param_match quorum_max fork_delay terminate_delay',
  },
  vrrp_script: {
    '1.1.13': 'script interval weight',
    '1.1.18': 'rise fall',
    '1.2.6': 'timeout',
    '1.3.0': 'user',
    '1.3.2': 'init_fail',
  },
  vrrp_sync_group: {
    '1.0.0': 'notify_master notify_backup notify_fault smtp_alert group',
    '1.1.2': 'notify',
    '1.2.3': 'global_tracking',
    '2.0.0': 'notify_stop track_interface track_script track_file track_bfd sync_group_tracking_weight',
    '2.0.11': 'track_process',
    '2.2.0': 'notify_priority_changes',
  },
  vrrp_instance: {
    '1.0.0': `
      notify_master notify_backup notify_fault smtp_alert state interface virtual_router_id priority
      advert_int preempt authentication virtual_ipaddress virtual_ipaddress_excluded mcast_src_ip
      garp_master_delay debug lvs_sync_daemon_interface`,
    '1.0.1': 'track_interface virtual_routes',
    '1.1.2': 'notify',
    '1.1.8': 'nopreempt preempt_delay dont_track_primary',
    '1.1.13': 'notify_stop track_script',
    '1.2.1': 'native_ipv6',
    '1.2.3': 'use_vmac',
    '1.2.8': 'unicast_peer',
    '1.2.10': 'unicast_src_ip garp_master_refresh vmac_xmit_base',
    '1.2.14': 'garp_master_repeat garp_master_refresh_repeat',
    '1.2.17': 'version accept',
    '1.2.20': `
      virtual_rules skip_check_adv_addr strict_mode lower_prio_no_advert garp_lower_prio_delay
      garp_lower_prio_repeat`,
    '1.3.0': 'no_accept promote_secondaries',
    '1.3.5': 'higher_prio_send_advert',
    '1.3.7': 'old_unicast_checksum',
    '2.0.0': 'track_file track_bfd track_src_ip linkbeat_use_polling',
    '2.0.3': 'kernel_rx_buf_size',
    '2.0.6': 'notify_master_rx_lower_pri',
    '2.0.11': 'track_process',
    '2.0.16': 'notify_priority_changes',
    '2.0.17': 'use_ipvlan',
    '2.1.0': 'notify_deleted unicast_ttl check_unicast_src',
    '2.2.0': 'use_vmac_addr vmac_garp_intvl',
    '2.2.3': 'down_timer_adverts garp_extra_if',
    '2.2.5': 'mcast_dst_ip unicast_fault_no_peer vrf',
    '2.2.8': 'no_virtual_ipaddress timer_expired_backup v3_checksum_as_v2',
    '2.3.2': 'thread_timer_expired',
    '2.3.3': 'owner_ignore_adverts',
    '2.4.0': 'auth_hmac',
  },
  'vrrp_instance/auth_hmac': {
    '2.4.0': 'key active_key anti_replay time_window mode',
  },
  'vrrp_instance/authentication': {
    '1.0.0': 'auth_type auth_pass',
  },
  garp_group: {
    '1.2.21': 'garp_interval gna_interval interface interfaces',
  },
  virtual_server: {
    '1.0.0': `
      delay_loop lb_algo lb_kind persistence_timeout persistence_granularity protocol ha_suspend virtualhost
      sorry_server real_server`,
    '1.1.5': 'lvs_sched lvs_method',
    '1.1.16': 'alpha omega quorum hysteresis quorum_up quorum_down',
    '1.2.8': 'ops',
    '1.2.13': 'sorry_server_inhibit',
    '1.2.20': 'persistence_engine ip_family',
    '1.3.0': 'flag-1 flag-2 flag-3 sh-port sh-fallback hashed',
    '1.3.6': 'sorry_server_lvs_method',
    '1.3.7': 'retry delay_before_retry warmup weight inhibit_on_failure',
    '2.0.0': 'smtp_alert',
    '2.0.13': 'connect_timeout',
    '2.0.20': 'mh-port mh-fallback',
    '2.2.3': 'snmp_name',
  },
  'virtual_server/real_server': {
    '1.0.0': 'weight notify_up notify_down inhibit_on_failure TCP_CHECK HTTP_GET SSL_GET MISC_CHECK',
    '1.1.8': 'SMTP_CHECK',
    '1.1.13': 'uthreshold lthreshold',
    '1.3.0': 'DNS_CHECK',
    '1.3.6': 'lvs_method virtualhost',
    '1.3.7': 'delay_loop retry delay_before_retry warmup alpha',
    '2.0.0': 'smtp_alert BFD_CHECK',
    '2.0.13': 'connect_timeout',
    '2.1.0': 'UDP_CHECK PING_CHECK FILE_CHECK',
    '2.2.3': 'snmp_name',
  },
  'virtual_server/real_server/TCP_CHECK': {
    '1.0.0': 'connect_timeout connect_port',
    '1.1.2': 'bindto',
    '1.2.13': 'warmup connect_ip bind_port fwmark',
    '1.2.20': 'retry delay_before_retry',
    '1.3.7': 'delay_loop alpha bind_if',
    '2.0.11': 'log_all_failures',
  },
  'virtual_server/real_server/HTTP_GET': HTTP_GET,
  'virtual_server/real_server/HTTP_GET/url': URL,
  'virtual_server/real_server/SSL_GET': HTTP_GET,
  'virtual_server/real_server/SSL_GET/url': URL,
  'virtual_server/real_server/SMTP_CHECK': {
    '1.1.8': 'retry delay_before_retry connect_timeout helo_name host',
    '1.2.13': 'warmup',
    '1.2.17': 'connect_ip connect_port bindto bind_port fwmark',
    '1.3.7': 'delay_loop alpha bind_if',
    '2.0.11': 'log_all_failures',
  },
  'virtual_server/real_server/SMTP_CHECK/host': {
    '1.1.8': 'connect_ip connect_port bindto',
    '1.2.13': 'connect_timeout bind_port fwmark',
    '1.3.7': 'delay_loop retry delay_before_retry warmup alpha bind_if',
    '2.0.11': 'log_all_failures',
  },
  'virtual_server/real_server/DNS_CHECK': {
    '1.3.0': 'retry connect_timeout connect_ip connect_port bindto bind_port fwmark type name',
    '1.3.7': 'delay_loop delay_before_retry warmup alpha bind_if',
    '2.0.11': 'log_all_failures',
  },
  'virtual_server/real_server/MISC_CHECK': {
    '1.0.0': 'misc_path',
    '1.1.0': 'misc_timeout',
    '1.1.8': 'misc_dynamic',
    '1.2.13': 'warmup',
    '1.3.0': 'user',
    '1.3.7': 'delay_loop retry delay_before_retry alpha',
    '2.0.11': 'log_all_failures',
  },
  'virtual_server/real_server/UDP_CHECK': {
    '2.1.0': `
      delay_loop retry delay_before_retry warmup alpha log_all_failures connect_timeout connect_ip
      connect_port bindto bind_if bind_port fwmark require_reply`,
    '2.2.0': 'payload min_reply_length max_reply_length',
  },
  'virtual_server/real_server/PING_CHECK': {
    '2.1.0': `
      delay_loop retry delay_before_retry warmup alpha log_all_failures connect_timeout connect_ip
      connect_port bindto bind_if bind_port fwmark`,
  },
  'virtual_server/real_server/FILE_CHECK': {
    '2.1.0': 'track_file weight',
  },
  'virtual_server/real_server/BFD_CHECK': {
    '2.0.0': 'name alpha',
  },
  SSL: {
    '1.0.0': 'password ca certificate key',
  },
  track_group: {
    '2.0.3': 'group',
  },
  bfd_instance: {
    '2.0.0': `
      neighbor_ip neighbour_ip source_ip min_rx min_tx idle_tx multiplier passive ttl hoplimit max_hops
      weight`,
    '2.2.8': 'multihop',
  },
};

const FIRST: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map(
  Object.entries(RELEASES).map(([block, releases]) => [
    block,
    new Map(
      Object.entries(releases).flatMap(([release, keywords]) =>
        keywords
          .trim()
          .split(/\s+/)
          .map((keyword) => [keyword, release] as const),
      ),
    ),
  ]),
);

/**
 * The release of keepalived that introduced a keyword, such as `2.0.11`; undefined for one that no release reads.
 * @param path the blocks around the keyword, then the keyword itself
 */
export function sinceOf(path: readonly string[]): string | undefined {
  return FIRST.get(path.slice(0, -1).join('/'))?.get(path.at(-1) ?? '');
}

/** Every keyword of a release: the blocks around it, then the keyword, separated by slashes. */
export function releasedKeywords(): readonly string[] {
  return [...FIRST].flatMap(([block, keywords]) =>
    [...keywords.keys()].map((keyword) => (block === '' ? keyword : `${block}/${keyword}`)),
  );
}
