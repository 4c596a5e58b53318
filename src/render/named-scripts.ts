import type { ScriptUser } from '../keepalived/model/conf.ts';
import { scriptsIn } from '../keepalived/model/scripts.ts';
import type { Cluster, Director } from '../inventory/cluster.ts';
import { addedText } from '../inventory/secrets.ts';
import { readRendered } from './rendered-conf.ts';

/** What keepalived.conf names of a director's file system and accounts. */
export interface NamedScripts {
  /** Absolute paths. */
  readonly programs: readonly string[];
  readonly users: readonly string[];
}

/** The user that runs scripts without another, where it exists. */
const DEFAULT_USER = 'keepalived_script';

/** Clusters without scripts, which most are, skip reading the file. */
const HINTS = /script|notify|quorum_(?:up|down)|misc_path/i;

/** Undefined for a director without scripts. */
export function namedScripts(cluster: Cluster, director: Director): NamedScripts | undefined {
  if (!HINTS.test(addedText(cluster))) return undefined;
  const { conf } = readRendered(cluster, director);
  const scripts = conf === undefined ? [] : scriptsIn(conf).map(([, script]) => script);
  if (conf === undefined || scripts.length === 0) return undefined;
  const programs = scripts.flatMap(({ argv }) => (argv[0]?.startsWith('/') === true ? [argv[0]] : []));
  const users = [conf.global_defs.script_user, ...scripts.map(({ user }) => user)];
  return { programs: [...new Set(programs)], users: [...new Set(users.map(userName))] };
}

/** Its name in the accounts of a host. */
export function userName(user: ScriptUser): string {
  return user === 'default' ? DEFAULT_USER : user.user;
}
