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
  /** 32 random bits for each question. */
  readonly random: () => number;
}

export type Resolved = { readonly address: string } | { readonly reason: string };

/**
 * The address of a name: itself, or as /etc/hosts or a server of /etc/resolv.conf has it, IPv4 first. `done` is called
 * once unless it is abandoned, and never from within this call.
 */
export function resolveName(
  tools: ResolveTools,
  name: string,
  done: (resolved: Resolved) => void,
  dnsPort = DNS_PORT,
): Talk {
  const known = canonicalAddress(name) ?? findInHosts(textOf(tools.sys, '/etc/hosts'), name);
  if (known !== undefined) {
    const told = tools.loop.at(tools.loop.now(), () => done({ address: known }));
    return { abandon: () => told.cancel() };
  }
  const { servers, search } = parseResolvConf(textOf(tools.sys, '/etc/resolv.conf'));
  const questions = candidates(name, search).flatMap((host) => [
    { host, type: 'A' },
    { host, type: 'AAAA' },
  ]);
  let current: Talk | undefined;
  let reason = `${name} has no address`;

  /** A server that gives no answer is not asked again; one that knows no address is asked for the next name. */
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
        reason = `the name server ${address} did not tell the address of ${name}: ${result.reason}`;
        ask(server + 1, question);
      }
    });
  };
  ask(0, 0);
  return { abandon: () => current?.abandon() };
}

/** Passes when the server answered, with an address or without one. */
function addressQuestion(
  host: string,
  type: string,
  random: number,
  found: (address: string | undefined) => void,
): Conversation {
  const id = random & 0xffff;
  const query = dnsQuery(id, host, type);
  const hear: Conversation['on'] = (event) => {
    if (event.kind === 'failed') return failed(event.reason);
    if (event.kind !== 'data') return failed(`no answer within ${ANSWER_MS / 1000} s`);
    const answer = dnsAnswer(event.bytes, id);
    if (answer === undefined) return proceed(hear);
    if (answer.rcode !== 'NOERROR' && answer.rcode !== 'NXDOMAIN') return failed(answer.rcode);
    found(firstAddress(event.bytes));
    return passed();
  };
  return {
    on: (event) => {
      if (event.kind !== 'connected') return hear(event);
      if (query === undefined) return passed();
      return proceed(hear, { kind: 'send', bytes: query }, { kind: 'deadline', due: event.at + ANSWER_MS });
    },
  };
}

function textOf(sys: Sys, path: string): string {
  const bytes = readFile(sys, path);
  return typeof bytes === 'number' ? '' : decodeUtf8(bytes);
}
