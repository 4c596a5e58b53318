import type { Cluster } from '../inventory/cluster.ts';
import { addedText } from '../inventory/secrets.ts';

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
const UNSEEN = /^[ \t]*(?:include|\$\w+[ \t]*=)|\$\{?\w/im;

const TRACKED_FILES = /track_file|FILE_CHECK/i;

const TRACKED_PROCESSES = /track_process/i;

/**
 * Entries that an inventory adds can have such keywords, and scripts of checks. A false positive loosens the unit; a
 * false negative breaks a script.
 */
export function needsOfAgent(cluster: Cluster): AgentNeeds {
  const text = addedText(cluster);
  const some = (pattern: RegExp): boolean => pattern.test(text);
  return {
    scripts: some(SCRIPTS) || some(UNSEEN),
    trackedFiles: some(TRACKED_FILES),
    trackedProcesses: some(TRACKED_PROCESSES),
  };
}
