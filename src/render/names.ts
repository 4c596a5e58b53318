import type { Engine } from '../inventory/cluster.ts';

/** Names of what lvsctl keeps on hosts: files, units and packages. */

export const MODULES_FILE = '/etc/modules-load.d/lvsctl.conf';
export const SYSCTL_FILE = '/etc/sysctl.d/60-lvsctl.conf';
export const KEEPALIVED_CONF = '/etc/keepalived/keepalived.conf';
export const KEEPALIVED_UNIT = 'keepalived.service';
export const AGENT_PROGRAM = '/usr/local/sbin/lvs-agent';
export const AGENT_UNIT = 'lvs-agent.service';
export const AGENT_UNIT_FILE = '/etc/systemd/system/lvs-agent.service';

/** In the order in which they are looked for. */
export const ENGINES: readonly Engine[] = ['keepalived', 'agent'];

/** The unit of each engine. */
export const UNITS: Readonly<Record<Engine, string>> = { keepalived: KEEPALIVED_UNIT, agent: AGENT_UNIT };

/** As Debian names them. */
export const DIRECTOR_PACKAGES: readonly string[] = ['keepalived', 'ipvsadm'];
export const CLIENT_PACKAGES: readonly string[] = ['curl', 'iputils-arping'];

/** The kernel's table, and what shows that the kernel has it. */
export const IPVS_MODULE = { name: 'ip_vs', shows: '/proc/net/ip_vs' } as const;

/** The unit of a web server that the inventory names. */
export function webUnit(service: string): string {
  return `${service}.service`;
}
