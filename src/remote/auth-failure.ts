import type { SshAccess } from './access.ts';
import { Failure } from '../failure.ts';
import { type Credentials, describe } from './credentials.ts';
import type { Trouble } from './login.ts';

function whatToDo(trouble: Trouble, user: string): string {
  const left = trouble.methodsLeft ?? ['publickey'];
  if (/too many/i.test(trouble.error?.message ?? '')) {
    return 'sshd limits the number of keys offered: set ssh.identity_file in the inventory, or remove keys from the ssh agent.';
  }
  if (trouble.partial) {
    return `sshd accepted the key and requires another factor (${left.join(', ')}), which lvsctl answers only with ssh.password of the inventory: set it, or allow this user to log in with a key alone.`;
  }
  return left.includes('publickey')
    ? `Add the public half of one of these keys to ~${user}/.ssh/authorized_keys on the host (see ssh-copy-id(1)), or correct ssh.identity_file or ssh.user in the inventory.`
    : `sshd on the host accepts no public keys, only ${left.join(', ')}: set PubkeyAuthentication in its configuration, or ssh.password in the inventory.`;
}

/**
 * The host key was accepted, but none of our keys. Lists the keys that were tried, and those that were not, with
 * reasons.
 */
export function authFailure(trouble: Trouble, host: string, access: SshAccess, credentials: Credentials): Failure {
  const said = trouble.error?.message ?? '';
  const words = said === '' || said.startsWith('All configured') ? '' : ` (${said})`;
  const complaints = trouble.complaints.map((complaint) => `; ${complaint}`).join('');
  const who = `${access.user} on ${access.host}:${access.port}`;
  return new Failure(
    'auth',
    `${host}: sshd rejected the login of ${who}${words}: ${describe(credentials)}${complaints}`,
    {
      host,
      hint: whatToDo(trouble, access.user),
      ...(trouble.error === undefined ? {} : { cause: trouble.error }),
    },
  );
}
