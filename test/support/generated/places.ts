import { CHECKERS, REAL_SERVER, URL, VIRTUAL_SERVER } from '../../../src/keepalived/keywords/check.ts';
import { GLOBAL_DEFS } from '../../../src/keepalived/keywords/globals.ts';
import type { Keywords } from '../../../src/keepalived/keywords/keyword.ts';
import { TOP } from '../../../src/keepalived/keywords/top.ts';
import {
  AUTHENTICATION,
  GARP_GROUP,
  TRACK_FILE,
  VRRP_INSTANCE,
  VRRP_SCRIPT,
  VRRP_SYNC_GROUP,
  VRRP_TRACK_PROCESS,
} from '../../../src/keepalived/keywords/vrrp.ts';

/** A place where keywords stand, and a file around it that is valid when `body` is. */
export interface Place {
  readonly name: string;
  readonly table: Keywords;
  readonly file: (body: string) => string;
}

export const GLOBAL = 'global_defs {\nenable_script_security\nscript_user root\n}\n';
export const TRACKED =
  'vrrp_script S {\nscript /bin/true\n}\nvrrp_track_process P {\nprocess sshd\n}\ntrack_file F {\nfile /etc/hostname\n}\n';

export function instance(name: string, id: number, body = ''): string {
  return `vrrp_instance ${name} {\ninterface eth0\nvirtual_router_id ${id}\nvirtual_ipaddress {\n10.0.0.${id}\n}\n${body}\n}\n`;
}

export function service(body: string, real: string, head = '10.1.0.1 80'): string {
  const protocol = head.startsWith('fwmark') ? '' : 'protocol TCP\n';
  return `virtual_server ${head} {\nlb_algo rr\nlb_kind DR\n${protocol}${body}\nreal_server 10.1.0.2 80 {\n${real}\n}\n}\n`;
}

const checker = (kind: string, body: string, rest = ''): string => service('', `${kind} {\n${rest}${body}\n}`);

const CHECKER_NEEDS: Readonly<Record<string, string>> = {
  HTTP_GET: 'url {\npath /\nstatus_code 200\n}\n',
  SSL_GET: 'url {\npath /\nstatus_code 200\n}\n',
  MISC_CHECK: 'misc_path /bin/true\n',
  FILE_CHECK: 'track_file F\n',
};

export const PLACES: readonly Place[] = [
  { name: 'top', table: TOP, file: (body) => `${GLOBAL}${body}\n${instance('A', 1)}` },
  {
    name: 'global_defs',
    table: GLOBAL_DEFS,
    file: (body) =>
      `global_defs {\nenable_script_security\nscript_user root\n${body}\n}\n${instance('A', 1)}${service('', '')}`,
  },
  { name: 'vrrp_instance', table: VRRP_INSTANCE, file: (body) => `${GLOBAL}${TRACKED}${instance('A', 1, body)}` },
  {
    name: 'authentication',
    table: AUTHENTICATION,
    file: (body) => `${GLOBAL}${instance('A', 1, `authentication {\n${body}\n}`)}`,
  },
  {
    name: 'vrrp_sync_group',
    table: VRRP_SYNC_GROUP,
    file: (body) =>
      `${GLOBAL}${TRACKED}vrrp_sync_group G {\n${body.startsWith('group') ? '' : 'group {\nA\nB\n}\n'}${body}\n}\n${instance('A', 1)}${instance('B', 2)}`,
  },
  {
    name: 'vrrp_script',
    table: VRRP_SCRIPT,
    file: (body) =>
      `${GLOBAL}vrrp_script S {\n${body.startsWith('script') ? '' : 'script /bin/true\n'}${body}\n}\n${instance('A', 1, 'track_script {\nS\n}')}`,
  },
  {
    name: 'vrrp_track_process',
    table: VRRP_TRACK_PROCESS,
    file: (body) =>
      `${GLOBAL}vrrp_track_process P {\n${body.startsWith('process') ? '' : 'process sshd\n'}${body}\n}\n${instance('A', 1, 'track_process {\nP\n}')}`,
  },
  {
    name: 'track_file',
    table: TRACK_FILE,
    file: (body) =>
      `${GLOBAL}track_file F {\n${body.startsWith('file') ? '' : 'file /etc/hostname\n'}${body}\n}\n${instance('A', 1, 'track_file {\nF\n}')}`,
  },
  {
    name: 'garp_group',
    table: GARP_GROUP,
    file: (body) => `${GLOBAL}garp_group {\ngarp_interval 1\ninterface eth1\n${body}\n}\n${instance('A', 1)}`,
  },
  { name: 'virtual_server', table: VIRTUAL_SERVER, file: (body) => `${GLOBAL}${service(body, '')}` },
  { name: 'real_server', table: REAL_SERVER, file: (body) => `${GLOBAL}${service('', body)}` },
  ...Object.entries(CHECKERS).map(([name, table]): Place => ({
    name,
    table,
    file: (body) => `${GLOBAL}${TRACKED}${checker(name, body, CHECKER_NEEDS[name] ?? '')}`,
  })),
  { name: 'url', table: URL, file: (body) => `${GLOBAL}${checker('HTTP_GET', `url {\npath /\n${body}\n}`)}` },
];
