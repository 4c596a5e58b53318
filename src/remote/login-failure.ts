import type { SshAccess } from './access.ts';
import { Failure, type FailureCode, type FailureDetail } from '../failure.ts';
import { authFailure } from './auth-failure.ts';
import type { Credentials } from './credentials.ts';
import { jumpName } from './jump-hosts.ts';
import type { Trouble } from './login.ts';

const SILENT = 'Check that the host is up and that no firewall blocks the port.';

/** Sentences for node's error codes of a failed TCP connection. */
const DIAL: ReadonlyMap<string, { readonly what: string; readonly hint: string }> = new Map(
  Object.entries<{ readonly what: string; readonly hint: string }>({
    ECONNREFUSED: { what: 'refused the connection', hint: 'Check that sshd is running and that `port` is correct.' },
    EHOSTUNREACH: {
      what: 'cannot be reached: no route to the host',
      hint: 'Check that the host is up and on this network.',
    },
    ENETUNREACH: {
      what: 'cannot be reached: no route to its network',
      hint: 'Check the address, and the network of this machine.',
    },
    ETIMEDOUT: { what: 'does not answer', hint: SILENT },
  }),
);

const BUSY =
  'sshd does so when there are too many logins at once (MaxStartups) or when it blocks this address: ' +
  'wait, lower --forks, or check its log.';

/** The command itself is not shown because it may contain a password. */
const PROXY = 'Run the `proxy_command` of the inventory by hand.';

/** ssh2's message for a peer that closed before its greeting */
const LOST = 'Connection lost before handshake';

/** What a proxy prints when the host behind it has closed: ssh of a jump host does, and nc just exits. */
const CLOSED_BEHIND = /closed|reset|exit code 0$/i;

function codeOf(error: Error | undefined): string | undefined {
  return error !== undefined && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Whether the peer closed the connection, as opposed to a protocol mismatch or a rejected key. */
function hasGone({ because, error }: Trouble): boolean {
  return because === 'closed' || (because === 'error' && (codeOf(error) !== undefined || error?.message === LOST));
}

/**
 * Whether sshd closed the connection before its greeting: it does so under many logins at once, and a retry may
 * succeed.
 */
export function isHungUp(trouble: Trouble): boolean {
  if (trouble.phase !== 'handshake' || !hasGone(trouble)) return false;
  return trouble.proxy === undefined || CLOSED_BEHIND.test(trouble.proxy);
}

function placeOf({ host, port, jump }: SshAccess): string {
  return jump === undefined ? `${host}:${port}` : `${host}:${port} (through ${jumpName(jump)})`;
}

interface Sentence {
  readonly code: FailureCode;
  readonly what: string;
  readonly hint: string;
  readonly retryable?: boolean;
}

/** Describes a failed login: condition and place, with the action as a hint. */
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

/** The peer did not answer in time. */
function late({ phase, proxy }: Trouble, access: SshAccess): Sentence {
  const { user, proxyCommand, proxyHint = PROXY, connectTimeoutSeconds } = access;
  const place = placeOf(access);
  const within = `within ${connectTimeoutSeconds} s`;
  if (phase === 'login') {
    const hint = 'A name service or PAM module on the host that does not answer often causes this.';
    return { code: 'timeout', what: `login as ${user} on ${place} did not complete ${within}`, hint };
  }
  if (proxyCommand !== undefined) {
    const words = proxy === undefined ? '' : `: ${proxy}`;
    const what = `${place} did not respond through the proxy command ${within}${words}`;
    return { code: 'unreachable', what, hint: proxyHint };
  }
  if (phase === 'dial') return { code: 'unreachable', what: `${place} did not answer ${within}`, hint: SILENT };
  return {
    code: 'timeout',
    what: `${place} accepted the connection, but the SSH handshake did not complete ${within}`,
    hint: 'The host is overloaded, or the port is not served by sshd.',
  };
}

/** There was no connection, or it was closed. */
function gone(trouble: Trouble, access: SshAccess): Sentence {
  const { host, user, proxyCommand, proxyHint = PROXY } = access;
  const code = 'unreachable';
  const place = placeOf(access);
  if (proxyCommand !== undefined) {
    const words = trouble.proxy ?? 'connection closed without a message';
    return {
      code,
      what: `the proxy command to ${place} failed: ${words}`,
      hint: proxyHint,
    };
  }
  if (trouble.phase === 'login') {
    const what = `the connection was closed during the login of ${user} on ${place}`;
    return { code, what, hint: 'See the log of sshd on the host.' };
  }
  if (trouble.phase === 'handshake') {
    return { code, what: `${place} closed the connection during every handshake`, hint: BUSY };
  }
  const errno = codeOf(trouble.error) ?? 'closed';
  if (errno === 'ENOTFOUND' || errno === 'EAI_AGAIN') {
    const hint = 'Set the address of the host in the inventory, or fix name resolution.';
    return { code, what: `the name ${host} does not resolve (${errno})`, hint, retryable: errno === 'EAI_AGAIN' };
  }
  const { what, hint } = DIAL.get(errno) ?? { what: `cannot be reached: ${errno}`, hint: SILENT };
  return { code, what: `${place} ${what}`, hint };
}

/** The peer is not an SSH server, or has no algorithm in common. */
function misunderstood({ error }: Trouble, { host, port }: SshAccess): Sentence {
  return {
    code: 'unsupported',
    what: `cannot negotiate an SSH connection with ${host}:${port}: ${error?.message ?? 'no reason given'}`,
    hint: 'lvsctl supports SSH 2 with the default algorithms of OpenSSH 6.5 and later.',
    retryable: false,
  };
}
