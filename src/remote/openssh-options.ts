import type { SshAccess } from './access.ts';

/** ms between keepalives where the configuration sets none */
const KEEPALIVE_SECONDS = 5;

/** Options of every ssh that lvsctl runs: nothing is asked, forwarded or run beside what is needed. */
const ALWAYS = [
  'BatchMode=yes',
  'ClearAllForwardings=yes',
  'EscapeChar=none',
  'ForwardAgent=no',
  'ForwardX11=no',
  'LogLevel=ERROR',
  'PermitLocalCommand=no',
  'RemoteCommand=none',
  'RequestTTY=no',
];

/**
 * The arguments of ssh for the connection that all sessions of a host share. The options of the inventory precede those
 * of the configuration, because ssh keeps the first value.
 */
export function masterArguments(access: SshAccess, socket: string, program: string): readonly string[] {
  const options = [
    ...ALWAYS,
    'ControlMaster=yes',
    `ControlPath=${socket}`,
    'ControlPersist=no',
    `ConnectTimeout=${access.connectTimeoutSeconds}`,
    // Never less than this: see the decision on ~/.ssh/config.
    `StrictHostKeyChecking=${access.hostKeyChecking === 'strict' ? 'yes' : 'accept-new'}`,
    `User=${access.user}`,
    ...(access.keepalive === undefined ? [`ServerAliveInterval=${KEEPALIVE_SECONDS}`] : []),
  ];
  const given = access.openssh?.options ?? [];
  return [...given, ...options.flatMap((option) => ['-o', option]), '-T', '--', destinationOf(access), program];
}

/** The arguments of ssh for one session over that connection; without it, ssh must not connect by itself. */
export function sessionArguments(access: SshAccess, socket: string, program: string): readonly string[] {
  const options = [...ALWAYS, 'ControlMaster=no', `ControlPath=${socket}`, 'ProxyCommand=exit 255', 'ProxyJump=none'];
  return ['-F', 'none', ...options.flatMap((option) => ['-o', option]), '-T', '--', destinationOf(access), program];
}

function destinationOf({ destination, host }: SshAccess): string {
  return destination ?? host;
}
