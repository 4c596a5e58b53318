import { type Conversation, failed, passed, secondsText } from './probe.ts';

/** TCP_CHECK: who accepts a connection is well; nothing is said. */
export function tcpConversation({ connect_timeout }: { readonly connect_timeout: number }): Conversation {
  return {
    on: (event) => {
      if (event.kind === 'connected') return passed();
      if (event.kind === 'failed') return failed(event.reason);
      return failed(`no connection within ${secondsText(connect_timeout)}`);
    },
  };
}
