import type { SshAccess } from './access.ts';
import { Failure } from '../failure.ts';
import { type Credentials, describe } from './credentials.ts';
import type { Trouble } from './login.ts';

function whatToDo(trouble: Trouble, user: string): string {
  const left = trouble.methodsLeft ?? ['publickey'];
  if (/too many/i.test(trouble.error?.message ?? '')) {
    return 'sshd counts every key that is offered: name the right one in the inventory, or take some out of the ssh agent.';
  }
  if (trouble.partial) {
    return `sshd took the key and wants more (${left.join(', ')}), which lvsctl cannot give: let this user in by key alone.`;
  }
  return left.includes('publickey')
    ? `Add the public half of one of these keys to ~${user}/.ssh/authorized_keys there (ssh-copy-id does), or name the right key or user in the inventory.`
    : `sshd takes no public key there, only ${left.join(', ')}: set PubkeyAuthentication in its configuration.`;
}

/** The host key was accepted and no key of ours was: names what was tried, and what was not and why. */
export function authFailure(trouble: Trouble, host: string, access: SshAccess, credentials: Credentials): Failure {
  const said = trouble.error?.message ?? '';
  const words = said === '' || said.startsWith('All configured') ? '' : ` (${said})`;
  const complaints = trouble.complaints.map((complaint) => `; ${complaint}`).join('');
  const who = `${access.user} on ${access.host}:${access.port}`;
  return new Failure(
    'auth',
    `${host}: sshd refused the login of ${who}${words}: ${describe(credentials)}${complaints}`,
    {
      host,
      hint: whatToDo(trouble, access.user),
      ...(trouble.error === undefined ? {} : { cause: trouble.error }),
    },
  );
}
