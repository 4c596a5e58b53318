import type { Cluster } from '../inventory/cluster.ts';

/** Permissions that the unit of the agent must grant for a configuration. */
export interface AgentNeeds {
  /** It may start programs or write files whose needs are unknown. */
  readonly scripts: boolean;
  /** It may read files wherever the configuration says. */
  readonly trackedFiles: boolean;
  /** It may inspect other processes. */
  readonly trackedProcesses: boolean;
}

const SCRIPTS = /script|notify|MISC_CHECK|quorum_(?:up|down)|init_file/i;

/** Keywords may come from an included file, from definitions (`$NAME=value`) or from conditions. */
const UNSEEN = /^\s*(?:include|\$\w+\s*=)|\$\{?\w/im;

const TRACKED_FILES = /track_file|FILE_CHECK/i;

const TRACKED_PROCESSES = /track_process/i;

/** Only an inventory's own lines can hold such keywords. A false positive loosens the unit; a false negative breaks a script. */
export function needsOfAgent({ lines, global_defs, vrrp_instance, directors, virtualServers }: Cluster): AgentNeeds {
  const blocks = [
    lines,
    global_defs.lines,
    vrrp_instance.lines,
    ...directors.map((director) => director.vrrpLines),
    ...virtualServers.flatMap((server) => [server.lines, ...server.pool.map((member) => member.lines)]),
  ].filter((block) => block !== undefined);
  const some = (pattern: RegExp): boolean => blocks.some((block) => pattern.test(block));
  return {
    scripts: some(SCRIPTS) || some(UNSEEN),
    trackedFiles: some(TRACKED_FILES),
    trackedProcesses: some(TRACKED_PROCESSES),
  };
}
