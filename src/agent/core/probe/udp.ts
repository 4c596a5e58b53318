import type { UdpCheck } from '../../../keepalived/model-check.ts';
import { toHex } from '../../../keepalived/text/utf8.ts';
import { type Conversation, type ProbeEvent, type Turn, failed, goOn, passed, secondsText } from './probe.ts';

type UdpChecker = UdpCheck & { readonly connect_timeout: number };

/**
 * UDP_CHECK: sends a datagram. Unless a reply is required, silence is good until the time-out: only an ICMP error, which
 * comes as `failed`, says that nobody is there.
 */
export function udpConversation(checker: UdpChecker): Conversation {
  return {
    on: (event) => {
      if (event.kind === 'failed') return failed(event.reason);
      if (event.kind !== 'connected') return failed(`no connection within ${secondsText(checker.connect_timeout)}`);
      return goOn(
        (next) => hear(checker, next),
        { kind: 'send', bytes: checker.payload },
        { kind: 'deadline', due: event.at + checker.connect_timeout },
      );
    },
  };
}

function hear(checker: UdpChecker, event: ProbeEvent): Turn {
  const required = checker.require_reply !== undefined;
  if (event.kind === 'failed') return failed(event.reason);
  if (event.kind === 'deadline')
    return required ? failed(`no reply within ${secondsText(checker.connect_timeout)}`) : passed();
  if (event.kind !== 'data') return goOn((next) => hear(checker, next));
  const reason = judge(event.bytes, checker);
  return reason === undefined ? passed() : failed(reason);
}

/**
 * Why a reply is not what is required. It may be shorter than what is expected, as long as that begins like it. Where no
 * bytes are asked for, its length is not either: keepalived 2.2.7 looks at both or at none.
 */
function judge(bytes: Uint8Array, { require_reply, min_reply_length, max_reply_length }: UdpCheck): string | undefined {
  if (require_reply === undefined || require_reply === 'any') return undefined;
  if (bytes.length < min_reply_length || bytes.length > max_reply_length)
    return `a reply of ${bytes.length} bytes (${min_reply_length} to ${max_reply_length} expected)`;
  const { expected, mask } = require_reply;
  const length = Math.min(bytes.length, expected.length);
  for (let index = 0; index < length; index += 1) {
    const difference = (bytes[index] ?? 0) ^ (expected[index] ?? 0);
    if ((difference & (mask?.[index] ?? 0xff)) !== 0)
      return `the reply begins with ${toHex(bytes.subarray(0, length))} (${toHex(expected)} expected)`;
  }
  return undefined;
}
