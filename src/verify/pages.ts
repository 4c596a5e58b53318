import type { VirtualServer } from '../inventory/cluster.ts';
import { nameOfPlace } from '../keepalived/ipvs/name.ts';
import { type Command, lines, sh } from '../remote/command.ts';
import { AT_ONCE, directProbes } from './direct.ts';
import { type AskedEndpoint, type Question, requestCount } from './question.ts';

/**
 * Seconds for one request and its answer. Enough for an ordinary slow page;
 * keepalived's own checks wait no longer by default (keepalived.conf(5), connect_timeout).
 */
export const REQUEST_SECONDS = 5;

/** Unanswered requests after which no more are sent: the result is clear by then. */
const FAILURES = 4;

/**
 * Bytes of a page that are read and hashed: enough for a page to name its real server, while 400 requests for
 * pages of any size transfer less than 100 MB.
 */
const PAGE_BYTES = 262_144;

/**
 * Requests the page of each real server directly, then of the virtual server, one connection per request. A page never
 * leaves the client: it is cut, hashed, and one line `PLACE EXIT STATUS HASH` says what came of a request, so that
 * neither the size nor the content of a page affects the result. The place is `MEMBER.ENDPOINT`, both counted from 0;
 * the member `v` is the virtual server. Certificates are not checked, because only the path is tested.
 *
 * curl exits with 23 (write error) when the page is longer than the part that is read.
 */
export function pageScript(question: Question): Command {
  const { server, endpoints } = question;
  // Ignore .curlrc and proxy settings of the client, to test its direct path.
  const options = sh`-q -s -k -g --noproxy ${'*'} -H ${'Connection: close'} --max-time ${REQUEST_SECONDS} -w ${'%{stderr}%{http_code}'}`;
  const direct = directProbes(question).map(({ place, endpoint, address, port }, index) => {
    const ask = sh`ask ${place} ${request(server, endpoint, { address, port })} &`;
    return (index + 1) % AT_ONCE === 0 ? sh`${ask} wait` : ask;
  });
  const asked = endpoints.map((endpoint, index) => {
    const ask = sh`ask ${`v.${index}`} ${request(server, endpoint, { address: endpoint.vip, port: endpoint.port })}`;
    return endpoints.length === 1 ? sh`  ${ask}` : sh`  ${index}) ${ask} ;;`;
  });
  const block = Math.max(1, server.pool.length);
  const choice =
    endpoints.length === 1
      ? lines(asked)
      : sh`  case $((asked / ${block} % ${endpoints.length})) in
${lines(asked)}
  esac`;
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
end=$(($\{now%.*} + ${question.effort.seconds}))
asked=0
failed=0
while [ $asked -lt ${requestCount(question)} ] && [ $failed -lt ${FAILURES} ] && [ "$\{now%.*}" -lt $end ]; do
${choice}
  asked=$((asked + 1))
  case $ended in 0 | 23) ;; *) failed=$((failed + 1)) ;; esac
  read -r now rest </proc/uptime
done`;
}

/** Arguments of curl. A name in a TLS handshake is that of the URL, whatever the Host header says. */
function request(
  { verify }: VirtualServer,
  { vip, request: scheme }: AskedEndpoint,
  to: { readonly address: string; readonly port: number },
): Command {
  const place = nameOfPlace(to);
  if (verify.host === undefined)
    return to.address === vip
      ? sh`${`${scheme}://${place}${verify.path}`}`
      : sh`-H ${`Host: ${vip.includes(':') ? `[${vip}]` : vip}`} ${`${scheme}://${place}${verify.path}`}`;
  return scheme === 'https'
    ? sh`--connect-to ${`::${place}`} ${`https://${verify.host}:${to.port}${verify.path}`}`
    : sh`-H ${`Host: ${verify.host}`} ${`http://${place}${verify.path}`}`;
}
