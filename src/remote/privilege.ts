import { Failure } from '../failure.ts';
import { cut } from '../text/cut.ts';

/** Messages of sudo, or of a login shell that does not find it. */
const ASKS = /password is required|terminal is required|askpass|must have a tty/i;
const FORBIDS = /not in the sudoers|not allowed to (?:execute|run)|may not run sudo/i;
const MISSING = /sudo: (?:command )?not found|unknown command:? ['"]?sudo|sudo: no such file/i;

function reason(user: string, stderr: string): { readonly why: string; readonly hint: string } | undefined {
  const rule = `add \`${user} ALL=(ALL) NOPASSWD: ALL\` with visudo on the host`;
  if (ASKS.test(stderr)) return { why: 'sudo asks for a password', hint: `Log in as root, or ${rule}.` };
  if (FORBIDS.test(stderr)) return { why: 'may not use sudo', hint: `Log in as root, or ${rule}.` };
  if (MISSING.test(stderr))
    return { why: 'sudo is not installed', hint: 'Log in as root, or install sudo on the host.' };
  return undefined;
}

/**
 * Why no root shell was started: it ended before it announced itself. Detected on the first run, so that the check
 * costs nothing.
 */
export function unreachedShell(host: string, user: string, said: string, exitCode: number): Failure {
  const last = said.trim().split('\n').at(-1)?.trim() ?? '';
  const words = last === '' ? `exit code ${exitCode}` : cut(last, 400);
  const detail = { host, exitCode, stderr: said };
  if (user === 'root') {
    return new Failure('unsupported', `${host}: cannot start /bin/sh as root: ${words}`, {
      ...detail,
      hint: 'Check the login shell of root in /etc/passwd, and forced commands in authorized_keys and sshd_config.',
    });
  }
  const known = reason(user, said);
  return new Failure('privilege', `${host}: ${user} is not root and ${known?.why ?? `sudo failed: ${words}`}`, {
    ...detail,
    hint: known?.hint ?? 'Log in as root, or configure passwordless sudo for this user.',
  });
}
