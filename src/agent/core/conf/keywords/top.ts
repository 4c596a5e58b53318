import { GLOBAL_DEFS, TOP_IGNORED } from './globals.ts';
import { type Keywords, block, ignored, lines, namedBlock, unsupported } from './keyword.ts';

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
  linkbeat_interfaces: ignored('the kernel tells of links at once'),
  interface_up_down_delays: unsupported('the agent follows links at once'),
  track_group: unsupported(NO_TRACK_GROUP),
  bfd_instance: unsupported('the agent does not speak BFD'),
  ...Object.fromEntries(
    TOP_IGNORED.flatMap((name) => {
      const keyword = GLOBAL_DEFS[name];
      return keyword === undefined ? [] : [[name, keyword] as const];
    }),
  ),
};
