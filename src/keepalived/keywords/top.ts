import {
  type Keywords,
  block,
  ignored,
  lines,
  namedBlock,
  number,
  once,
  tested,
  unsupported,
  word,
} from './keyword.ts';

const ONE_PROCESS = 'the agent is one process';
const NO_FIREWALL = 'the agent makes no rules of a firewall';
const NO_TRACK_GROUP = 'the agent does not watch static addresses';

/** What may stand outside of all blocks. */
export const TOP: Keywords = {
  global_defs: block,
  static_ipaddress: lines,
  static_routes: lines,
  static_rules: lines,
  track_file: namedBlock,
  vrrp_track_file: namedBlock,
  vrrp_track_process: namedBlock,
  vrrp_script: namedBlock,
  vrrp_sync_group: namedBlock,
  vrrp_instance: namedBlock,
  garp_group: block,
  virtual_server_group: namedBlock,
  virtual_server: namedBlock,
  SSL: unsupported('the agent has no TLS of its own, and so no certificates'),
  linkbeat_interfaces: ignored('the kernel tells of links at once', lines),
  interface_up_down_delays: unsupported('the agent follows links at once'),
  track_group: unsupported(NO_TRACK_GROUP),
  bfd_instance: unsupported('the agent does not speak BFD'),
  net_namespace: unsupported('the agent runs in the network namespace that it is started in'),
  net_namespace_ipvs: unsupported('the agent runs in the network namespace that it is started in'),
  namespace_with_ipsets: ignored(NO_FIREWALL),
  instance: once(ignored('the agent writes one pid file, where it is told', tested(word))),
  use_pid_dir: ignored('the agent writes one pid file, where it is told'),
  linkbeat_use_polling: ignored('the kernel tells of links at once'),
  child_wait_time: ignored(ONE_PROCESS, number(0, 4_294_967_295)),
};
