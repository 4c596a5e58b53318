import type { RequestedServer, VirtualServer } from '../inventory/cluster.ts';
import { includesStatus } from '../inventory/status-set.ts';
import { type Command, lines, sh } from '../remote/command.ts';
import type { Answers } from './check.ts';

/**
 * Seconds for one request and its answer. Enough for an ordinary slow page;
 * keepalived's own checks wait no longer by default (keepalived.conf(5), connect_timeout).
 */
const REQUEST_SECONDS = 5;

/** Seconds after which no more requests to a virtual server are started. */
const ALL_SECONDS = 60;

/** Unanswered requests after which no more are sent: the result is clear by then. */
const FAILURES = 4;

/**
 * Bytes of a page that are read and hashed: enough for a page to name its real server, while 400 requests for
 * pages of any size transfer less than 100 MB.
 */
const PAGE_BYTES = 262_144;

/** Number of real servers to query in parallel. */
const AT_ONCE = 16;

/** Enough requests to reach every real server several times, but no more than a client sends in a second or two. */
export function requestCount(server: VirtualServer): number {
  const turns = server.pool.reduce((sum, { weight }) => sum + (server.lb_algo === 'wrr' ? weight : 1), 0);
  return Math.min(400, Math.max(16, turns * 8));
}

/** Upper bound for the run time of `requestScript`, in milliseconds. */
export function longestWait(server: VirtualServer): number {
  const direct = Math.ceil(server.pool.length / AT_ONCE) * REQUEST_SECONDS;
  return (direct + ALL_SECONDS + REQUEST_SECONDS + 15) * 1000;
}

/** HTTPS on port 443 without certificate checks, because only the path is tested; HTTP on other ports. */
function schemeOf(port: number): string {
  return port === 443 ? 'https' : 'http';
}

/**
 * Requests the page of each real server directly, then of the virtual server, one connection per request. A page never
 * leaves the client: it is cut, hashed, and one line `INDEX EXIT STATUS HASH` says what came of a request, so that
 * neither the size nor the content of a page affects the result. The index of a real server counts
 * from 0; `v` is the virtual server.
 *
 * curl exits with 23 (write error) when the page is longer than the part that is read.
 */
export function requestScript(server: RequestedServer): Command {
  const scheme = schemeOf(server.port);
  // Ignore .curlrc and proxy settings of the client, to test its direct path.
  const options = sh`-q -s -k -g --noproxy ${'*'} -H ${'Connection: close'} --max-time ${REQUEST_SECONDS} -w ${'%{stderr}%{http_code}'}`;
  const direct = server.pool.map(({ address, port }, index) => {
    const ask = sh`ask ${index} -H ${`Host: ${server.vip}`} ${`${scheme}://${address}:${port}/`} &`;
    return (index + 1) % AT_ONCE === 0 ? sh`${ask} wait` : ask;
  });
  return sh`command -v curl >/dev/null || { echo 'curl not found' >&2; exit 127; }
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT PIPE TERM
ask() {
  place=$1
  shift
  hash=$( { curl ${options} "$@" 2>"$dir/$place.status"; echo $? >"$dir/$place.exit"; } | head -c ${PAGE_BYTES} | sha256sum)
  read -r ended <"$dir/$place.exit" || exit
  read -r status <"$dir/$place.status"
  echo "$place $ended $status $\{hash%% *}"
}
${lines(direct)}
wait
read -r now rest </proc/uptime
end=$(($\{now%.*} + ${ALL_SECONDS}))
asked=0
failed=0
while [ $asked -lt ${requestCount(server)} ] && [ $failed -lt ${FAILURES} ] && [ "$\{now%.*}" -lt $end ]; do
  ask v ${`${scheme}://${server.vip}:${server.port}/`}
  asked=$((asked + 1))
  case $ended in 0 | 23) ;; *) failed=$((failed + 1)) ;; esac
  read -r now rest </proc/uptime
done`;
}

/** Parses the output of `requestScript` and identifies the real servers by their pages. */
export function readAnswers(server: VirtualServer, output: string): Answers {
  const all = output.split('\n').flatMap((line) => readAnswer(server, line) ?? []);
  const direct = server.pool.map(({ name }, index) => ({
    name,
    answer: all.find(({ place }) => place === String(index)) ?? NOT_ASKED,
  }));
  const pages = namesByPage(direct);
  const requests = all.filter(({ place }) => place === 'v');
  return {
    service: server.name,
    sequence: requests.map(({ page }) => (page === undefined ? undefined : (pages.get(page) ?? '?'))),
    errors: [...new Set(requests.flatMap(({ error }) => error ?? []))],
    silent: direct.flatMap(({ name, answer: { error } }) => (error === undefined ? [] : [{ name, error }])),
    counted: undefined,
  };
}

/** The result of one request: a page, identified by status and hash, or the reason for its absence. */
interface Answer {
  readonly place: string;
  readonly page: string | undefined;
  readonly error: string | undefined;
}

const NOT_ASKED: Answer = { place: '', page: undefined, error: 'not asked' };

function readAnswer(server: VirtualServer, line: string): Answer | undefined {
  const [, place = '', exit = '', status = '', hash = ''] =
    /^(v|\d{1,5}) (\d{1,3}) (\d{3}) ([0-9a-f]{64})$/.exec(line) ?? [];
  if (place === '') return undefined;
  const error = whyNoAnswer(server, Number(exit), Number(status));
  return error === undefined ? { place, page: `${status} ${hash}`, error } : { place, page: undefined, error };
}

/** Meaning of curl's exit codes (curl(1), EXIT CODES). */
const CURL_EXITS: Readonly<Record<number, string>> = {
  1: 'not an HTTP answer',
  7: 'connection refused or no route',
  8: 'not an HTTP answer',
  18: 'answer truncated',
  28: `no complete answer within ${REQUEST_SECONDS} s`,
  35: 'TLS handshake failed',
  52: 'closed without an answer',
  55: 'connection reset',
  56: 'connection reset',
};

/** Write error: the page is longer than the part that is read. */
const CUT = 23;

function whyNoAnswer({ verify }: VirtualServer, exit: number, status: number): string | undefined {
  if (exit !== 0 && exit !== CUT) return CURL_EXITS[exit] ?? `curl exit code ${exit}`;
  return includesStatus(verify.status_code, status) ? undefined : `HTTP ${status}`;
}

/** Page → name; a page that two real servers share identifies neither. */
function namesByPage(
  direct: readonly { readonly name: string; readonly answer: Answer }[],
): ReadonlyMap<string, string> {
  const pages = direct.map(({ answer }) => answer.page);
  return new Map(
    direct.flatMap(({ name, answer: { page } }) =>
      page === undefined || pages.indexOf(page) !== pages.lastIndexOf(page) ? [] : [[page, name] as const],
    ),
  );
}
