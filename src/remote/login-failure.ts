import { Failure } from '../failure.ts';
import type { SshAccess } from '../inventory/cluster.ts';
import { type Credentials, describe } from './credentials.ts';
import type { Trouble } from './login.ts';

/** What node calls the ways in which a TCP connection fails, in words. */
const DIAL: Readonly<Record<string, { readonly what: string; readonly hint: string }>> = {
  ECONNREFUSED: { what: 'refused the connection', hint: 'Is sshd running there, and is this its port?' },
  EHOSTUNREACH: { what: 'cannot be reached: no route to the host', hint: 'Is the host up, and on this network?' },
  ENETUNREACH: {
    what: 'cannot be reached: no route to its network',
    hint: 'Is the address right, and this machine on the network?',
  },
  ETIMEDOUT: { what: 'does not answer', hint: 'Is the host up, and does a firewall let its port through?' },
  ECONNRESET: { what: 'closed the connection during the handshake', hint: '' },
};

const BUSY =
  'sshd does that when too many log in at once (MaxStartups) or when it has locked this address out: ' +
  'wait a little, use fewer --forks, or look into its log.';

/** Whether sshd, or the proxy, just hung up before it had said anything; it does so when many come at once. */
export function isHungUp(trouble: Trouble): boolean {
  if (trouble.phase !== 'handshake') return false;
  if (trouble.because === 'closed') return true;
  const { error } = trouble;
  return (
    error !== undefined && (codeOf(error) === 'ECONNRESET' || error.message === 'Connection lost before handshake')
  );
}

function codeOf(error: Error): string | undefined {
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Puts a login that failed into one sentence: what happened, where, and as a hint what to do. */
export function loginFailure(trouble: Trouble, host: string, access: SshAccess, credentials: Credentials): Failure {
  const place = `${access.host}:${access.port}`;
  const seconds = `${access.connectTimeoutSeconds} s`;
  const { error, phase } = trouble;
  const cause = error === undefined ? {} : { cause: error };

  if (trouble.because === 'aborted') return new Failure('interrupted', `${host}: the login was interrupted`, { host });
  if (phase === 'login') return refused(trouble, host, access, credentials, seconds);
  if (access.proxyCommand !== undefined && (trouble.proxy !== undefined || isHungUp(trouble))) {
    const words = trouble.proxy ?? 'it closed the connection without a word';
    return new Failure('unreachable', `${host}: the proxy command to ${place} failed: ${words}`, {
      host,
      hint: `The command is \`${access.proxyCommand}\`.`,
      retryable: true,
      ...cause,
    });
  }
  if (trouble.because === 'timeout') {
    return phase === 'dial'
      ? new Failure('unreachable', `${host}: ${place} did not answer within ${seconds}`, {
          host,
          hint: DIAL['ETIMEDOUT']?.hint ?? '',
          retryable: true,
        })
      : new Failure(
          'timeout',
          `${host}: ${place} took the connection, but the SSH handshake was not done within ${seconds}`,
          {
            host,
            hint: 'The host is overloaded, or what listens on that port is not sshd.',
            retryable: true,
          },
        );
  }
  if (isHungUp(trouble)) {
    const what = `${host}: ${place} closed the connection during the handshake, every time`;
    return new Failure('unreachable', what, { host, hint: BUSY, retryable: true, ...cause });
  }
  const code = error === undefined ? undefined : codeOf(error);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new Failure('unreachable', `${host}: the name ${access.host} does not resolve (${code})`, {
      host,
      hint: 'Give the host an address in the inventory, or mend the name service.',
      retryable: code === 'EAI_AGAIN',
      ...cause,
    });
  }
  const known = code === undefined ? undefined : DIAL[code];
  if (known !== undefined) {
    return new Failure('unreachable', `${host}: ${place} ${known.what}`, {
      host,
      hint: known.hint,
      retryable: true,
      ...cause,
    });
  }
  const why = error?.message ?? 'it closed the connection';
  return phase === 'handshake'
    ? new Failure('unsupported', `${host}: no SSH connection with ${place} can be agreed on: ${why}`, {
        host,
        hint: 'lvsctl speaks SSH 2 with the algorithms that OpenSSH has had on by default since 6.5.',
        ...cause,
      })
    : new Failure('unreachable', `${host}: ${place} cannot be reached: ${why}`, { host, retryable: true, ...cause });
}

/** The host key was accepted; all that can go wrong now is the login itself. */
function refused(
  trouble: Trouble,
  host: string,
  access: SshAccess,
  credentials: Credentials,
  seconds: string,
): Failure {
  const who = `${access.user} on ${access.host}:${access.port}`;
  const cause = trouble.error === undefined ? {} : { cause: trouble.error };
  if (trouble.because === 'timeout') {
    return new Failure('timeout', `${host}: the login of ${who} was not done within ${seconds}`, {
      host,
      hint: 'A name service or PAM module on the host that does not answer often causes this.',
      retryable: true,
    });
  }
  const complaints = trouble.complaints.map((complaint) => `; ${complaint}`).join('');
  const left = trouble.methodsLeft;
  const takesKeys = left === undefined || left.includes('publickey');
  const ownWords = trouble.because === 'closed' ? 'it closed the connection' : trouble.error?.message;
  const listed = ownWords === undefined || ownWords.startsWith('All configured') ? '' : ` (${ownWords})`;
  return new Failure(
    'auth',
    `${host}: sshd refused the login of ${who}${listed}: ${describe(credentials)}${complaints}`,
    {
      host,
      hint: takesKeys
        ? `Add the public half of one of these keys to ~${access.user}/.ssh/authorized_keys there (ssh-copy-id does), or name the right key or user in the inventory.`
        : `sshd takes no public key there, only ${left.join(', ')}: allow PubkeyAuthentication in its configuration.`,
      ...cause,
    },
  );
}
