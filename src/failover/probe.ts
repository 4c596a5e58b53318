import { Failure } from '../failure.ts';
import { type Command, sh } from '../remote/command.ts';
import { secondsToMs } from './clock.ts';
import { type FailoverOptions, MOST_SECONDS, MOST_WORKERS } from './options.ts';

/**
 * The request stream, as one script on the client. It is an open loop: curl processes take turns, as many as requests can
 * be in flight at once, each starting a request every `periodMs`, which is longer than the time-out. The rate is therefore
 * the same whether requests are answered or not, the number of failed requests reflects the length of an outage, and its
 * end is seen as precisely as its start. A single process that waits for each request would send only four a second
 * during an outage.
 */
export interface ProbePlan {
  readonly url: string;
  readonly workers: number;
  readonly periodMs: number;
  readonly timeoutMs: number;
  /** Requests of each worker, after which the stream ends by itself. */
  readonly perWorker: number;
}

/** Milliseconds between a request's time-out and the next start by the same worker, so that it is never late. */
const SLACK_MS = 20;

/** @throws Failure `inventory` when the client would run too many processes, or for too long. */
export function planProbe(options: FailoverOptions, vip: string, port: number, seconds: number): ProbePlan {
  const { ratePerSecond, requestTimeoutMs } = options;
  const workers = Math.max(1, Math.ceil(((requestTimeoutMs + SLACK_MS) * ratePerSecond) / 1000));
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
  const scheme = port === 443 || port === 8443 ? 'https' : 'http';
  const host = vip.includes(':') ? `[${vip}]` : vip;
  return {
    url: `${scheme}://${host}:${port}${plainPath(options.path)}`,
    workers,
    periodMs,
    timeoutMs: requestTimeoutMs,
    perWorker: Math.ceil((seconds * 1000) / periodMs),
  };
}

/** Escapes a path for curl, which expands brackets and braces; a fragment is never sent. */
function plainPath(path: string): string {
  return path.replace(/#.*$/s, '').replaceAll(/[[\]{}]/g, encodeURIComponent);
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
 * Prints a line `UPTIME STATUS SECONDS` as each request ends. The shell reads /proc/uptime itself: it is monotonic, has a
 * resolution of a hundredth of a second, and needs no process. Each request uses its own connection (`Connection: close`).
 * The number after # is never sent; it only makes curl repeat the request. curl before 7.84 has no --rate and is started
 * for each request. Each curl has its own reader, because curl writes a line in pieces. A reader whose output is closed
 * ends the script, which ends every curl; they would not notice.
 */
export function probeCommand(plan: ProbePlan): Command {
  const format = '%{stderr}%{http_code} %{time_total}\\n';
  const perHour = Math.max(1, Math.round(3_600_000 / plan.periodMs));
  return sh`command -v curl >/dev/null || { echo 'curl is not installed' >&2; exit 127; }
set -- $(curl -q --version)
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
set -- -s -k -o /dev/null --noproxy '*' --max-time ${seconds(plan.timeoutMs)} -H 'Connection: close' -w ${format}
for delay in ${delays(plan)}; do
  mkfifo "$dir/$delay"
  ask "$@" </dev/null >/dev/null 2>"$dir/$delay" &
  pids="$pids $!"
  stamp <"$dir/$delay" &
  pids="$pids $!"
done
wait`;
}

/** A line of the stream, on the client's clock. */
export interface ProbeLine {
  /** Milliseconds since the client booted. */
  readonly stampMs: number;
  readonly status: number;
  readonly tookMs: number;
}

export function parseProbeLine(line: string): ProbeLine | undefined {
  const [stamp = '', status = '', took = ''] = line.trim().split(' ');
  const stampMs = secondsToMs(stamp);
  const tookMs = secondsToMs(took);
  if (stampMs === undefined || tookMs === undefined || !/^\d{3}$/.test(status)) return undefined;
  return { stampMs, tookMs, status: Number(status) };
}
