import type { Statement } from '../language/read-statements.ts';
import type { Conf } from '../model.ts';
import type { Reporter } from '../reporter.ts';

/** A sync daemon that follows nobody never becomes a master; keepalived's test of such a file says nothing, and ends with 0. */
export function judgeSyncDaemon({ global_defs, vrrp }: Conf, blocks: readonly Statement[], say: Reporter): void {
  const followed = global_defs.lvs_sync_daemon?.vrrp_instance;
  const known = vrrp.vrrp_instance.some(({ name }) => name === followed);
  const statement = blocks
    .flatMap(({ block }) => block ?? [])
    .find(({ keyword }) => keyword.text === 'lvs_sync_daemon');
  if (followed === undefined || known || statement === undefined) return;
  say.warning(
    statement.keyword.position,
    `lvs_sync_daemon follows ${followed}, which is no vrrp_instance: it takes connections of others, and never sends its own`,
    0,
    'name an instance of this file, or none to do both all the time',
  );
}
