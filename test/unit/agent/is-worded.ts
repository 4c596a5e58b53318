import { logText } from '../../../src/agent/core/messages/log.ts';
import { mailBody, mailSubject } from '../../../src/agent/core/messages/mail.ts';
import type { Log, Mail } from '../../../src/agent/core/step.ts';

/** Whether the wording of an effect has all its arguments. */
export function isWorded(effect: Log | Mail): boolean {
  const texts = effect.kind === 'log' ? [logText(effect)] : [mailSubject(effect), mailBody(effect)];
  return texts.every((text) => text !== '' && !/undefined|\[object/.test(text));
}
