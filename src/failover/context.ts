import type { ClusterLock } from '../apply/cluster-lock.ts';
import type { Client, Cluster } from '../inventory/cluster.ts';
import type { HostFacts } from './facts.ts';
import type { Hosts } from './hosts.ts';
import type { Moving } from './moving.ts';
import type { FailoverOptions } from './options.ts';
import type { Recorder } from './recorder.ts';
import type { FailoverEvent } from './report.ts';
import type { AskedService } from './service.ts';
import type { Streams } from './streams.ts';

/** What a scenario needs, once facts are gathered and the streams run. */
export interface TestContext extends HostFacts {
  readonly cluster: Cluster;
  readonly client: Client;
  readonly service: AskedService;
  /** The VRRP instances that move when its VIP does. */
  readonly moving: Moving;
  readonly options: FailoverOptions;
  readonly lock: Pick<ClusterLock, 'nonce' | 'lost' | 'renew'>;
  readonly hosts: Hosts;
  readonly recorder: Recorder;
  readonly streams: Streams;
  readonly report: (event: FailoverEvent) => void;
  /** Milliseconds on a monotonic clock. */
  readonly now: () => number;
  readonly signal: AbortSignal;
}
