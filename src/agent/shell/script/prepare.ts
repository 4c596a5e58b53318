import type { Script } from '../../../keepalived/model/conf.ts';
import { exists } from '../sys/files.ts';
import type { SpawnSpec, Sys } from '../sys/sys.ts';
import { call } from '../sys/syscall-numbers.ts';
import type { Account, Accounts } from './accounts.ts';
import { checkPath } from './path-check.ts';

const DIRECTORIES = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Of our own environment: how text and time are written. Nothing else is a script's business. */
const PASSED_ON = /^(?:LANG|LANGUAGE|LC_[A-Z]+|TZ)$/;

export interface ScriptRules {
  readonly accounts: Accounts;
  /** `enable_script_security`. */
  readonly strict: boolean;
}

/** What is to be spawned; a text is the reason why not. It is asked before every run: files change. */
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
  if (program === undefined) return `there is no program ${name} in ${DIRECTORIES.join(':')}: give its whole path`;
  const identity = identityFor(sys, account);
  const refusal = checkPath(sys, program, { enabled: rules.strict, byRoot: (identity ?? account).uid === 0 });
  if (refusal !== undefined) return refusal;
  return { argv: [program, ...own, ...args], env: environment(sys.env, account), identity };
}

/** Who is not root can run scripts as himself only. Like keepalived's, a script has one group and no others. */
function identityFor(sys: Sys, account: Account): SpawnSpec['identity'] {
  if (call(sys, 'getuid') !== 0) return undefined;
  return { uid: account.uid, gid: account.gid, groups: [account.gid] };
}

/** The path of a program; undefined when it is in none of the directories. */
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
