import type { Meanings } from './meaning.ts';
import { SSL_MEANINGS, VIRTUAL_SERVER_MEANINGS } from './meanings-check.ts';
import { GLOBAL_DEFS_MEANINGS } from './meanings-globals.ts';
import {
  BFD_INSTANCE_MEANINGS,
  GARP_GROUP_MEANINGS,
  TRACK_FILE_MEANINGS,
  VRRP_INSTANCE_MEANINGS,
  VRRP_SCRIPT_MEANINGS,
  VRRP_SYNC_GROUP_MEANINGS,
  VRRP_TRACK_PROCESS_MEANINGS,
} from './meanings-vrrp.ts';

const TRACK_FILE = {
  does: 'file whose number changes priorities or weights',
  of: TRACK_FILE_MEANINGS,
};

/** What each keyword of `TOP` does, block by block. Documentation, not part of the agent. */
export const MEANINGS: Meanings = {
  global_defs: { does: 'settings of keepalived as a whole, and defaults of other blocks', of: GLOBAL_DEFS_MEANINGS },
  static_ipaddress: 'addresses that are kept on the host whatever VRRP decides, one per line',
  static_routes: 'routes that are kept on the host whatever VRRP decides, one per line',
  static_rules: 'policy rules that are kept on the host whatever VRRP decides, one per line',
  track_file: TRACK_FILE,
  vrrp_track_file: { ...TRACK_FILE, does: 'old name of track_file' },
  vrrp_track_process: { does: 'program whose processes are watched', of: VRRP_TRACK_PROCESS_MEANINGS },
  vrrp_script: { does: 'script that is run at intervals to judge the health of the host', of: VRRP_SCRIPT_MEANINGS },
  vrrp_sync_group: { does: 'VRRP instances that share one state', of: VRRP_SYNC_GROUP_MEANINGS },
  vrrp_instance: { does: 'virtual router: its election, and the addresses of its master', of: VRRP_INSTANCE_MEANINGS },
  garp_group: { does: 'interfaces that share limits for gratuitous ARP', of: GARP_GROUP_MEANINGS },
  virtual_server_group: 'addresses, ranges and firewall marks that one virtual server serves, one per line',
  virtual_server: { does: 'IPVS service with its real servers and their checks', of: VIRTUAL_SERVER_MEANINGS },
  SSL: { does: 'TLS settings of SSL_GET', of: SSL_MEANINGS },
  linkbeat_interfaces: 'interfaces whose link state is polled, one per line',
  interface_up_down_delays: 'interfaces with the time that a link must be down, then up, before it counts',
  track_group: {
    does: 'VRRP instances that are tracked by static addresses, routes and rules',
    of: { group: 'vrrp_instance names, one per line' },
  },
  bfd_instance: { does: 'BFD session with a neighbour', of: BFD_INSTANCE_MEANINGS },
  net_namespace: 'network namespace that keepalived runs in',
  net_namespace_ipvs: 'network namespace of the IPVS table',
  namespace_with_ipsets: 'allows ipsets in a network namespace on old kernels',
  instance: 'name that distinguishes several keepalived instances on one host',
  use_pid_dir: 'keeps PID files in /run/keepalived',
  linkbeat_use_polling: 'polls the link state of all interfaces instead of listening to the kernel',
  child_wait_time: { does: 'time that child processes get to stop', unit: 'seconds' },
};
