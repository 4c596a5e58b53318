import type { VirtualServer } from '../inventory/cluster.ts';

/** What can be broken: the director's daemon stopped, the director's cable cut, a real server's web server stopped. */
export type FaultName = 'daemon' | 'cable' | 'web';

export const FAULT_NAMES: readonly FaultName[] = ['daemon', 'cable', 'web'];

export interface FailoverOptions {
  /** In the order in which they are tried. */
  readonly faults: readonly FaultName[];
  /** Seconds in which the cluster has to show that it is healthy before each fault. */
  readonly healthSeconds: number;
  /** Seconds the cable stays cut; raised when the takeover alone would take longer. */
  readonly cableSeconds: number;
  /** Requests that are started each second, whether or not the former ones were answered. */
  readonly ratePerSecond: number;
  /** milliseconds after which a request counts as failed */
  readonly requestTimeoutMs: number;
  /** The longest time without an answer that is accepted; undefined measures and judges nothing. */
  readonly maxGapMs: number | undefined;
  /** What is asked for, with its leading slash. */
  readonly path: string;
  /** Which service is asked; undefined takes the first of the cluster. */
  readonly virtualServer: VirtualServer | undefined;
}

export const DEFAULT_OPTIONS: FailoverOptions = {
  faults: FAULT_NAMES,
  healthSeconds: 20,
  cableSeconds: 8,
  ratePerSecond: 50,
  requestTimeoutMs: 250,
  maxGapMs: undefined,
  path: '/',
  virtualServer: undefined,
};
