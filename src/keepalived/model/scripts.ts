import type { Conf, Script } from './conf.ts';

/** Every script of a configuration with the keyword that names it, where it is set. */
export function scriptsIn({ global_defs, vrrp, check }: Conf): readonly (readonly [string, Script])[] {
  const { startup_script, shutdown_script } = global_defs;
  const all: readonly (readonly [string, Script | undefined])[] = [
    ['startup_script', startup_script],
    ['shutdown_script', shutdown_script],
    ...vrrp.vrrp_script.map(({ script }) => ['vrrp_script', script] as const),
    ...[...vrrp.vrrp_instance, ...vrrp.vrrp_sync_group].flatMap(({ notify }) => Object.entries(notify)),
    ...check.virtual_server.flatMap((server) => [
      ['quorum_up', server.quorum_up] as const,
      ['quorum_down', server.quorum_down] as const,
      ...server.real_server.flatMap((real) => [
        ['notify_up', real.notify_up] as const,
        ['notify_down', real.notify_down] as const,
        ...real.checkers.flatMap((checker) =>
          checker.kind === 'MISC_CHECK' ? [['MISC_CHECK', checker.script] as const] : [],
        ),
      ]),
    ]),
  ];
  return all.flatMap(([keyword, script]) => (script === undefined ? [] : [[keyword, script] as const]));
}
