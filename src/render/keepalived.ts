import type { Cluster, Director } from '../inventory/cluster.ts';
import { renderTemplate } from './template.ts';

/** The text of a director's keepalived.conf. `interfaceName` is where its address was seen. */
export function renderKeepalived(cluster: Cluster, director: Director, interfaceName: string): string {
  const { global_defs, vrrp_instance } = cluster;
  return renderTemplate('etc/keepalived/keepalived.conf', {
    cluster: cluster.name,
    director,
    interface: interfaceName,
    mail: {
      to: global_defs.notification_email,
      from: global_defs.notification_email_from,
      server: global_defs.smtp_server,
      timeout: global_defs.smtp_connect_timeout,
    },
    globalRaw: linesOf(global_defs.raw),
    raw: linesOf(cluster.raw),
    vrrp: {
      name: vrrp_instance.name,
      virtual_router_id: vrrp_instance.virtual_router_id,
      advert_int: vrrp_instance.advert_int,
      nopreempt: vrrp_instance.nopreempt,
      preempt_delay: vrrp_instance.preempt_delay,
      password: vrrp_instance.authentication?.auth_pass.reveal(),
      addresses: vrrp_instance.virtual_ipaddress.map(({ address, prefix }) => `${address}/${prefix}`),
      raw: linesOf(vrrp_instance.raw),
    },
    virtualServers: cluster.virtualServers.map((server) => ({
      ...server,
      raw: linesOf(server.raw),
      pool: server.pool.map(({ tcp_check, raw, ...member }) => ({
        ...member,
        connect_timeout: tcp_check.connect_timeout,
        retry: tcp_check.nb_get_retry,
        delay_before_retry: tcp_check.delay_before_retry,
        raw: linesOf(raw),
      })),
    })),
  });
}

/** The lines of a raw block, for the template to indent. */
function linesOf(raw: string | undefined): readonly string[] {
  if (raw === undefined) return [];
  let end = raw.length;
  while (raw[end - 1] === '\n') end -= 1;
  return raw.slice(0, end).split('\n');
}
