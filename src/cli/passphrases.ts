import type { Access } from '../remote/access.ts';
import { opensKey } from '../remote/credentials.ts';
import { lockedKeys } from '../remote/locked-keys.ts';
import type { LoginFiles } from '../remote/login-files.ts';
import { Secret } from '../text/secret.ts';
import { askHidden } from './ask.ts';
import type { Context } from './context.ts';

/** As ssh does. */
const TRIES = 3;

/**
 * Asks for the passphrase of each encrypted key that logins need, once and before any of them. Without a terminal, a
 * login without another key fails and names the key.
 */
export async function askPassphrases(context: Context, accesses: readonly Access[], files: LoginFiles): Promise<void> {
  const { screen, signal, env } = context;
  if (!screen.terminal || !process.stdin.isTTY) return;
  const locked = await lockedKeys(accesses, env);
  if (locked.length === 0) return;
  const { default: ssh2 } = await import('ssh2');
  for (const file of locked) {
    for (let attempt = 1; attempt <= TRIES; attempt += 1) {
      const passphrase = await askHidden(`Passphrase of ${file} (empty to skip):`, signal);
      if (passphrase === '') break;
      const secret = new Secret(passphrase);
      if (await opensKey(file, secret, ssh2)) {
        files.addPassphrase(file, secret);
        break;
      }
      screen.notice(`the passphrase does not open ${file}`);
    }
  }
}
