import type { SshAccess } from './access.ts';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Algorithms, AnyAuthMethod, Client } from 'ssh2';
import type { Credentials } from './credentials.ts';
import { agentWith } from './agent.ts';
import { onAbort } from './on-abort.ts';
import { fillIn, ProxySocket } from './proxy-command.ts';

type Ssh2 = typeof import('ssh2');

/** The phase of a login: TCP; greeting and key exchange; host key accepted and keys offered. */
export type Phase = 'dial' | 'handshake' | 'login';

/** What is recorded of a failed login. */
export interface Trouble {
  readonly kind: 'trouble';
  readonly phase: Phase;
  /** With the `code` of node or of an SSH disconnect; undefined when the peer just closed. */
  readonly error: Error | undefined;
  readonly because: 'error' | 'closed' | 'timeout' | 'aborted';
  /** The last message of the proxy command. */
  readonly proxy: string | undefined;
  /** The methods that sshd still accepts after it has rejected a key. */
  readonly methodsLeft: readonly string[] | undefined;
  /** Whether sshd accepted a key and requires a second factor. */
  readonly partial: boolean;
  /** Errors of the ssh agent, or of keys that cannot sign. */
  readonly complaints: readonly string[];
}

export interface LoggedIn {
  readonly kind: 'logged-in';
  readonly client: Client;
  readonly socket: Duplex;
}

export interface LoginPlan {
  readonly name: string;
  readonly access: SshAccess;
  /** A connection through a jump host; otherwise the host is dialled. */
  readonly through: Duplex | undefined;
  readonly credentials: Credentials;
  readonly algorithms: Algorithms;
  /** Called once per login with the key in wire format. */
  readonly acceptHostKey: (wire: Buffer) => boolean;
  /** A connection is lost after `count` keepalives without a reply; 0 ms sends none. */
  readonly keepalive: { readonly ms: number; readonly count: number };
  /** ms left for the whole login */
  readonly withinMs: number;
  readonly signal: AbortSignal;
}

/** ms per address of a name with several; node's default of 250 is too short for a distant host */
const ONE_ADDRESS_MS = 3000;

function dial(name: string, access: SshAccess): Socket | ProxySocket {
  if (access.proxyCommand !== undefined) return new ProxySocket(fillIn(access.proxyCommand, name, access));
  // Without noDelay each step of the login waits 40 ms for a delayed ACK.
  const { host, port, family, bindAddress } = access;
  return connect({
    host,
    port,
    noDelay: true,
    autoSelectFamilyAttemptTimeout: ONE_ADDRESS_MS,
    ...(family !== undefined && { family }),
    ...(bindAddress !== undefined && { localAddress: bindAddress }),
  });
}

/**
 * The authentication methods in order: each configured key, from its file or from the agent, then the other keys of the
 * agent. `none` would waste an attempt.
 */
function* attempts(ssh2: Ssh2, username: string, credentials: Credentials): Generator<AnyAuthMethod> {
  yield* keyAttempts(ssh2, username, credentials);
  if (credentials.password === undefined) return;
  const password = credentials.password.reveal();
  yield { type: 'password', username, password };
  yield {
    type: 'keyboard-interactive',
    username,
    // PAM asks for the password this way. Other questions, such as for a one-time code, get no answer.
    prompt: (_name, _instructions, _language, prompts, answer) => {
      answer(prompts.map(({ prompt, echo }) => (echo !== true && /passw/i.test(prompt) ? password : '')));
    },
  };
}

function* keyAttempts(
  ssh2: Ssh2,
  username: string,
  { keys, agentSocket, agentOnlyNamed }: Credentials,
): Generator<AnyAuthMethod> {
  const ofAgent = (wants: (half: Buffer) => boolean): AnyAuthMethod[] =>
    agentSocket === undefined ? [] : [{ type: 'agent', username, agent: agentWith(ssh2, agentSocket, wants) }];
  for (const one of keys) {
    if ('key' in one) yield { type: 'publickey', username, key: one.key };
    else yield* ofAgent((half) => half.equals(one.publicHalf));
  }
  if (agentOnlyNamed === true) return;
  const named = keys.map((one) => ('key' in one ? one.key.getPublicSSH() : one.publicHalf));
  yield* ofAgent((half) => !named.some((one) => one.equals(half)));
}

/** After these errors ssh2 tries the next key by itself. */
function isPassing(error: Error & { readonly level?: string }): boolean {
  return error.level === 'agent' || error.message.startsWith('Error signing data');
}

/** Connects and logs in, once. Never rejects, and leaves nothing open unless the login succeeded. */
export function login(ssh2: Ssh2, plan: LoginPlan): Promise<LoggedIn | Trouble> {
  const { access, credentials, signal } = plan;
  const client = new ssh2.Client();
  const socket = plan.through ?? dial(plan.name, access);
  const complaints: string[] = [];
  let phase: Phase = 'dial';
  let methodsLeft: readonly string[] | undefined;
  let partial = false;

  return new Promise((resolve) => {
    const settle = (outcome: LoggedIn | Trouble): void => {
      clearTimeout(clock);
      forget();
      if (outcome.kind === 'trouble') socket.destroy();
      resolve(outcome);
    };
    const trouble = (because: Trouble['because'], error?: Error): void => {
      const proxy = socket instanceof ProxySocket ? socket.lastWords : undefined;
      settle({ kind: 'trouble', phase, error, because, proxy, methodsLeft, partial, complaints });
    };
    const forget = onAbort(signal, () => {
      trouble('aborted');
    });
    const clock = setTimeout(() => {
      trouble('timeout');
    }, plan.withinMs);

    // Keep the listener: ssh2 may emit several errors, and an unhandled one would crash the program.
    client.on('error', (error: Error) => {
      if (isPassing(error)) {
        // The agent is asked more than once and repeats its error.
        if (!complaints.includes(error.message)) complaints.push(error.message);
      } else trouble('error', error);
    });
    client.on('close', () => {
      trouble('closed');
    });
    client.on('connect', () => {
      phase = 'handshake';
    });
    client.on('handshake', () => {
      phase = 'login';
    });
    client.on('ready', () => {
      settle({ kind: 'logged-in', client, socket });
    });

    const ways = attempts(ssh2, access.user, credentials);
    try {
      client.connect({
        sock: socket,
        username: access.user,
        algorithms: plan.algorithms,
        readyTimeout: 0,
        keepaliveInterval: plan.keepalive.ms,
        keepaliveCountMax: plan.keepalive.count,
        hostVerifier: plan.acceptHostKey,
        authHandler: (left: readonly string[] | null, more: boolean | null) => {
          if (left !== null) methodsLeft = left;
          partial = more === true;
          // A method that sshd does not offer would use up one of a few attempts.
          const offered = (way: AnyAuthMethod): boolean =>
            left === null || left.includes(way.type === 'agent' ? 'publickey' : way.type);
          let way = ways.next();
          while (way.done !== true && !offered(way.value)) way = ways.next();
          return way.done === true ? false : way.value;
        },
      });
    } catch (error) {
      trouble('error', error as Error);
    }
  });
}
