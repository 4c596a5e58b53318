import { familyOf } from '../../../keepalived/text/address.ts';
import { concat, u32be } from '../bytes/write.ts';
import { failed, goOn, passed, secondsText, type Turn } from './outcome.ts';
import { echoRequest, isEchoReply, type Echo } from './ping-message.ts';
import type { Conversation, ProbeEvent } from './probe.ts';

interface PingChecker {
  readonly connect_ip: string;
  readonly connect_timeout: number;
}

/**
 * PING_CHECK: one echo request over a raw socket, which hears the replies to everybody's.
 * @param random what the reply must repeat
 */
export function pingConversation(checker: PingChecker, random: number): Conversation {
  const echo: Echo = {
    family: familyOf(checker.connect_ip),
    id: random & 0xffff,
    sequence: 1,
    payload: concat([u32be(random), u32be(random ^ 0x5a5a5a5a)]),
  };
  return {
    on: (event) => {
      if (event.kind === 'failed') return failed(event.reason);
      if (event.kind !== 'connected') return failed(`no connection within ${secondsText(checker.connect_timeout)}`);
      return goOn(
        (next) => hear(checker, echo, next),
        { kind: 'send', bytes: echoRequest(echo) },
        { kind: 'deadline', due: event.at + checker.connect_timeout },
      );
    },
  };
}

function hear(checker: PingChecker, echo: Echo, event: ProbeEvent): Turn {
  if (event.kind === 'failed') return failed(event.reason);
  if (event.kind === 'deadline') return failed(`no echo within ${secondsText(checker.connect_timeout)}`);
  if (event.kind === 'data' && isEchoReply(event.bytes, echo)) return passed();
  return goOn((next) => hear(checker, echo, next));
}
