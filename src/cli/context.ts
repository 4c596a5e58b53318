import type { Host } from '../inventory/cluster.ts';
import type { Connect } from '../remote/transport.ts';
import type { Screen } from './screen.ts';

/** The context of every verb: output, common flags, and the signal that Ctrl-C aborts. */
export interface Context {
  readonly screen: Screen;
  readonly verbose: boolean;
  readonly signal: AbortSignal;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Standard input, or a substitute in tests. */
  readonly input?: AsyncIterable<unknown>;
  /** The key of encrypted values, asked for once. @throws Failure `inventory` when there is none */
  readonly secretKey?: () => Promise<string>;
  /** Overrides the transport that the inventory configures. */
  readonly connectTo?: (host: Host) => Connect;
}

/** Flags that say which inventory, and where its hosts are. */
export interface InventoryFlags {
  /** Each `-i`, in order. */
  readonly inventory?: readonly string[];
  /** The lab that has the hosts of the inventory; true is the lab of no other name. */
  readonly lab?: string | true;
}

/** Flags of verbs that connect to hosts. */
export interface HostFlags extends InventoryFlags {
  readonly forks: number;
  /** Removes virtual services of directors that are not in the inventory. */
  readonly flushUnmanaged?: boolean;
}
