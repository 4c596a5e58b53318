import type { Checker } from '../conf/model-check.ts';
import type { Conversation } from './probe.ts';
import { tcpConversation } from './tcp.ts';

/** Checkers that talk to a real server over a socket. */
export type SocketChecker = Exclude<Checker, { readonly kind: 'MISC_CHECK' | 'FILE_CHECK' }>;

export interface ConversationOptions {
  /** 32 random bits: what a reply must repeat cannot be guessed by somebody who does not see the question. */
  readonly random: number;
}

/** What a checker says to a real server, from the moment the shell begins to connect to `connect_ip`. */
export function conversation(checker: SocketChecker, _options: ConversationOptions): Conversation {
  switch (checker.kind) {
    case 'TCP_CHECK':
    case 'HTTP_GET':
    case 'SSL_GET':
    case 'SMTP_CHECK':
    case 'DNS_CHECK':
    case 'UDP_CHECK':
    case 'PING_CHECK':
      return tcpConversation(checker);
  }
}
