import type { Host } from '../inventory/cluster.ts';
import type { Connect } from '../remote/transport.ts';
import type { Screen } from './screen.ts';

/** What every verb is given: where to print, the flags all verbs share, and the signal that Ctrl-C aborts. */
export interface Context {
  readonly screen: Screen;
  readonly verbose: boolean;
  readonly signal: AbortSignal;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** How hosts are reached; as the inventory says when it is left out. */
  readonly connectTo?: (host: Host) => Connect;
}

/** Flags of the verbs that talk to hosts. */
export interface HostFlags {
  readonly inventory?: readonly string[];
  readonly forks: number;
}
