import type { Script } from '../../../keepalived/model/conf.ts';
import { exists } from '../sys/files.ts';
import type { SpawnSpec, Sys } from '../sys/sys.ts';
import { call } from '../sys/syscall-numbers.ts';
import type { Account, Accounts } from './accounts.ts';
import { checkPath } from './path-check.ts';

const DIRECTORIES = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Environment variables passed on to scripts: only locale and time zone. */
const PASSED_ON = /^(?:LANG|LANGUAGE|LC_[A-Z]+|TZ)$/;

export interface ScriptRules {
  readonly accounts: Accounts;
  /** `enable_script_security`. */
  readonly strict: boolean;
}

/** The spawn specification, or a reason for refusal. Evaluated before every run, because files may change. */
export function prepare(
  sys: Sys,
  rules: ScriptRules,
  script: Script,
  args: readonly string[],
): Omit<SpawnSpec, 'stdio'> | string {
  const account = rules.accounts.find(script.user);
  if (typeof account === 'string') return account;
  const [name = '', ...own] = script.argv;
  const program = locate(sys, name);
  if (program === undefined) return `no program ${name} in ${DIRECTORIES.join(':')}; configure its full path`;
  const identity = identityFor(sys, account);
  const refusal = checkPath(sys, program, { enabled: rules.strict, byRoot: (identity ?? account).uid === 0 });
  if (refusal !== undefined) return refusal;
  return { argv: [program, ...own, ...args], env: environment(sys.env, account), identity };
}

/** Without root, scripts run as the current user. As in keepalived, a script has no supplementary groups. */
function identityFor(sys: Sys, account: Account): SpawnSpec['identity'] {
  if (call(sys, 'getuid') !== 0) return undefined;
  return { uid: account.uid, gid: account.gid, groups: [account.gid] };
}

/** The path of a program, or undefined if it is in none of the directories. */
export function locate(sys: Sys, name: string): string | undefined {
  if (name.startsWith('/')) return name;
  if (name.includes('/') || name === '') return undefined;
  return DIRECTORIES.map((directory) => `${directory}/${name}`).find((path) => exists(sys, path));
}

function environment(own: Sys['env'], account: Account): Readonly<Record<string, string>> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(own)) if (value !== undefined && PASSED_ON.test(name)) env[name] = value;
  return { ...env, PATH: DIRECTORIES.join(':'), HOME: account.home, USER: account.user, LOGNAME: account.user };
}
