import { type Cluster, type Engine, virtualAddressesOf } from '../inventory/cluster.ts';
import { familyOf } from '../keepalived/text/address.ts';

/** Names of files, units and packages on hosts. */

export const MODULES_FILE = '/etc/modules-load.d/lvsctl.conf';
/** Read last: see docs/decisions/sysctls-that-are-read-last.md. */
export const SYSCTL_FILE = '/etc/sysctl.d/zz-lvsctl.conf';
/** Its name in earlier releases. */
export const FORMER_SYSCTL_FILE = '/etc/sysctl.d/60-lvsctl.conf';
/** Files of systemd-networkd: for all interfaces, and one for each .network file, in a folder that is named after it. */
export const NETWORKD_CONF = '/etc/systemd/networkd.conf.d/lvsctl.conf';
export const NETWORKD_DROP_INS = {
  folders: '/etc/systemd/network/',
  ending: '.network.d',
  name: 'lvsctl.conf',
} as const;
export const KEEPALIVED_CONF = '/etc/keepalived/keepalived.conf';
export const KEEPALIVED_UNIT = 'keepalived.service';
export const AGENT_PROGRAM = '/usr/local/sbin/lvs-agent';
export const AGENT_UNIT = 'lvs-agent.service';

/** Makes the firewall of a host accept what the cluster needs, at boot and after the firewall is loaded again. */
export const FIREWALL_SCRIPT = '/usr/local/sbin/lvs.firewall.sh';
export const FIREWALL_UNIT = {
  name: 'lvs-firewall.service',
  script: FIREWALL_SCRIPT,
  title: 'rules in the firewall of the host',
} as const;

/** Services that load the rules of a firewall, which drops those that are there. */
export const FIREWALLS = ['nftables', 'netfilter-persistent', 'iptables', 'ip6tables', 'ufw', 'firewalld'] as const;

/** Lists the files of the inventory that are on a director, so that each is removed when the inventory drops it. */
export const PUSHED_FILES = '/var/lib/lvsctl/files';

/** In the order in which they are looked for. */
export const ENGINES: readonly Engine[] = ['keepalived', 'agent'];

/** The unit of each engine. */
export const UNITS: Readonly<Record<Engine, string>> = { keepalived: KEEPALIVED_UNIT, agent: AGENT_UNIT };

/** As named in Debian. */
export const DIRECTOR_PACKAGES: readonly string[] = ['keepalived', 'ipvsadm'];

/** What programs that are built from source run with, as named in Debian; OpenSSH brings the libraries of OpenSSL. */
export const LIBRARIES: Readonly<Record<string, readonly string[]>> = {
  keepalived: ['libnl-3-200', 'libnl-genl-3-200'],
  ipvsadm: ['libnl-3-200', 'libnl-genl-3-200', 'libpopt0'],
};

/** What a client needs for verify and failover-test, as named in Debian. */
export function clientPackages(cluster: Cluster): readonly string[] {
  const families = new Set(virtualAddressesOf(cluster).map(({ address }) => familyOf(address)));
  return ['curl', ...(families.has('ipv4') ? ['iputils-arping'] : []), ...(families.has('ipv6') ? ['ndisc6'] : [])];
}

/** The boolean of SELinux with which keepalived may connect to any port. */
export const CONNECT_ANY = 'keepalived_connect_any';

/** The IPVS table; it exists when the kernel has IPVS. */
export const IPVS_MODULE = { name: 'ip_vs', shows: '/proc/net/ip_vs' } as const;

/** The unit of a web server that the inventory names. */
export function webUnit(service: string): string {
  return `${service}.service`;
}
