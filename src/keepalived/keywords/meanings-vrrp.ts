import type { Meanings } from './meaning.ts';

const NOTIFY: Meanings = {
  notify_master: 'script that is run on becoming master',
  notify_backup: 'script that is run on becoming backup',
  notify_fault: 'script that is run on entering the fault state',
  notify_stop: 'script that is run when VRRP stops',
  notify_deleted: 'script that is run when a reload removes it; without one, notify_fault is run',
  notify: 'script that is run at every transition, with kind, name, new state and priority as arguments',
  notify_priority_changes: 'runs notify and writes to the FIFOs when the effective priority changes as well',
  smtp_alert: 'sends a mail at every transition',
};

const TRACKING: Meanings = {
  track_interface: 'interfaces whose link decides health, one per line, with an optional weight',
  track_script: 'vrrp_script names that decide health, one per line, with an optional weight',
  track_process: 'vrrp_track_process names that decide health, one per line, with an optional weight',
  track_file: 'track_file names whose numbers are added to the priority, one per line, with an optional weight',
  track_bfd: 'bfd_instance names that decide health, one per line, with an optional weight',
};

export const VRRP_INSTANCE_MEANINGS: Meanings = {
  ...NOTIFY,
  ...TRACKING,
  notify_master_rx_lower_pri: 'script that is run when a master receives an advertisement of lower priority',
  state: 'state before the first election',
  interface: 'interface that advertisements are sent and received on',
  virtual_router_id: 'virtual router ID, the same on all directors and unique on the segment',
  priority: 'priority in the election: the highest becomes master; 255 is the owner of the addresses',
  version: 'VRRP version of the advertisements',
  advert_int: 'interval between advertisements of the master, the same on all directors with VRRP version 2',
  down_timer_adverts: {
    does: 'missed advertisements after which a backup takes over',
    unit: 'advertisement intervals',
  },
  nopreempt: 'a backup of higher priority does not take over from a running master; needs state BACKUP',
  preempt: 'a backup of higher priority takes over from a running master, as by default',
  preempt_delay: 'time that a backup of higher priority waits before it takes over; needs state BACKUP',
  accept: 'accepts packets for the addresses while master although it is not their owner, as by default',
  authentication: {
    does: 'authentication of advertisements; VRRP version 2 only',
    of: {
      auth_type: 'PASS sends a password in the clear, AH signs advertisements',
      auth_pass: { does: 'password; keepalived uses its first eight characters', unit: 'characters' },
    },
  },
  virtual_ipaddress: 'addresses that the master holds and advertises, one per line, with optional device and label',
  virtual_ipaddress_excluded: 'addresses that the master holds without advertising them, one per line',
  virtual_routes: 'routes that the master holds, one per line, in the words of `ip route`',
  virtual_rules: 'policy rules that the master holds, one per line, in the words of `ip rule`',
  mcast_src_ip: 'source address of multicast advertisements; the primary address of the interface by default',
  mcast_dst_ip: 'multicast group of advertisements, instead of the global one',
  unicast_src_ip: 'source address of unicast advertisements; the primary address of the interface by default',
  unicast_peer: 'addresses that advertisements are sent to instead of the multicast group, one per line',
  unicast_fault_no_peer: 'enters the fault state when there is no unicast peer',
  unicast_ttl: { does: 'TTL of unicast advertisements', unit: 'hops' },
  check_unicast_src: 'drops unicast advertisements from sources that are not peers',
  skip_check_adv_addr:
    'compares the addresses in an advertisement with its own only when the sender differs from the last one',
  strict_mode: 'enforces the VRRP RFCs for this instance, or exempts it from vrrp_strict',
  lower_prio_no_advert: 'does not answer an advertisement of lower priority with an advertisement of its own at once',
  higher_prio_send_advert: 'a master that hears a higher priority advertises once more before it steps down',
  dont_track_primary: 'ignores link failures of the interface',
  native_ipv6: 'advertises over IPv6, with VRRP version 3',
  no_virtual_ipaddress: 'permits an instance without addresses, where something else moves them',
  owner_ignore_adverts: 'ignores advertisements of other routers while the priority is 255, as the RFCs require',
  timer_expired_backup: {
    does: 'with nopreempt, a master that ran so late that a router of this priority may have taken over steps down',
    unit: 'priority',
  },
  thread_timer_expired: { does: 'old name of timer_expired_backup', unit: 'priority' },
  v3_checksum_as_v2: 'leaves the pseudo-header out of the checksum of version 3 over IPv4',
  garp_master_delay: 'time from becoming master to the second burst of gratuitous ARP',
  garp_master_repeat: { does: 'gratuitous ARP messages per burst on becoming master', unit: 'messages' },
  garp_lower_prio_delay:
    'time to the second burst of gratuitous ARP after an advertisement of lower priority arrived at a master',
  garp_lower_prio_repeat: {
    does: 'gratuitous ARP messages per burst after an advertisement of lower priority',
    unit: 'messages',
  },
  garp_master_refresh: 'interval at which a master repeats gratuitous ARP; 0 never does',
  garp_master_refresh_repeat: { does: 'gratuitous ARP messages at each refresh', unit: 'messages' },
  debug: 'debug level, without effect',
  no_accept: 'drops packets for the addresses while master, unless it is their owner',
  use_vmac: 'holds the addresses on a macvlan interface with the virtual MAC address, of an optional name',
  use_vmac_addr: 'uses VMAC interfaces for addresses on interfaces other than that of the instance too',
  vmac_xmit_base: 'sends and receives advertisements on the interface below the VMAC',
  use_ipvlan: 'holds the addresses on an ipvlan interface, of an optional name',
  vrf: 'VRF that the VMAC or ipvlan interface belongs to',
  garp_extra_if:
    'interval at which a master sends gratuitous ARP on VMACs besides its own; `all` includes other interfaces',
  vmac_garp_intvl: 'old name of garp_extra_if',
  auth_hmac: {
    does: 'signs advertisements with HMAC-SHA256 and rejects unsigned, forged and replayed ones',
    of: {
      key: 'number and value of a key: 32 to 64 bytes as text, `hex:` and digits, or `file:` and a path',
      active_key: { does: 'number of the key that advertisements are signed with', unit: '' },
      anti_replay: '`time` requires synchronized clocks; `monotonic` requires growing sequence numbers only',
      time_window: { does: 'greatest age of an advertisement with `anti_replay time`', unit: 'seconds' },
      mode: '`permissive` also accepts unsigned advertisements, and `receive-only` also sends them',
    },
  },
  old_unicast_checksum: 'uses the checksum of keepalived 1.3.6 and older in unicast advertisements of version 3',
  track_src_ip: 'enters the fault state when the source address of advertisements is removed',
  lvs_sync_daemon_interface: 'interface of the IPVS synchronisation daemon; replaced by lvs_sync_daemon',
  promote_secondaries: 'sets promote_secondaries on the interface, so that removing an address keeps its secondaries',
  kernel_rx_buf_size: { does: 'receive buffer of the VRRP socket', unit: 'bytes' },
  linkbeat_use_polling: 'polls the link state of the interface instead of listening to the kernel',
};

