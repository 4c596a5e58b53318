import type { VirtualServer } from '../inventory/cluster.ts';
import { includesStatus } from '../inventory/status-set.ts';
import { type Command, lines, sh } from '../remote/command.ts';
import type { Answers } from './check.ts';

/**
 * Seconds that one request may take, its answer included. An ordinary page that is slow to make still comes within it,
 * and keepalived's own checks wait no longer by default (keepalived.conf(5), connect_timeout).
 */
const REQUEST_SECONDS = 5;

/** Seconds after which no further request to a virtual server begins. */
const ALL_SECONDS = 60;

/** Unanswered requests after which the virtual server is not asked again: more of them would prove nothing new. */
const FAILURES = 4;

/**
 * Bytes of a page that are read and hashed. A page that names its real server does so within them, and 400 requests for
 * pages of any size stay below 100 MB.
 */
const PAGE_BYTES = 262_144;

/** Real servers that are asked at the same time. */
const AT_ONCE = 16;

/** Enough requests to see every real server several times, and never more than a client would send in a second or two. */
export function requestCount(server: VirtualServer): number {
  const turns = server.pool.reduce((sum, { weight }) => sum + (server.lb_algo === 'wrr' ? weight : 1), 0);
  return Math.min(400, Math.max(16, turns * 8));
}

/** Milliseconds after which `requestScript` has ended, whatever the servers do. */
export function longestWait(server: VirtualServer): number {
  const direct = Math.ceil(server.pool.length / AT_ONCE) * REQUEST_SECONDS;
  return (direct + ALL_SECONDS + REQUEST_SECONDS + 15) * 1000;
}

/** http but for port 443, where a certificate is not looked at: it is the path that is proven here. */
function schemeOf(port: number): string {
  return port === 443 ? 'https' : 'http';
}

/**
 * Asks each real server directly, to learn its page, then the virtual server, one connection per request. A page never
 * leaves the client: it is cut, hashed, and one line `INDEX EXIT STATUS HASH` says what came of a request, so that
 * neither the size of a page nor anything that stands in it can disturb the proof. The index of a real server counts
 * from 0; `v` is the virtual server.
 *
 * curl ends with 23 (it cannot write) when the page is longer than what is read of it.
 */
export function requestScript(server: VirtualServer): Command {
  const scheme = schemeOf(server.port);
  // Neither a .curlrc nor a proxy of the client's environment: the path is the client's own.
  const options = sh`-q -s -k -g --noproxy ${'*'} -H ${'Connection: close'} --max-time ${REQUEST_SECONDS} -w ${'%{stderr}%{http_code}'}`;
  const direct = server.pool.map(({ address, port }, index) => {
    const ask = sh`ask ${index} -H ${`Host: ${server.vip}`} ${`${scheme}://${address}:${port}/`} &`;
    return (index + 1) % AT_ONCE === 0 ? sh`${ask} wait` : ask;
  });
  return sh`command -v curl >/dev/null || { echo 'there is no curl' >&2; exit 127; }
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

/** Reads what `requestScript` printed, and tells the real servers apart by the pages they gave when asked directly. */
export function readAnswers(server: VirtualServer, output: string): Answers {
  const all = output.split('\n').flatMap((line) => readAnswer(server, line) ?? []);
  const direct = server.pool.map(({ name }, index) => ({
    name,
    answer: all.find(({ place }) => place === String(index)) ?? NOT_ASKED,
  }));
  const pages = namesByPage(direct);
  const requests = all.filter(({ place }) => place === 'v');
  return {
    service: `${server.vip}:${server.port}`,
    sequence: requests.map(({ page }) => (page === undefined ? undefined : (pages.get(page) ?? '?'))),
    errors: [...new Set(requests.flatMap(({ error }) => error ?? []))],
    silent: direct.flatMap(({ name, answer: { error } }) => (error === undefined ? [] : [{ name, error }])),
    counted: undefined,
  };
}

/** One request: a page, known by status and hash, or why there is none. */
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

/** What curl's exit codes mean for the request (curl(1), EXIT CODES). */
const CURL_EXITS: Readonly<Record<number, string>> = {
  1: 'not an HTTP answer',
  7: 'connection refused, or no route',
  8: 'not an HTTP answer',
  18: 'the answer breaks off',
  28: `no whole answer within ${REQUEST_SECONDS} s`,
  35: 'TLS handshake failed',
  52: 'closed without an answer',
  55: 'connection reset',
  56: 'connection reset',
};

/** curl cannot write: the page is longer than what is read of it. */
const CUT = 23;

function whyNoAnswer({ verify }: VirtualServer, exit: number, status: number): string | undefined {
  if (exit !== 0 && exit !== CUT) return CURL_EXITS[exit] ?? `curl ends with ${exit}`;
  return includesStatus(verify.status_code, status) ? undefined : `HTTP ${status}`;
}

/** Page → name; a page that two real servers give names none of them. */
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
