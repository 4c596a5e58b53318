import type { Cluster } from '../inventory/cluster.ts';
import { nameOfPlace } from '../keepalived/ipvs/name.ts';
import type { Checker } from '../keepalived/model/check.ts';
import { type Command, sh } from '../remote/command.ts';
import { readRendered } from '../render/rendered-conf.ts';
import { wordsOf } from '../text/lines.ts';

/** A page that a health check asks of one real server. */
export interface CheckedPage {
  /** Place of the connection: `192.168.168.102:80`. */
  readonly place: string;
  readonly scheme: 'http' | 'https';
  readonly path: string;
  /** Of the request. */
  readonly host: string;
  /** The digest that keepalived.conf has for it. */
  readonly digest: string | undefined;
}

/** The MD5 sum of the body as keepalived's HTTP_GET sees it, or why there is none. */
export type PageDigest = { readonly digest: string; readonly status: number | undefined } | { readonly error: string };

/**
 * Every page that the health checks of a cluster ask, each once.
 * @param paths instead of those of the checks; then every TCP real server without such a check is asked over HTTP
 */
export function checkedPages(cluster: Cluster, paths: readonly string[] = []): readonly CheckedPage[] {
  const [director] = cluster.directors;
  const servers = director === undefined ? [] : [...readRendered(cluster, director).virtualServers()];
  const pages = servers.flatMap(({ protocol, real_server }) =>
    real_server.flatMap(({ address, port, checkers }) => {
      const own = checkers.flatMap((checker) => pagesOf(checker, paths));
      const place = nameOfPlace({ address, port });
      return own.length > 0 || protocol !== 'TCP'
        ? own
        : paths.map((path) => ({ place, scheme: schemeOf(port), path, host: place, digest: undefined }));
    }),
  );
  return [...new Map(pages.map((page) => [`${page.scheme} ${page.place} ${page.host} ${page.path}`, page])).values()];
}

function schemeOf(port: number): CheckedPage['scheme'] {
  return port === 443 ? 'https' : 'http';
}

function pagesOf(checker: Checker, paths: readonly string[]): readonly CheckedPage[] {
  if (checker.kind !== 'HTTP_GET' && checker.kind !== 'SSL_GET') return [];
  const place = nameOfPlace({ address: checker.connect_ip, port: checker.connect_port });
  const scheme = checker.kind === 'SSL_GET' ? 'https' : 'http';
  const page = (path: string, virtualhost: string | undefined, digest?: string): CheckedPage => ({
    place,
    scheme,
    path,
    host: virtualhost ?? checker.virtualhost ?? place,
    digest: digest?.toLowerCase(),
  });
  return paths.length > 0
    ? paths.map((path) => page(path, undefined))
    : checker.url.map(({ path, virtualhost, digest }) => page(path, virtualhost, digest));
}

/** bytes; keepalived itself reads a page to its end */
const MOST_BYTES = 4 * 1024 * 1024;

/** seconds */
const LONGEST_REQUEST = 10;

/**
 * Asks a page as keepalived does: HTTP/1.0, so that no body comes in chunks, its name, no redirects, any certificate.
 * genhash comes with older keepalived, for hosts without curl.
 */
export function digestScript({ place, scheme, path, host }: CheckedPage): Command {
  const url = `${scheme}://${place}${path}`;
  const [, address = '', port = ''] = /^\[?([^\]]*?)\]?:(\d+)$/.exec(place) ?? [];
  const secure = scheme === 'https' ? ['-S'] : [];
  return sh`if command -v curl >/dev/null; then
{ curl -q -s -S -k -g --path-as-is --noproxy '*' --http1.0 -A KeepAliveClient -H Accept: -H ${`Host: ${host}`} -m ${LONGEST_REQUEST} -w '%{stderr}status %{http_code}\\n' ${url}; echo "exit $?" >&2; } | head -c ${MOST_BYTES} | md5sum
elif command -v genhash >/dev/null; then
timeout ${LONGEST_REQUEST} genhash ${secure} -s ${address} -p ${port} -V ${host} -u ${path}
else
echo 'neither curl nor genhash is installed' >&2
fi`;
}

/** Reads what `digestScript` printed. */
export function readDigest(stdout: string, stderr: string): PageDigest {
  const digest = /\b[0-9a-f]{32}\b/i.exec(stdout)?.[0].toLowerCase();
  const exit = /^exit (\d+)$/m.exec(stderr)?.[1];
  const complaint = stderr.split('\n').find((line) => wordsOf(line).length > 0 && !/^(?:exit|status) \d+$/.test(line));
  if (exit === undefined && digest !== undefined) return { digest, status: undefined };
  if (digest === undefined || exit !== '0') return { error: complaint?.trim() ?? 'no answer' };
  return { digest, status: Number(/^status (\d+)$/m.exec(stderr)?.[1] ?? 0) };
}
