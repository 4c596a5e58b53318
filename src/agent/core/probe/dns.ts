import { dnsAnswer, dnsQuery } from './dns-message.ts';
import { failed, goOn, passed, secondsText, type Turn } from './outcome.ts';
import type { Conversation, ProbeEvent } from './probe.ts';

interface DnsChecker {
  readonly connect_timeout: number;
  readonly type: string;
  readonly name: string;
}

/**
 * DNS_CHECK: asks for a name over UDP. As with keepalived an answer without error passes, whether it holds a record or
 * not; what is no answer to the question is not listened to.
 * @param random its low 16 bits become the query's id
 */
export function dnsConversation(checker: DnsChecker, random: number): Conversation {
  const id = random & 0xffff;
  return {
    on: (event) => {
      if (event.kind === 'failed') return failed(event.reason);
      if (event.kind !== 'connected') return failed(`no connection within ${secondsText(checker.connect_timeout)}`);
      const query = dnsQuery(id, checker.name, checker.type);
      if (query === undefined) return failed(`${checker.name} ${checker.type} cannot be asked for`);
      return goOn(
        (next) => hear(checker, id, next),
        { kind: 'send', bytes: query },
        { kind: 'deadline', due: event.at + checker.connect_timeout },
      );
    },
  };
}

function hear(checker: DnsChecker, id: number, event: ProbeEvent): Turn {
  const { name, type, connect_timeout } = checker;
  if (event.kind === 'failed') return failed(event.reason);
  if (event.kind === 'deadline') return failed(`no answer within ${secondsText(connect_timeout)}`);
  const answer = event.kind === 'data' ? dnsAnswer(event.bytes, id) : undefined;
  if (answer === undefined) return goOn((next) => hear(checker, id, next));
  return answer.rcode === 'NOERROR' ? passed() : failed(`${answer.rcode} for ${name} ${type}`);
}
