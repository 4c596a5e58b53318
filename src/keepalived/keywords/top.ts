import { SSL, VIRTUAL_SERVER } from './check.ts';
import { GLOBAL_DEFS } from './globals.ts';
import {
  type Keywords,
  block,
  ignored,
  lines,
  namedBlock,
  namedLines,
  number,
  once,
  tested,
  unsupported,
  word,
} from './keyword.ts';
import {
  BFD_INSTANCE,
  GARP_GROUP,
  TRACK_FILE,
  VRRP_INSTANCE,
  VRRP_SCRIPT,
  VRRP_SYNC_GROUP,
  VRRP_TRACK_PROCESS,
} from './vrrp.ts';

const ONE_PROCESS = 'the agent is a single process';
const NO_FIREWALL = 'the agent creates no firewall rules';
const NO_TRACK_GROUP = 'the agent does not track static addresses';

/** Keywords outside of all blocks. */
export const TOP: Keywords = {
  global_defs: block(GLOBAL_DEFS),
  static_ipaddress: lines,
  static_routes: lines,
  static_rules: lines,
  track_file: namedBlock(TRACK_FILE),
  vrrp_track_file: namedBlock(TRACK_FILE),
  vrrp_track_process: namedBlock(VRRP_TRACK_PROCESS),
  vrrp_script: namedBlock(VRRP_SCRIPT),
  vrrp_sync_group: namedBlock(VRRP_SYNC_GROUP),
  vrrp_instance: namedBlock(VRRP_INSTANCE),
  garp_group: block(GARP_GROUP),
  virtual_server_group: namedLines,
  virtual_server: namedBlock(VIRTUAL_SERVER),
  SSL: unsupported('the agent does not support client certificates', block(SSL)),
  linkbeat_interfaces: ignored('the kernel reports link changes at once', lines),
  interface_up_down_delays: unsupported('the agent does not delay link changes', lines),
  track_group: unsupported(NO_TRACK_GROUP, namedBlock({ group: lines })),
  bfd_instance: unsupported('the agent does not support BFD', namedBlock(BFD_INSTANCE)),
  net_namespace: unsupported('the agent does not switch network namespaces'),
  net_namespace_ipvs: unsupported('the agent does not switch network namespaces'),
  namespace_with_ipsets: ignored(NO_FIREWALL),
  instance: once(ignored('the agent writes one pid file, at a configured path', tested(word))),
  use_pid_dir: ignored('the agent writes one pid file, at a configured path'),
  linkbeat_use_polling: ignored('the kernel reports link changes at once'),
  child_wait_time: ignored(ONE_PROCESS, number(0, 4_294_967_295)),
};
