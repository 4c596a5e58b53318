import { Failure } from '../failure.ts';
import { type Command, sh } from '../remote/command.ts';
import { secondsToMs } from './clock.ts';
import { nameOfPlace } from '../keepalived/ipvs/name.ts';
import { type FailoverOptions, MOST_SECONDS, MOST_WORKERS } from './options.ts';
import type { Ask, AskedService } from './service.ts';

/**
 * The request stream, as one script on the client. It is an open loop: curl processes take turns, as many as requests can
 * be in flight at once, each starting a request every `periodMs`, which is longer than the time-out. The rate is therefore
 * the same whether requests are answered or not, the number of failed requests reflects the length of an outage, and its
 * end is seen as precisely as its start. A single process that waits for each request would send only four a second
 * during an outage.
 */
export interface ProbePlan {
  readonly ask: Ask;
  readonly url: string;
  readonly workers: number;
  readonly periodMs: number;
  readonly timeoutMs: number;
  /** Requests of each worker, after which the stream ends by itself. */
  readonly perWorker: number;
}

/** Milliseconds between a request's time-out and the next start by the same worker, so that it is never late. */
const SLACK_MS = 20;

/**
 * curl opens a connection by TELNET: it sends nothing, closes it at the time-out, and looks at the clock only every 100 ms.
 */
const TELNET_TICK_MS = 100;

/** Milliseconds after which the answer to a request is known for certain. */
export function knownAfterMs(ask: Ask, { requestTimeoutMs }: FailoverOptions): number {
  return ask === 'connection' ? requestTimeoutMs + TELNET_TICK_MS : 0;
}

/** @throws Failure `inventory` when the client would run too many processes, or for too long. */
export function planProbe(
  options: FailoverOptions,
  { vip, port, ask }: Pick<AskedService, 'vip' | 'port' | 'ask'>,
  seconds: number,
): ProbePlan {
  const { ratePerSecond, requestTimeoutMs } = options;
  const longestMs = requestTimeoutMs + (ask === 'connection' ? TELNET_TICK_MS : 0);
  const workers = Math.max(1, Math.ceil(((longestMs + SLACK_MS) * ratePerSecond) / 1000));
  if (!(workers <= MOST_WORKERS))
    throw new Failure(
      'inventory',
      `The client would run ${workers} curl processes, more than the limit of ${MOST_WORKERS}: ${ratePerSecond} requests per second with a time-out of ${requestTimeoutMs} ms need that many.`,
      { hint: 'Use a lower --rate.' },
    );
  if (!(seconds <= MOST_SECONDS))
    throw new Failure(
      'inventory',
      `The test could take ${seconds} s, more than the limit of ${MOST_SECONDS} s: the intervals of health checks and VRRP and the length of the cut add up to that.`,
      { hint: 'Use a shorter --cut, a single --fault, or shorter intervals (delay_loop, delay_before_retry).' },
    );
  const periodMs = Math.round((workers * 1000) / ratePerSecond);
  const place = nameOfPlace({ address: vip, port });
  return {
    ask,
    url: ask === 'connection' ? `telnet://${place}` : `${ask}://${place}${plainPath(options.path)}`,
    workers,
    periodMs,
    timeoutMs: requestTimeoutMs,
    perWorker: Math.ceil((seconds * 1000) / periodMs),
  };
}

