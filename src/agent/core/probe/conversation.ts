import type { Checker } from '../../../keepalived/model/check.ts';
import { dnsConversation } from './dns.ts';
import { httpConversation } from './http.ts';
import { pingConversation } from './ping.ts';
import type { Conversation } from './probe.ts';
import { smtpConversation } from './smtp.ts';
import { tcpConversation } from './tcp.ts';
import { udpConversation } from './udp.ts';

/** Checkers that talk to a real server over a socket. */
export type SocketChecker = Exclude<Checker, { readonly kind: 'MISC_CHECK' | 'FILE_CHECK' }>;

export interface ConversationOptions {
  /** 32 random bits, fresh for every probe, so that replies cannot be forged without seeing the request. */
  readonly random: number;
}

/** The conversation of a checker with its real server, starting when the shell connects to `connect_ip`. */
export function conversation(checker: SocketChecker, { random }: ConversationOptions): Conversation {
  switch (checker.kind) {
    case 'TCP_CHECK':
      return tcpConversation(checker);
    case 'HTTP_GET':
    case 'SSL_GET':
      return httpConversation(checker);
    case 'SMTP_CHECK':
      return smtpConversation(checker);
    case 'DNS_CHECK':
      return dnsConversation(checker, random);
    case 'UDP_CHECK':
      return udpConversation(checker);
    case 'PING_CHECK':
      return pingConversation(checker, random);
  }
}
