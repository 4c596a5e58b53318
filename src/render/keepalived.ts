import type { Cluster, Director } from '../inventory/cluster.ts';
import { renderTemplate } from './template.ts';

/** The keepalived.conf of a director. `interfaceName` is the interface with its address. */
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
    globalLines: linesOf(global_defs.lines),
    lines: linesOf(cluster.lines),
    vrrp: {
      name: vrrp_instance.name,
      virtual_router_id: vrrp_instance.virtual_router_id,
      advert_int: vrrp_instance.advert_int,
      nopreempt: vrrp_instance.nopreempt,
      preempt_delay: vrrp_instance.preempt_delay,
      password: vrrp_instance.authentication?.auth_pass.reveal(),
      addresses: vrrp_instance.virtual_ipaddress.map(({ address, prefix }) => `${address}/${prefix}`),
      lines: linesOf(director.vrrpLines ?? vrrp_instance.lines),
    },
    virtualServers: cluster.virtualServers.map((server) => ({
      ...server,
      lines: linesOf(server.lines),
      pool: server.pool.map(({ tcp_check, lines, ...member }) => ({
        ...member,
        tcp_check: tcp_check && { ...tcp_check, lines: linesOf(tcp_check.lines) },
        lines: linesOf(lines),
      })),
    })),
  });
}

/** Lines for the template to indent. */
function linesOf(text: string | undefined): readonly string[] {
  if (text === undefined) return [];
  let end = text.length;
  while (text[end - 1] === '\n') end -= 1;
  return text.slice(0, end).split('\n');
}
