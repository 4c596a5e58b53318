import { type Conversation, failed, passed, formatSeconds } from './probe.ts';

/** TCP_CHECK: passes once the connection is established. */
export function tcpConversation({ connect_timeout }: { readonly connect_timeout: number }): Conversation {
  return {
    on: (event) => {
      if (event.kind === 'connected') return passed();
      if (event.kind === 'failed') return failed(event.reason);
      return failed(`no connection within ${formatSeconds(connect_timeout)}`);
    },
  };
}