/** Escapes a path for curl, which expands brackets and braces; a fragment is never sent. */
function plainPath(path: string): string {
  return (path.split('#', 1)[0] ?? '').replaceAll(/[[\]{}]/g, encodeURIComponent);
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

/**
 * Start delays of the workers, in seconds. Starting a process costs far more than a request, so workers do not start at
 * the pace of the requests but in steps of half a period and half a slot; their slots in the period are still spread
 * evenly.
 */
function delays({ workers, periodMs }: ProbePlan): readonly string[] {
  return Array.from({ length: workers }, (_, index) => seconds((index * (periodMs + periodMs / workers)) / 2));
}

/**
 * Prints a line `UPTIME STATUS SECONDS` as each request ends, or `UPTIME connects:COUNT SECONDS SECONDS` with the times
 * until it was connected and until it ended. The shell reads /proc/uptime itself: it is monotonic, has a
 * resolution of a hundredth of a second, and needs no process. Each request uses its own connection (`Connection: close`).
 * The number after # is never sent; it only makes curl repeat the request. curl before 7.84 has no --rate and is started
 * for each request. Each curl has its own reader, because curl writes a line in pieces. A reader whose output is closed
 * ends the script, which ends every curl; they would not notice.
 */
export function probeCommand(plan: ProbePlan): Command {
  const connects = plan.ask === 'connection';
  const format = connects
    ? '%{stderr}connects:%{num_connects} %{time_connect} %{time_total}\\n'
    : '%{stderr}%{http_code} %{time_total}\\n';
  const protocol = connects ? 'telnet' : plan.ask;
  const header = connects ? [] : ['-H', 'Connection: close'];
  const perHour = Math.max(1, Math.round(3_600_000 / plan.periodMs));
  return sh`command -v curl >/dev/null || { echo 'curl is not installed' >&2; exit 127; }
set -- $(curl -q --version)
case " $* " in *${` ${protocol} `}*) ;; *) echo ${`curl does not support ${protocol}, which the requests need`} >&2; exit 127 ;; esac
oldest=$(printf '%s\\n' 7.84.0 "$2" | sort -t. -k1,1n -k2,2n -k3,3n | head -n 1)
dir=$(mktemp -d) || exit 1
pids=
trap 'trap "" HUP INT PIPE TERM; rm -rf "$dir"; kill $pids 2>/dev/null' EXIT
trap 'exit 1' HUP INT PIPE TERM
ask() {
  sleep "$delay"
  [ "$oldest" != 7.84.0 ] || exec curl -q --rate ${perHour}/h "$@" ${`${plan.url}#[1-${plan.perWorker}]`}
  n=0
  while [ "$n" -lt ${plan.perWorker} ]; do
    n=$((n + 1))
    sleep ${seconds(plan.periodMs)} &
    curl -q -g "$@" ${plan.url}
    wait
  done
}
stamp() {
  trap 'kill "$$" 2>/dev/null' EXIT
  trap 'exit 1' HUP INT PIPE TERM
  while read -r line; do
    read -r now idle </proc/uptime
    echo "$now $line" || exit 1
  done
}
set -- -s -k -o /dev/null --noproxy '*' --max-time ${seconds(plan.timeoutMs)} ${header} -w ${format}
for delay in ${delays(plan)}; do
  mkfifo "$dir/$delay"
  ask "$@" </dev/null >/dev/null 2>"$dir/$delay" &
  pids="$pids $!"
  stamp <"$dir/$delay" &
  pids="$pids $!"
done
wait`;
}

/** A line of the stream, on the client's clock: milliseconds since it booted. */
export interface ProbeLine {
  /** When the line was written. */
  readonly stampMs: number;
  /** When the request was answered or failed. */
  readonly endedMs: number;
  readonly tookMs: number;
  /** The HTTP status, 0 for none, or whether a connection was made. */
  readonly answer: number | boolean;
}

export function parseProbeLine(line: string): ProbeLine | undefined {
  const [stamp = '', status = '', ...times] = line.trim().split(' ');
  const stampMs = secondsToMs(stamp);
  const [tookMs, totalMs] = times.map(secondsToMs);
  if (stampMs === undefined || tookMs === undefined) return undefined;
  if (/^\d{3}$/.test(status)) return { stampMs, endedMs: stampMs, tookMs, answer: Number(status) };
  if (!/^connects:\d+$/.test(status) || totalMs === undefined) return undefined;
  // curl counts attempts as well, and has no time for those that failed.
  const connected = status !== 'connects:0' && tookMs > 0;
  if (!connected) return { stampMs, endedMs: stampMs, tookMs: totalMs, answer: false };
  return { stampMs, endedMs: stampMs - (totalMs - tookMs), tookMs, answer: true };
}
