import { canonicalAddress, familyOf } from '../../../keepalived/text/address.ts';
import { decodeUtf8 } from '../../../keepalived/text/utf8.ts';
import { dnsAnswer, dnsQuery } from '../../core/probe/dns.ts';
import { type Conversation, failed, proceed, passed } from '../../core/probe/probe.ts';
import { placeAt } from '../check/place.ts';
import { type Talk, talk } from '../check/talk.ts';
import type { TalkTools } from '../check/talk-tools.ts';
import { readFile } from '../sys/files.ts';
import type { Sys } from '../sys/sys.ts';
import { firstAddress } from './dns-records.ts';
import { candidates, findInHosts, parseResolvConf } from './name-files.ts';

const DNS_PORT = 53;
const ANSWER_MS = 2000;

export interface ResolveTools extends TalkTools {
  /** 32 random bits per query. */
  readonly random: () => number;
}

export type Resolved = { readonly address: string } | { readonly reason: string };

/**
 * Resolves a name through /etc/hosts and the servers of /etc/resolv.conf, preferring IPv4. `done` is called once unless
 * it is abandoned, and never from within this call.
 */
export function resolveName(
  tools: ResolveTools,
  name: string,
  done: (resolved: Resolved) => void,
  dnsPort = DNS_PORT,
): Talk {
  const local = canonicalAddress(name) ?? findInHosts(textOf(tools.sys, '/etc/hosts'), name);
  if (local !== undefined) {
    const timer = tools.loop.at(tools.loop.now(), () => done({ address: local }));
    return { abandon: () => timer.cancel() };
  }
  const { servers, search } = parseResolvConf(textOf(tools.sys, '/etc/resolv.conf'));
  const questions = candidates(name, search).flatMap((host) => [
    { host, type: 'A' },
    { host, type: 'AAAA' },
  ]);
  let current: Talk | undefined;
  let reason = `${name} has no address`;

  /** A server that does not answer is skipped; one without an address is queried for the next name. */
  const ask = (server: number, question: number): void => {
    const address = servers[server];
    const asked = questions[question];
    if (address === undefined || asked === undefined) {
      done({ reason });
      return;
    }
    let found: string | undefined;
    const conversation = addressQuestion(asked.host, asked.type, tools.random(), (first) => {
      found = first;
    });
    const place = placeAt({ transport: 'udp', family: familyOf(address), address, port: dnsPort, timeout: ANSWER_MS });
    current = talk(tools, place, conversation, (result) => {
      if (found !== undefined) done({ address: found });
      else if (result.passed) ask(server, question + 1);
      else {
        reason = `name server ${address} failed to resolve ${name}: ${result.reason}`;
        ask(server + 1, question);
      }
    });
  };
  ask(0, 0);
  return { abandon: () => current?.abandon() };
}

/** Passes if the server answers, with or without an address. */
function addressQuestion(
  host: string,
  type: string,
  random: number,
  found: (address: string | undefined) => void,
): Conversation {
  const id = random & 0xffff;
  const query = dnsQuery(id, host, type);
  const receive: Conversation['on'] = (event) => {
    if (event.kind === 'failed') return failed(event.reason);
    if (event.kind !== 'data') return failed(`no answer within ${ANSWER_MS / 1000} s`);
    const answer = dnsAnswer(event.bytes, id);
    if (answer === undefined) return proceed(receive);
    if (answer.rcode !== 'NOERROR' && answer.rcode !== 'NXDOMAIN') return failed(answer.rcode);
    found(firstAddress(event.bytes));
    return passed();
  };
  return {
    on: (event) => {
      if (event.kind !== 'connected') return receive(event);
      if (query === undefined) return passed();
      return proceed(receive, { kind: 'send', bytes: query }, { kind: 'deadline', due: event.at + ANSWER_MS });
    },
  };
}

function textOf(sys: Sys, path: string): string {
  const bytes = readFile(sys, path);
  return typeof bytes === 'number' ? '' : decodeUtf8(bytes);
}
