import type { ScriptUser } from '../../../keepalived/model/conf.ts';
import { decodeUtf8 } from '../../../keepalived/text/utf8.ts';
import { readFile } from '../sys/files.ts';
import type { Sys } from '../sys/sys.ts';

/** The account that a script runs as. */
export interface Account {
  readonly user: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

/** Accounts of /etc/passwd and /etc/group. Directory services (LDAP, SSSD) are not supported without libc. */
export interface Accounts {
  /** Returns a string with the reason if the account does not exist. */
  readonly find: (user: ScriptUser) => Account | string;
}

const DEFAULT_USER = 'keepalived_script';
const ROOT: Account = { user: 'root', uid: 0, gid: 0, home: '/root' };

export function readAccounts(sys: Sys): Accounts {
  return accounts(text(sys, '/etc/passwd'), text(sys, '/etc/group'));
}

/** @param passwd passwd(5) @param group group(5) */
export function accounts(passwd: string, group: string): Accounts {
  const users = new Map<string, Account>();
  for (const [user = '', , uid, gid, , home] of records(passwd)) {
    if (users.has(user) || !isNumber(uid) || !isNumber(gid)) continue;
    users.set(user, { user, uid: Number(uid), gid: Number(gid), home: home === undefined || home === '' ? '/' : home });
  }
  const groups = new Map<string, number>();
  for (const [name = '', , gid] of records(group))
    if (isNumber(gid) && !groups.has(name)) groups.set(name, Number(gid));

  const find = (wanted: ScriptUser): Account | string => {
    if (wanted === 'default') return users.get(DEFAULT_USER) ?? users.get('root') ?? ROOT;
    const account = users.get(wanted.user);
    if (account === undefined) return `no user ${wanted.user} in /etc/passwd; create it or configure another one`;
    if (wanted.group === undefined) return account;
    const gid = groups.get(wanted.group);
    if (gid === undefined) return `no group ${wanted.group} in /etc/group; create it or configure another one`;
    return { ...account, gid };
  };
  return { find };
}

function isNumber(text: string | undefined): text is string {
  return text !== undefined && /^\d+$/.test(text);
}

function* records(text: string): Generator<readonly string[]> {
  for (const line of text.split('\n')) if (line !== '' && !line.startsWith('#')) yield line.split(':');
}

function text(sys: Sys, path: string): string {
  const bytes = readFile(sys, path);
  return typeof bytes === 'number' ? '' : decodeUtf8(bytes);
}
