import { includesStatus } from '../inventory/status-set.ts';
import { nameOfPlace } from '../keepalived/ipvs/name.ts';
import type { Command } from '../remote/command.ts';
import type { Answers } from './check.ts';
import { CONNECT_SECONDS, connectionScript, datagramScript } from './connections.ts';
import { AT_ONCE, directProbes } from './direct.ts';
import { REQUEST_SECONDS, pageScript } from './pages.ts';
import type { Question } from './question.ts';

const SCRIPTS = { page: pageScript, connection: connectionScript, datagram: datagramScript } as const;

/** What the client runs for one question. */
export function requestScript(question: Question): Command {
  return SCRIPTS[question.kind](question);
}

/** Upper bound for the run time of `requestScript`, in milliseconds. */
export function longestWait(question: Question): number {
  const direct = Math.ceil(directProbes(question).length / AT_ONCE) * REQUEST_SECONDS;
  return (direct + question.effort.seconds + REQUEST_SECONDS + 15) * 1000;
}

/** Parses the output of `requestScript` and identifies the real servers by their pages. */
export function readAnswers(question: Question, output: string): Answers {
  const { server, service, kernel, kind, endpoints } = question;
  const all = output.split('\n').flatMap((line) => readAnswer(question, line) ?? []);
  const found = new Map(all.map((answer) => [answer.place, answer]));
  const direct = directProbes(question).map(({ place, member }) => ({
    name: member.name,
    answer: found.get(place) ?? { ...NOT_ASKED, place },
  }));
  const pages = namesByPage(direct);
  const requests = all.filter(({ place }) => place.startsWith('v.'));
  const oneAddress = new Set(endpoints.map(({ vip }) => vip)).size === 1;
  const at = ({ place }: Answer): string => {
    const endpoint = endpoints[endpointOf(place)];
    if (endpoints.length === 1 || endpoint === undefined) return '';
    const { vip: address, port } = endpoint;
    return `${oneAddress ? `port ${port}` : nameOfPlace({ address, port })}: `;
  };
  return {
    service,
    server: server.name,
    kernel,
    kind,
    sequence: requests.map(({ place, page }) =>
      page === undefined ? undefined : (pages.get(`${endpointOf(place)} ${page}`) ?? '?'),
    ),
    errors: distinct(requests.flatMap((one) => (one.error === undefined ? [] : [`${at(one)}${one.error}`]))),
    silent:
      kind === 'datagram'
        ? []
        : direct.flatMap(({ name, answer }) =>
            answer.error === undefined ? [] : [{ name, error: `${at(answer)}${answer.error}` }],
          ),
    counted: undefined,
  };
}

/** The result of one request: a page, identified by status and hash, or the reason for its absence. */
interface Answer {
  readonly place: string;
  /** Empty where there is no page to identify. */
  readonly page: string | undefined;
  readonly error: string | undefined;
}

const NOT_ASKED = { page: undefined, error: 'not asked' };

function readAnswer(question: Question, line: string): Answer | undefined {
  if (question.kind !== 'page') return readConnection(question, line);
  const [, place = '', exit = '', status = '', hash = ''] =
    /^((?:v|\d{1,5})\.\d{1,2}) (\d{1,3}) (\d{3}) ([0-9a-f]{64})$/.exec(line) ?? [];
  if (place === '') return undefined;
  const error = whyNoPage(question, Number(exit), Number(status));
  return { place, page: error === undefined ? `${status} ${hash}` : undefined, error };
}

/** curl has connected, whatever it made of the answer; 0 when it was not able to. */
function readConnection({ kind }: Question, line: string): Answer | undefined {
  const [, place = '', exit = '', made = ''] = /^((?:v|\d{1,5})\.\d{1,2}) (\d{1,3}) (\d?)$/.exec(line) ?? [];
  if (place === '') return undefined;
  if (kind === 'datagram') return exit === '0' ? { place, page: '', error: undefined } : { place, ...NOT_SENT };
  if (Number(made) > 0) return { place, page: '', error: undefined };
  const timeOut = exit === '28' ? `no connection within ${CONNECT_SECONDS} s` : undefined;
  return { place, page: undefined, error: timeOut ?? CURL_EXITS[Number(exit)] ?? `curl exit code ${exit}` };
}

const NOT_SENT = { page: undefined, error: 'the client cannot send to it' };

/** Meaning of curl's exit codes (curl(1), EXIT CODES). */
const CURL_EXITS: Readonly<Record<number, string>> = {
  1: 'not an HTTP answer',
  3: 'no URL: check verify.path and verify.host',
  6: 'verify.host is no host name',
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

function whyNoPage({ server: { verify } }: Question, exit: number, status: number): string | undefined {
  if (exit !== 0 && exit !== CUT) return CURL_EXITS[exit] ?? `curl exit code ${exit}`;
  return includesStatus(verify.status_code, status) ? undefined : `HTTP ${status}`;
}

/** `v.1` → 1 */
function endpointOf(place: string): number {
  return Number(place.slice(place.indexOf('.') + 1));
}

/** Endpoint and page → name; a page that two real servers share identifies neither. */
function namesByPage(
  direct: readonly { readonly name: string; readonly answer: Answer }[],
): ReadonlyMap<string, string> {
  const names = new Map<string, string | undefined>();
  for (const { name, answer } of direct) {
    if (answer.page === undefined || answer.page === '') continue;
    const key = `${endpointOf(answer.place)} ${answer.page}`;
    names.set(key, names.has(key) ? undefined : name);
  }
  return new Map([...names].flatMap(([key, name]) => (name === undefined ? [] : [[key, name] as const])));
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