export const VRRP_SYNC_GROUP_MEANINGS: Meanings = {
  ...NOTIFY,
  ...TRACKING,
  group: 'names of the vrrp_instances that share one state, one per line',
  global_tracking: 'old name of sync_group_tracking_weight',
  sync_group_tracking_weight: 'lets trackers with a weight change the priority of every instance in the group',
};

export const VRRP_SCRIPT_MEANINGS: Meanings = {
  script: 'command that succeeds with exit code 0',
  interval: 'time from one run to the next',
  timeout: 'time limit of a run, after which it has failed',
  weight: {
    does: 'added to the priority: a positive one on success, a negative one on failure; 0 means fault on failure',
    unit: 'priority',
  },
  rise: { does: 'successful runs after which it is up', unit: 'runs' },
  fall: { does: 'failed runs after which it is down', unit: 'runs' },
  user: 'user, and optionally group, that it runs as',
  init_fail: 'counts as failed until its first run',
};

export const VRRP_TRACK_PROCESS_MEANINGS: Meanings = {
  process: 'name of the program, with arguments when they are matched',
  param_match: 'how arguments are matched: `initial` takes more arguments, `partial` a longer last one',
  weight: { does: 'added to the priority while it runs; 0 means fault when it does not', unit: 'priority' },
  quorum: { does: 'processes that must run', unit: 'processes' },
  quorum_max: { does: 'processes that may run at most', unit: 'processes' },
  fork_delay: 'time that a process must have run before it counts',
  terminate_delay: 'time that a process may be gone before it counts as such',
  delay: 'both fork_delay and terminate_delay',
  full_command: 'matches the whole command line instead of the name of the program',
};

export const TRACK_FILE_MEANINGS: Meanings = {
  file: 'path of the file, which holds one number',
  weight: { does: 'factor for the number before it is added to the priority; 0 means fault unless it is 0', unit: '' },
  init_file: 'creates the file with this number; `overwrite` replaces one that exists',
};

export const GARP_GROUP_MEANINGS: Meanings = {
  garp_interval: 'least time between two gratuitous ARP messages on all interfaces of the group',
  gna_interval: 'least time between two unsolicited neighbour advertisements on all interfaces of the group',
  interface: 'the only interface of the group',
  interfaces: 'interfaces of the group, one per line',
};

export const BFD_INSTANCE_MEANINGS: Meanings = {
  neighbor_ip: 'address of the neighbour',
  neighbour_ip: 'another spelling of neighbor_ip',
  source_ip: 'address that packets are sent from',
  min_rx: { does: 'least interval between packets that it can receive', unit: 'milliseconds' },
  min_tx: { does: 'least interval between packets that it sends', unit: 'milliseconds' },
  idle_tx: { does: 'interval between packets while the session is down', unit: 'milliseconds' },
  multiplier: { does: 'missed packets after which the neighbour is down', unit: 'packets' },
  passive: 'waits for the neighbour to start the session',
  ttl: { does: 'TTL of IPv4 packets that are sent', unit: 'hops' },
  hoplimit: { does: 'hop limit of IPv6 packets that are sent', unit: 'hops' },
  max_hops: { does: 'hops that a packet may have taken to be accepted', unit: 'hops' },
  multihop: 'uses the port of multihop sessions, 4784',
  weight: { does: 'added to the priority of instances that track it; 0 means fault when it is down', unit: 'priority' },
};
