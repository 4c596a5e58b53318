import type { FaultName } from './faults/faults.ts';

export interface FailoverOptions {
  /** In the order in which they are injected; undefined for all that the cluster can have. */
  readonly faults: readonly FaultName[] | undefined;
  /** Seconds to wait for a healthy cluster before each fault. */
  readonly healthSeconds: number;
  /** Seconds for which the cable stays cut; raised when a takeover takes longer. */
  readonly cableSeconds: number;
  /** Requests started per second, whether or not earlier ones were answered. */
  readonly ratePerSecond: number;
  /** Milliseconds after which a request counts as failed. */
  readonly requestTimeoutMs: number;
  /** Longest acceptable time without an answer; undefined for no objective. */
  readonly maxGapMs: number | undefined;
  /** Path of the requests, with its leading slash. */
  readonly path: string;
  /** The name of the virtual server to ask; undefined for the first that can be asked. */
  readonly virtualServer: string | undefined;
}

export const DEFAULT_OPTIONS: FailoverOptions = {
  faults: undefined,
  healthSeconds: 20,
  cableSeconds: 8,
  ratePerSecond: 50,
  requestTimeoutMs: 250,
  maxGapMs: undefined,
  path: '/',
  virtualServer: undefined,
};

/** A numeric option: its flag, unit, range, and the reason for its maximum. */
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

/** Limits of options without a flag. */
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

/** Maximum number of concurrent curl processes on the client, and maximum duration of a test in seconds. */
export const MOST_WORKERS = 500;
export const MOST_SECONDS = 24 * 3600;

/** Why a number is out of range, as condition, cause and action; undefined when it is in range. */
export function limitProblem(limit: Limit, value: number): string | undefined {
  const { flag, unit, least, most, because } = limit;
  if (value >= least && value <= most) return undefined;
  if (value > most) return `At most ${most} ${unit}: ${because}. Use ${flag} ${most} or less.`;
  return `At least ${least} ${unit}. Use ${flag} ${least} or more.`;
}

/** Why these options are invalid; undefined when they are valid. */
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
