import type { PoolMember, VirtualServer } from '../inventory/cluster.ts';
import { type Command, sh } from '../remote/command.ts';
import type { Answers } from './check.ts';

const END = '@lvsctl:answer ';
const FROM = '@lvsctl:from ';

/** Seconds a single request may take. */
const PATIENCE = 3;

/** Enough requests to see every real server several times, and never more than a client would send in a second or two. */
export function requestCount(server: VirtualServer): number {
  const turns = server.pool.reduce((sum, { weight }) => sum + (server.lb_algo === 'wrr' ? weight : 1), 0);
  return Math.min(400, Math.max(16, turns * 8));
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
  const options = sh`-s -S -k --globoff --max-time ${PATIENCE} -H ${`Host: ${server.vip}`} -H ${'Connection: close'} -w ${`\\n${END}%{http_code} %{errormsg}\\n`}`;
  const direct = server.pool.map(
    ({ name, address, port }) => sh`echo ${FROM + name}
curl ${options} ${`${scheme}://${address}:${port}/`}`,
  );
  const counted = sh`curl -s -S -k --max-time ${PATIENCE} -H ${'Connection: close'} -w ${`\\n${END}%{http_code} %{errormsg}\\n`} ${`${scheme}://${server.vip}:${server.port}/#[1-${requestCount(server)}]`}`;
  return sh`command -v curl >/dev/null || { echo 'there is no curl' >&2; exit 127; }
exec 2>/dev/null
${direct.reduce(
  (all, one) => sh`${all}
${one}`,
)}
echo ${FROM}
${counted}
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
    pages.push({ page: code === '000' ? undefined : `${code}\n${body.join('\n')}`, error: error.join(' ').trim() });
    body = [];
  }
  return pages;
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
