import type { ConfHost } from '../../../keepalived/host.ts';
import { encodeUtf8 } from '../../../keepalived/text/utf8.ts';
import { closeFile, exists, kindOf, O_CLOEXEC, S_IFDIR } from '../sys/files.ts';
import { type Accounts, readAccounts } from '../script/accounts.ts';
import { checkPath } from '../script/path-check.ts';
import { locate } from '../script/prepare.ts';
import type { Sys } from '../sys/sys.ts';
import { call } from '../sys/syscall-numbers.ts';

const AF_INET = 2;
const SOCK_DGRAM = 2;
// linux/sockios.h and linux/if.h
const SIOCGIFINDEX = 0x8933;
const IFNAMSIZ = 16;
const SIZE_OF_IFREQ = 40;

const DEFAULT_ACCOUNT = { user: 'keepalived_script', group: undefined };

/** Checks names of a configuration against this host; accounts are read once. */
export function confHost(sys: Sys): ConfHost {
  const interfaces = new Map<string, boolean>();
  let accounts: Accounts | undefined;
  const loadAccounts = (): Accounts => (accounts ??= readAccounts(sys));
  return {
    hasInterface: (name) => {
      const before = interfaces.get(name);
      if (before !== undefined) return before;
      const found = hasInterface(sys, name);
      interfaces.set(name, found);
      return found;
    },
    hasAccount: (user) => typeof loadAccounts().find(user === 'default' ? DEFAULT_ACCOUNT : user) !== 'string',
    program: (argv0, user) => {
      const path = locate(sys, argv0);
      if (path === undefined || !exists(sys, path)) return 'absent';
      if (kindOf(sys, path) === S_IFDIR) return 'insecure';
      if (checkPath(sys, path, { enabled: false, byRoot: false }) !== undefined) return 'not-executable';
      const account = loadAccounts().find(user);
      const isRoot = typeof account !== 'string' && (account.uid === 0 || account.gid === 0);
      return checkPath(sys, path, { enabled: true, byRoot: isRoot }) === undefined ? 'runs' : 'insecure';
    },
  };
}

function hasInterface(sys: Sys, name: string): boolean {
  const bytes = encodeUtf8(name);
  if (bytes.length === 0 || bytes.length >= IFNAMSIZ) return false;
  const socket = call(sys, 'socket', AF_INET, SOCK_DGRAM | O_CLOEXEC, 0);
  // Without sockets, interfaces cannot be checked.
  if (socket < 0) return true;
  const request = new Uint8Array(SIZE_OF_IFREQ);
  request.set(bytes);
  const result = call(sys, 'ioctl', socket, SIOCGIFINDEX, request);
  closeFile(sys, socket);
  return result >= 0;
}
