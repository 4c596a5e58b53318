import { passed } from './outcome.ts';
import type { Conversation } from './probe.ts';
import { say, smtpDialog, unwanted } from './smtp-dialog.ts';

/** SMTP_CHECK: 220, HELO, 250, QUIT; what the server says to QUIT is not asked, but it must say something. */
export function smtpConversation(checker: {
  readonly connect_timeout: number;
  readonly helo_name: string;
}): Conversation {
  return smtpDialog(checker.connect_timeout, (greeting) => {
    if (greeting.code !== 220) return unwanted('the connection', greeting, 220);
    return say(`HELO ${checker.helo_name}`, (reply) => {
      if (reply.code !== 250) return unwanted('HELO', reply, 250);
      return say('QUIT', () => ({ kind: 'over', turn: passed() }));
    });
  });
}
