import type { PoolMember, VirtualServer } from '../inventory/cluster.ts';
import { type Command, lines, sh } from '../remote/command.ts';
import type { Answers } from './check.ts';

const END = '@lvsctl:answer ';
const FROM = '@lvsctl:from ';

/** Seconds a single request may take, and all of them to one virtual server together. */
const PATIENCE = 3;
const PATIENCE_FOR_ALL = 60;

/** Enough requests to see every real server several times, and never more than a client would send in a second or two. */
export function requestCount(server: VirtualServer): number {
  const turns = server.pool.reduce((sum, { weight }) => sum + (server.lb_algo === 'wrr' ? weight : 1), 0);
  return Math.min(400, Math.max(16, turns * 8));
}

/** Seconds that a request to the virtual server may take: the more there are, the less each, when nobody answers. */
function patience(server: VirtualServer): number {
  return Math.min(PATIENCE, Math.round((PATIENCE_FOR_ALL / requestCount(server)) * 100) / 100);
}

/** Milliseconds after which even a dead cluster has failed to answer every request of `requestScript`. */
export function longestWait(server: VirtualServer): number {
  return (server.pool.length * PATIENCE + PATIENCE_FOR_ALL + 15) * 1000;
}

/** http but for port 443, where a certificate is not looked at: it is the path that is proven here. */
function schemeOf(port: number): string {
  return port === 443 ? 'https' : 'http';
}

/**
 * Asks each real server directly, to learn its page, then the virtual server, one connection per request. One curl
 * makes all requests to the virtual server: the counter is in the URL's fragment, which is never sent.
 */
export function requestScript(server: VirtualServer): Command {
  const scheme = schemeOf(server.port);
  // Neither a .curlrc nor a proxy of the client's environment: the path is the client's own.
  const options = sh`-q -s -S -k --noproxy ${'*'} -H ${'Connection: close'} -w ${`\\n${END}%{http_code} %{errormsg}\\n`}`;
  const direct = server.pool.map(
    ({ name, address, port }) => sh`echo ${FROM + name}
curl ${options} --max-time ${PATIENCE} -H ${`Host: ${server.vip}`} ${`${scheme}://${address}:${port}/`}`,
  );
  return sh`command -v curl >/dev/null || { echo 'there is no curl' >&2; exit 127; }
exec 2>/dev/null
${lines(direct)}
echo ${FROM}
curl ${options} --max-time ${patience(server)} ${`${scheme}://${server.vip}:${server.port}/#[1-${requestCount(server)}]`}
exit 0`;
}

/** Reads what `requestScript` printed, and tells the real servers apart by the pages they gave when asked directly. */
export function readAnswers(server: VirtualServer, output: string): Answers {
  const parts = output.split(new RegExp(`^${FROM}`, 'm')).slice(1);
  const pages = parts.map((part) => {
    const line = part.indexOf('\n');
    return { from: part.slice(0, line).trim(), answers: readPages(part.slice(line + 1)) };
  });
  const direct = pages.filter(({ from }) => from !== '');
  const known = namedBy(direct.map(({ from, answers }) => [from, answers[0]?.page] as const));
  const rotated = pages.find(({ from }) => from === '')?.answers ?? [];
  const missing = Math.max(0, requestCount(server) - rotated.length);
  return {
    service: `${server.vip}:${server.port}`,
    sequence: [
      ...rotated.map(({ page }) => (page === undefined ? undefined : (known.get(page) ?? '?'))),
      ...Array.from({ length: missing }, () => undefined),
    ],
    errors: [...new Set(rotated.flatMap(({ error }) => (error === '' ? [] : [error])))],
    silent: silentOf(server.pool, direct),
    counted: undefined,
  };
}

interface Page {
  /** undefined: no answer */
  readonly page: string | undefined;
  readonly error: string;
}

function readPages(text: string): readonly Page[] {
  const pages: Page[] = [];
  let body: string[] = [];
  for (const line of text.split('\n')) {
    if (!line.startsWith(END)) {
      body.push(line);
      continue;
    }
    const [code = '000', ...error] = line.slice(END.length).split(' ');
    pages.push(pageOf(code, body.join('\n'), error.join(' ').trim()));
    body = [];
  }
  return pages;
}

/** A server that answers that it cannot (RFC 9110 §15.6) has not answered; one that does not know the page has. */
function pageOf(code: string, body: string, error: string): Page {
  if (code === '000') return { page: undefined, error };
  if (code.startsWith('5')) return { page: undefined, error: `HTTP ${code}` };
  return { page: `${code}\n${body}`, error };
}

/** Page → name; a page that two real servers give names none of them. */
function namedBy(direct: readonly (readonly [string, string | undefined])[]): ReadonlyMap<string, string> {
  const named = direct.flatMap(([name, page]) => (page === undefined ? [] : [[page, name] as const]));
  return new Map(named.filter(([page]) => named.filter(([other]) => other === page).length === 1));
}

function silentOf(
  pool: readonly PoolMember[],
  direct: readonly { readonly from: string; readonly answers: readonly Page[] }[],
): readonly string[] {
  return pool
    .map(({ name }) => name)
    .filter((name) => direct.find(({ from }) => from === name)?.answers[0]?.page === undefined);
}
