import type { SshAccess } from './access.ts';
import { Failure, type FailureCode, type FailureDetail } from '../failure.ts';
import { authFailure } from './auth-failure.ts';
import type { Credentials } from './credentials.ts';
import type { Trouble } from './login.ts';

const SILENT = 'Is the host up, and does a firewall let its port through?';

/** What node calls the ways in which a TCP connection fails, in words. */
const DIAL: Readonly<Record<string, { readonly what: string; readonly hint: string }>> = {
  ECONNREFUSED: { what: 'refused the connection', hint: 'Is sshd running there, and is this its port?' },
  EHOSTUNREACH: { what: 'cannot be reached: no route to the host', hint: 'Is the host up, and on this network?' },
  ENETUNREACH: {
    what: 'cannot be reached: no route to its network',
    hint: 'Is the address right, and this machine on the network?',
  },
  ETIMEDOUT: { what: 'does not answer', hint: SILENT },
};

const BUSY =
  'sshd does that when too many log in at once (MaxStartups) or when it has locked this address out: ' +
  'wait a little, use fewer --forks, or look into its log.';

/** The command itself is not shown: it may hold a password. */
const PROXY = 'Run the `proxy_command` of the inventory by hand.';

/** ssh2's words for a peer that closed before its greeting */
const LOST = 'Connection lost before handshake';

/** What a proxy says when the host behind it has closed: a jump host's ssh does, and nc just ends. */
const CLOSED_BEHIND = /closed|reset|exit code 0$/i;

function codeOf(error: Error | undefined): string | undefined {
  return error !== undefined && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Whether the peer has gone, as against one that was not understood or took no key. */
function hasGone({ because, error }: Trouble): boolean {
  return because === 'closed' || (because === 'error' && (codeOf(error) !== undefined || error?.message === LOST));
}

/** Whether sshd hung up before it had said anything: it does so when many come at once, and may like the next try. */
export function isHungUp(trouble: Trouble): boolean {
  if (trouble.phase !== 'handshake' || !hasGone(trouble)) return false;
  return trouble.proxy === undefined || CLOSED_BEHIND.test(trouble.proxy);
}

interface Sentence {
  readonly code: FailureCode;
  readonly what: string;
  readonly hint: string;
  readonly retryable?: boolean;
}

/** Puts a login that failed into one sentence: what happened, where, and as a hint what to do. */
export function loginFailure(trouble: Trouble, host: string, access: SshAccess, credentials: Credentials): Failure {
  const refused = trouble.phase === 'login' && trouble.because === 'error' && !hasGone(trouble);
  if (refused) return authFailure(trouble, host, access, credentials);
  const { code, what, hint, retryable = true } = sentence(trouble, access);
  const detail: FailureDetail = { host, hint, retryable };
  return new Failure(
    code,
    `${host}: ${what}`,
    trouble.error === undefined ? detail : { ...detail, cause: trouble.error },
  );
}

function sentence(trouble: Trouble, access: SshAccess): Sentence {
  switch (trouble.because) {
    case 'aborted':
      return { code: 'interrupted', what: 'the login was interrupted', hint: '', retryable: false };
    case 'timeout':
      return late(trouble, access);
    case 'closed':
      return gone(trouble, access);
    case 'error':
      return hasGone(trouble) ? gone(trouble, access) : misunderstood(trouble, access);
  }
}

/** Nothing came, or not all of it. */
function late(
  { phase, proxy }: Trouble,
  { host, port, user, proxyCommand, connectTimeoutSeconds }: SshAccess,
): Sentence {
  const place = `${host}:${port}`;
  const within = `within ${connectTimeoutSeconds} s`;
  if (phase === 'login') {
    const hint = 'A name service or PAM module on the host that does not answer often causes this.';
    return { code: 'timeout', what: `login as ${user} on ${place} did not complete ${within}`, hint };
  }
  if (proxyCommand !== undefined) {
    const words = proxy === undefined ? '' : `: ${proxy}`;
    const what = `${place} did not answer through the proxy command ${within}${words}`;
    return { code: 'unreachable', what, hint: PROXY };
  }
  if (phase === 'dial') return { code: 'unreachable', what: `${place} did not answer ${within}`, hint: SILENT };
  return {
    code: 'timeout',
    what: `${place} accepted the connection, but the SSH handshake did not complete ${within}`,
    hint: 'The host is overloaded, or the port is not served by sshd.',
  };
}

/** There was no connection, or it ended. */
function gone(trouble: Trouble, { host, port, user, proxyCommand }: SshAccess): Sentence {
  const code = 'unreachable';
  const place = `${host}:${port}`;
  if (proxyCommand !== undefined) {
    const words = trouble.proxy ?? 'connection closed without a message';
    return {
      code,
      what: `the proxy command to ${place} failed: ${words}`,
      hint: PROXY,
    };
  }
  if (trouble.phase === 'login') {
    const what = `the connection was closed during the login of ${user} on ${place}`;
    return { code, what, hint: 'The log of sshd on the host says why.' };
  }
  if (trouble.phase === 'handshake') {
    return { code, what: `${place} closed the connection during the handshake, every time`, hint: BUSY };
  }
  const errno = codeOf(trouble.error) ?? 'closed';
  if (errno === 'ENOTFOUND' || errno === 'EAI_AGAIN') {
    const hint = 'Set the address of the host in the inventory, or fix name resolution.';
    return { code, what: `the name ${host} does not resolve (${errno})`, hint, retryable: errno === 'EAI_AGAIN' };
  }
  const { what, hint } = DIAL[errno] ?? { what: `cannot be reached: ${errno}`, hint: SILENT };
  return { code, what: `${place} ${what}`, hint };
}

/** What answered is not an SSH server, or none that can be agreed with. */
function misunderstood({ error }: Trouble, { host, port }: SshAccess): Sentence {
  return {
    code: 'unsupported',
    what: `no SSH connection with ${host}:${port} can be agreed on: ${error?.message ?? 'no reason given'}`,
    hint: 'lvsctl speaks SSH 2 with algorithms that OpenSSH has had on by default since 6.5.',
    retryable: false,
  };
}
