import { Failure, type FailureCode } from '../failure.ts';
import { cut } from '../text/cut.ts';
import { printable } from '../text/printable.ts';
import type { SshAccess } from './access.ts';

interface Meaning {
  readonly pattern: RegExp;
  readonly code: FailureCode;
  readonly hint: string;
  readonly retryable?: boolean;
}

/** What messages of ssh mean, the first match wins. */
const MEANINGS: readonly Meaning[] = [
  {
    pattern: /host key verification failed|remote host identification has changed|host key is known for/i,
    code: 'host-key',
    hint: 'Record the key of a new host with `lvsctl hosts trust`, or with ssh itself.',
  },
  {
    pattern: /permission denied|too many authentication failures|no more authentication methods/i,
    code: 'auth',
    hint: 'Run `ssh` to the host by hand: it must log in without asking. Keys with a passphrase belong into an ssh agent.',
  },
  {
    pattern: /no matching .* found|unsupported|bad configuration option|terminating, \d+ bad/i,
    code: 'unsupported',
    hint: 'See the message of ssh, and ssh_config(5).',
  },
];

/** Why the connection of the system's ssh did not come about, in its own words. */
export function openSshFailure(host: string, access: SshAccess, said: string): Failure {
  const meaning = MEANINGS.find(({ pattern }) => pattern.test(said));
  const lines = said.split('\n').map((line) => line.trim());
  // The last line may only say that the connection was closed.
  const significant =
    lines.findLast((line) => meaning?.pattern.test(line) === true) ?? lines.findLast((line) => line !== '');
  const words = cut(printable(significant ?? 'it ended without a message'), 400);
  return new Failure(
    meaning?.code ?? 'unreachable',
    `${host}: ssh cannot connect to ${access.host}:${access.port}: ${words}`,
    {
      host,
      hint: meaning?.hint ?? 'Check that the host is up, and run `ssh` to it by hand.',
      stderr: said,
      retryable: meaning === undefined,
    },
  );
}
