import { ANSWERS } from '../../../src/inventory/status-set.ts';
import type { Cluster, Director, VrrpInstance } from '../../../src/inventory/cluster.ts';

const access = { kind: 'local' } as const;
const tcp_check = { connect_timeout: 3, nb_get_retry: 3, delay_before_retry: 3, lines: undefined };

/** Two directors of priority 100 and 50, two real servers and a client. */
export function clusterOf(instance: Partial<VrrpInstance> = {}): Cluster {
  const director = (name: string, address: string, priority: number): Director => ({
    name,
    address,
    access,
    state: priority === 100 ? 'MASTER' : 'BACKUP',
    priority,
    router_id: name,
    interface: 'auto',
    vrrpLines: undefined,
    engine: 'auto',
  });
  const servers = [
    { name: 'rs1', address: '192.168.168.102' },
    { name: 'rs2', address: '192.168.168.103' },
  ];
  return {
    name: 'web',
    network: '192.168.168.0/24',
    secrets: [],
    directors: [director('dr1', '192.168.168.100', 100), director('dr2', '192.168.168.107', 50)],
    realServers: servers.map((server) => ({
      ...server,
      access,
      weight: 1,
      port: undefined,
      tcp_check,
      lines: undefined,
    })),
    client: { name: 'c1', address: '192.168.168.200', access },
    global_defs: {
      notification_email: [],
      notification_email_from: undefined,
      smtp_server: undefined,
      smtp_connect_timeout: undefined,
      lines: undefined,
    },
    vrrp_instance: {
      name: 'VI_1',
      virtual_router_id: 51,
      advert_int: 1,
      authentication: undefined,
      virtual_ipaddress: [{ address: '192.168.168.12', prefix: 32 }],
      nopreempt: false,
      preempt_delay: undefined,
      lines: undefined,
      ...instance,
    },
    virtualServers: [
      {
        vip: '192.168.168.12',
        port: 80,
        protocol: 'TCP',
        delay_loop: 6,
        lb_algo: 'rr',
        lb_kind: 'DR',
        nat_mask: undefined,
        persistence_timeout: undefined,
        verify: { status_code: ANSWERS },
        pool: servers.map((server) => ({
          ...server,
          port: 80,
          weight: 1,
          tcp_check,
          timing: { retry: tcp_check.nb_get_retry, delay_before_retry: tcp_check.delay_before_retry },
          lines: undefined,
        })),
        lines: undefined,
      },
    ],
    lines: undefined,
    packages: { localMount: undefined },
    web: { package: undefined, service: undefined, demoPage: false, demoPath: '/var/www/html/index.html' },
  };
}

/** A director by its name; no test asks for one that is not there. */
export function directorOf(cluster: Cluster, name: string): Director {
  const director = cluster.directors.find((each) => each.name === name);
  if (director === undefined) throw new Error(`there is no ${name}`);
  return director;
}
