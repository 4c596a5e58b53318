import { type Command, sh } from '../remote/command.ts';
import { secondsToMs } from './clock.ts';
import { Failure } from '../failure.ts';
import { type FailoverOptions, MOST_SECONDS, MOST_WORKERS } from './options.ts';

/**
 * The stream of requests, as one script on the client. It is an open loop: as many curl processes as requests can be
 * under way at once take turns, each starting one every `periodMs`, and a period is longer than the time-out. So the
 * rate is the same whether requests are answered or not, an outage shows as a number of failed requests that means
 * something, and the end of an outage is seen as finely as its beginning. One process that waits for each request
 * would look only four times a second while nothing answers.
 */
export interface ProbePlan {
  readonly url: string;
  readonly workers: number;
  readonly periodMs: number;
  readonly timeoutMs: number;
  /** Requests of each worker: the stream ends by itself after this many. */
  readonly perWorker: number;
}

/** milliseconds between a request's time-out and the next start of the same worker, so that it is never late */
const SLACK_MS = 20;

/** @throws Failure `inventory` when the client would have to run too many processes, or for too long. */
export function planProbe(options: FailoverOptions, vip: string, port: number, seconds: number): ProbePlan {
  const { ratePerSecond, requestTimeoutMs } = options;
  const workers = Math.max(1, Math.ceil(((requestTimeoutMs + SLACK_MS) * ratePerSecond) / 1000));
  if (!(workers <= MOST_WORKERS))
    throw new Failure(
      'inventory',
      `The client would run ${workers} curl processes, and ${MOST_WORKERS} is the most: ${ratePerSecond} requests per second with a time-out of ${requestTimeoutMs} ms need that many.`,
      { hint: 'Use a lower --rate.' },
    );
  if (!(seconds <= MOST_SECONDS))
    throw new Failure(
      'inventory',
      `The test could take ${seconds} s, and ${MOST_SECONDS} s is the most: the intervals of the checks, of VRRP and of the cut cable add up to that.`,
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

/** A path that curl takes literally: it would expand brackets and braces, and a fragment is never sent. */
function plainPath(path: string): string {
  return path.replace(/#.*$/s, '').replaceAll(/[[\]{}]/g, encodeURIComponent);
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

/**
 * When each worker starts, in milliseconds. To start a process costs far more than a request, so they are not started
 * at the pace of the requests but in steps of half a period and half a place: their places within the period are
 * still spread evenly.
 */
function delays({ workers, periodMs }: ProbePlan): readonly string[] {
  return Array.from({ length: workers }, (_, index) => seconds((index * (periodMs + periodMs / workers)) / 2));
}

/**
 * Prints a line `UPTIME STATUS SECONDS` as each request ends. The time is read from /proc/uptime by the shell itself:
 * it is the client's own, never set back, known to a hundredth of a second, and costs no process. Each request has a
 * connection of its own (the server is asked to close it). The number behind # is never sent; it only makes curl
 * repeat the request. curl before 7.84 cannot pace itself and is started anew for each request.
 * Each curl has a reader of its own, because curl writes a line in pieces. When one reader finds that nobody listens
 * any more, it ends the script, and that ends every curl, which would not notice.
 */
export function probeCommand(plan: ProbePlan): Command {
  const format = '%{stderr}%{http_code} %{time_total}\\n';
  const perHour = Math.max(1, Math.round(3_600_000 / plan.periodMs));
  return sh`command -v curl >/dev/null || { echo 'there is no curl' >&2; exit 127; }
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

/** One line of the stream, on the client's clock; undefined for a line that says something else. */
export interface ProbeLine {
  /** milliseconds since the client booted */
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
