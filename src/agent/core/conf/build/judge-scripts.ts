import type { Position } from '../diagnostic.ts';
import type { Conf, Script } from '../model.ts';
import type { Reporter } from '../reporter.ts';

/** Scripts of a file that does not ask for script security: keepalived's test of the file ends with 6. */
export function judgeScripts(conf: Conf, say: Reporter, position: Position): void {
  if (conf.global_defs.enable_script_security || scriptsOf(conf).length === 0) return;
  say.report({
    severity: 'warning',
    position,
    text: 'programs are run, and it is not looked at who may write to them',
    hint: 'add enable_script_security to global_defs',
    exit: 6,
  });
}

/** Every program that the configuration runs, but for startup and shutdown. */
function scriptsOf({ vrrp, check, global_defs }: Conf): readonly Script[] {
  const notify = [...vrrp.vrrp_instance, ...vrrp.vrrp_sync_group].flatMap((one) => Object.values(one.notify));
  const servers = check.virtual_server.flatMap(({ quorum_up, quorum_down, real_server }) => [
    quorum_up,
    quorum_down,
    ...real_server.flatMap(({ notify_up, notify_down, checkers }) => [
      notify_up,
      notify_down,
      ...checkers.flatMap((checker) => (checker.kind === 'MISC_CHECK' ? [checker.script] : [])),
    ]),
  ]);
  const fifos = [global_defs.notify_fifo, global_defs.vrrp_notify_fifo, global_defs.lvs_notify_fifo];
  return [
    ...vrrp.vrrp_script.map(({ script }) => script),
    ...notify,
    ...servers,
    ...fifos.map((fifo) => fifo?.script),
  ].filter((script) => script !== undefined);
}
