import type { UdpCheck } from '../../../keepalived/model/check.ts';
import { toHex } from '../../../keepalived/text/utf8.ts';
import { type Conversation, type ProbeEvent, type Turn, failed, proceed, passed, formatSeconds } from './probe.ts';

type UdpChecker = UdpCheck & { readonly connect_timeout: number };

/**
 * UDP_CHECK: sends a datagram. Unless a reply is required, silence until the timeout passes; only an ICMP error,
 * reported as `failed`, fails the check.
 */
export function udpConversation(checker: UdpChecker): Conversation {
  return {
    on: (event) => {
      if (event.kind === 'failed') return failed(event.reason);
      if (event.kind !== 'connected') return failed(`no connection within ${formatSeconds(checker.connect_timeout)}`);
      return proceed(
        (next) => receive(checker, next),
        { kind: 'send', bytes: checker.payload },
        { kind: 'deadline', due: event.at + checker.connect_timeout },
      );
    },
  };
}

function receive(checker: UdpChecker, event: ProbeEvent): Turn {
  const required = checker.require_reply !== undefined;
  if (event.kind === 'failed') return failed(event.reason);
  if (event.kind === 'deadline')
    return required ? failed(`no reply within ${formatSeconds(checker.connect_timeout)}`) : passed();
  if (event.kind !== 'data') return proceed((next) => receive(checker, next));
  const reason = judge(event.bytes, checker);
  return reason === undefined ? passed() : failed(reason);
}

/**
 * Why a reply does not match, or undefined. It may be a prefix of the expected bytes. As in keepalived 2.2.7, the
 * length is checked only if the content is.
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
      return `the reply starts with ${toHex(bytes.subarray(0, length))} (${toHex(expected)} expected)`;
  }
  return undefined;
}
