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

/** A number that a user may give: its flag, its unit, what is accepted, and why no more. */
export interface Limit {
  readonly flag: string;
  readonly unit: string;
  readonly least: number;
  readonly most: number;
  readonly because: string;
}

export const LIMITS = {
  rate: {
    flag: '--rate',
    unit: 'requests per second',
    least: 1,
    most: 500,
    because: 'the client runs one curl for every four requests per second',
  },
  cut: {
    flag: '--cut',
    unit: 'seconds',
    least: 1,
    most: 600,
    because: 'a director whose cable is cut may be unreachable for that long',
  },
  maxGap: {
    flag: '--max-gap',
    unit: 'milliseconds',
    least: 1,
    most: 3_600_000,
    because: 'a longer gap does not fit into a test',
  },
} as const satisfies Record<string, Limit>;

/** Limits of what no flag sets. */
const INNER_LIMITS = {
  health: { flag: 'healthSeconds', unit: 'seconds', least: 0, most: 3600, because: 'each fault waits that long' },
  timeout: {
    flag: 'requestTimeoutMs',
    unit: 'milliseconds',
    least: 10,
    most: 10_000,
    because: 'a curl is busy with one request for that long',
  },
} as const satisfies Record<string, Limit>;

/** Curl processes that the client runs side by side, and seconds that a whole test may take. */
export const MOST_WORKERS = 500;
export const MOST_SECONDS = 24 * 3600;

/** How a number breaks its limit, as condition, cause and action; undefined when it is accepted. */
export function limitProblem(limit: Limit, value: number): string | undefined {
  const { flag, unit, least, most, because } = limit;
  if (value >= least && value <= most) return undefined;
  if (value > most) return `At most ${most} ${unit}: ${because}. Use ${flag} ${most} or less.`;
  return `At least ${least} ${unit}. Use ${flag} ${least} or more.`;
}

/** Why a test with these options is not started; undefined when nothing speaks against them. */
export function optionsProblem(options: FailoverOptions): string | undefined {
  const { ratePerSecond, cableSeconds, healthSeconds, requestTimeoutMs, maxGapMs, path } = options;
  const values: readonly (readonly [Limit, number])[] = [
    [LIMITS.rate, ratePerSecond],
    [LIMITS.cut, cableSeconds],
    [INNER_LIMITS.health, healthSeconds],
    [INNER_LIMITS.timeout, requestTimeoutMs],
    [LIMITS.maxGap, maxGapMs ?? LIMITS.maxGap.most],
  ];
  const broken = values.find(([limit, value]) => limitProblem(limit, value) !== undefined);
  if (broken !== undefined) return `${broken[0].flag} ${broken[1]}: ${limitProblem(...broken)}`;
  if (!/^\/[!-~]{0,2047}$/.test(path))
    return `path ${JSON.stringify(path.slice(0, 60))}: not a URL path of at most 2048 printable characters. Begin it with a slash and escape spaces as %20.`;
  return undefined;
}
