import { nearest } from '../keepalived/nearest.ts';

/** What people write who come from keepalived's older words, ipvsadm, Ansible or a hurry. */
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['lvs_sched', 'lb_algo'],
  ['scheduler', 'lb_algo'],
  ['algorithm', 'lb_algo'],
  ['lvs_method', 'lb_kind'],
  ['method', 'lb_kind'],
  ['mode', 'lb_kind'],
  ['forwarding', 'lb_kind'],
  ['realservers', 'real_servers'],
  ['backends', 'real_servers'],
  ['rs', 'real_servers'],
  ['servers', 'real_servers'],
  ['real_server', 'real_servers'],
  ['webservers', 'real_servers'],
  ['vips', 'vip'],
  ['virtual_ip', 'vip'],
  ['virtual_ips', 'vip'],
  ['virtual_address', 'vip'],
  ['virtual_server', 'virtual_servers'],
  ['services', 'virtual_servers'],
  ['loadbalancers', 'directors'],
  ['load_balancers', 'directors'],
  ['balancers', 'directors'],
  ['director', 'directors'],
  ['lb', 'directors'],
  ['persistence', 'persistence_timeout'],
  ['persistent', 'persistence_timeout'],
  ['vrid', 'virtual_router_id'],
  ['router', 'virtual_router_id'],
  ['virtual_ipaddresses', 'virtual_ipaddress'],
  ['advertisement_interval', 'advert_int'],
  ['interval', 'advert_int'],
  ['iface', 'interface'],
  ['nic', 'interface'],
  ['dev', 'interface'],
  ['device', 'interface'],
  ['ip', 'address'],
  ['host', 'address'],
  ['ansible_host', 'address'],
  ['hostname', 'name'],
  ['id', 'name'],
  ['role', 'state'],
  ['prio', 'priority'],
  ['retry', 'nb_get_retry'],
  ['retries', 'nb_get_retry'],
  ['timeout', 'connect_timeout'],
  ['health_check', 'check'],
  ['check', 'tcp_check'],
  ['key', 'identity_file'],
  ['key_file', 'identity_file'],
  ['private_key', 'identity_file'],
  ['ansible_ssh_private_key_file', 'identity_file'],
  ['ansible_user', 'user'],
  ['username', 'user'],
  ['proxycommand', 'proxy_command'],
  ['strict_host_key_checking', 'host_key_checking'],
  ['stricthostkeychecking', 'host_key_checking'],
  ['password', 'auth_pass'],
  ['pass', 'auth_pass'],
  ['notification_emails', 'notification_email'],
  ['email', 'notification_email'],
  ['globals', 'global_defs'],
  ['global', 'global_defs'],
  ['vrrp', 'vrrp_instance'],
  ['mount', 'local_mount'],
  ['repo', 'local_mount'],
  ['demo', 'demo_page'],
  ['subnet', 'network'],
  ['cidr', 'network'],
  ['clients', 'client'],
  ['vrrp_instances', 'vrrp_instance'],
  ['instances', 'vrrp_instances'],
  ['subnets', 'networks'],
  ['segments', 'networks'],
  ['backend', 'pools'],
  ['server_pools', 'pools'],
  ['mark', 'fwmark'],
  ['fwm', 'fwmark'],
  ['firewall_mark', 'fwmark'],
  ['ports', 'port'],
  ['gateways', 'gateway'],
  ['healthcheck', 'check'],
  ['ips', 'addresses'],
  ['ip_addresses', 'addresses'],
]);

/** A person reads no longer list in a message. */
const LONGEST_LIST = 20;

/** Says what an unknown key may have meant, among those known at its level. */
export function unknownKey(
  key: string,
  known: readonly string[],
): { readonly hint: string | undefined; readonly meant: string | undefined } {
  if (known.length === 0) return { hint: undefined, meant: undefined };
  if (key === '<<') {
    return { hint: 'Merge keys are not read; several `-i` files are laid over each other instead.', meant: undefined };
  }
  const plain = key.toLowerCase().replaceAll('-', '_');
  const synonym = SYNONYMS.get(plain) ?? SYNONYMS.get(plain.replaceAll('_', ''));
  const meant = known.includes(plain)
    ? plain
    : synonym !== undefined && known.includes(synonym)
      ? synonym
      : nearest(plain, known);
  if (meant !== undefined) return { hint: `Did you mean \`${meant}\`?`, meant };
  const few = known.length <= LONGEST_LIST;
  const hint = few ? `Known here: ${[...known].sort().join(', ')}.` : 'docs/inventory.md lists all keys.';
  return { hint, meant: undefined };
}
