import type { Position } from '../diagnostic.ts';
import type { Conf, Script } from '../model/conf.ts';
import type { Notify } from '../model/vrrp.ts';
import type { Context, FifoScripts } from '../build/context.ts';
import { accountName } from '../build/script.ts';

/** Scripts that keepalived treats alike when the host cannot run them. */
interface ScriptGroup {
  readonly scripts: readonly (Script | undefined)[];
  /** Exit code of a test of the file because of one that cannot be run. */
  readonly exit: 0 | 5;
}

/**
 * What the host says of programs, and whether script security is missing, for which keepalived's test of a file ends with
 * 6. Without a host every program counts as there.
 * @param started whether VRRP is started with this file: keepalived stops before it looks at scripts otherwise
 */
export function judgeScripts(
  conf: Conf,
  { env: { host }, sites, say, globals }: Pick<Context, 'env' | 'sites' | 'say' | 'globals'>,
  start: Position,
  started: boolean,
): void {
  const { enable_script_security: secure } = conf.global_defs;
  const found = scriptGroups(conf, globals.fifo_scripts, started)
    .flatMap(({ scripts, exit }) => scripts.map((script) => ({ script, exit })))
    .filter(({ script, exit }) => script !== undefined && runnable(script, exit));
  if (secure || found.length === 0) return;
  say.report({
    severity: 'warning',
    position: start,
    text: 'without enable_script_security, keepalived runs even scripts that other users can change',
    hint: 'add enable_script_security to global_defs',
    exit: 6,
  });

  /** Whether keepalived would find a program to run; reports problems. */
  function runnable(script: Script, exit: 0 | 5): boolean {
    const [program = ''] = script.argv;
    // `</path` tests whether a file can be opened, and runs nothing.
    if (/^<[ \t]*\//.test(program)) return false;
    if (host === undefined) return true;
    const position = sites.get(script) ?? start;
    if (!host.hasAccount(script.user)) {
      if (script.user !== 'default') {
        say.warning(
          position,
          `${program} will not run: there is no user ${accountName(script.user)} on this host`,
          exit,
        );
        return false;
      }
      if (secure) {
        const hint = 'create it, or set script_user';
        say.warning(position, `${program} will not run: there is no user keepalived_script on this host`, 5, hint);
        return false;
      }
    }
    const state = host.program(program, script.user);
    if (state === 'absent') say.warning(position, `${program} will not run: it does not exist on this host`, exit);
    else if (state === 'not-executable') say.warning(position, `${program} will not run: it is not executable`, 0);
    else if (state === 'insecure' && secure)
      say.warning(
        position,
        `${program} will not run: users other than root can change it`,
        exit,
        'fix the owner and mode of the file and its folders',
      );
    return state !== 'absent';
  }
}

function scriptsOf(notify: Notify): readonly (Script | undefined)[] {
  return Object.values(notify);
}

function scriptGroups({ vrrp, check, global_defs }: Conf, fifo: FifoScripts, started: boolean): readonly ScriptGroup[] {
  const { startup_script, shutdown_script } = global_defs;
  const instances = started && vrrp.vrrp_instance.length > 0;
  const services = check.virtual_server.length > 0;
  const notify = instances
    ? [...vrrp.vrrp_instance, ...vrrp.vrrp_sync_group].flatMap(({ notify: scripts }) => scriptsOf(scripts))
    : [];
  const servers = check.virtual_server.flatMap(({ quorum_up, quorum_down, real_server }) => [
    quorum_up,
    quorum_down,
    ...real_server.flatMap(({ notify_up, notify_down, checkers }) => [
      notify_up,
      notify_down,
      ...checkers.flatMap((checker) => (checker.kind === 'MISC_CHECK' ? [checker.script] : [])),
    ]),
  ]);
  const fifos = [
    instances || services ? fifo.notify_fifo : undefined,
    instances ? fifo.vrrp_notify_fifo : undefined,
    services ? fifo.lvs_notify_fifo : undefined,
  ];
  return [
    { scripts: instances ? vrrp.vrrp_script.map(({ script }) => script) : [], exit: 5 },
    {
      scripts: [startup_script, shutdown_script, ...notify, ...servers, ...fifos],
      exit: 0,
    },
  ];
}
