import { SOURCES } from '../../../src/inventory/package-sources.ts';
import type { DirectorFacts } from '../../../src/failover/facts.ts';
import type { Choice, Takeover } from '../../../src/failover/faults/targets.ts';
import { movingWith } from '../../../src/failover/moving.ts';
import { DEFAULT_OPTIONS } from '../../../src/failover/options.ts';
import { askedService } from '../../../src/failover/service.ts';
import { systemd } from '../../../src/platforms/systemd.ts';
import { ANSWERS } from '../../../src/inventory/status-set.ts';
import type { Cluster, Director, VrrpInstance } from '../../../src/inventory/cluster.ts';

const access = { kind: 'local' } as const;
const platform = { packages: undefined, init: undefined };
const timing = { retry: 3, delay_before_retry: 3 };

/** Two directors of priority 100 and 50, two real servers and a client. */
export function clusterOf(given: Partial<VrrpInstance> = {}): Cluster {
  const host = (name: string, address: string) => ({ name, address, addresses: [address], access, platform });
  const members = [
    { director: 'dr1', address: '192.168.168.100', state: 'MASTER', priority: 100 },
    { director: 'dr2', address: '192.168.168.107', state: 'BACKUP', priority: 50 },
  ] as const;
  const servers = [host('rs1', '192.168.168.102'), host('rs2', '192.168.168.103')];
  return {
    name: 'web',
    networks: [{ name: 'lan', cidr: '192.168.168.0/24' }],
    secrets: [],
    directors: members.map(({ director, address }) => ({
      ...host(director, address),
      router_id: director,
      engine: 'auto',
    })),
    realServers: servers.map((server) => ({ ...server, weight: 1, port: undefined })),
    client: host('c1', '192.168.168.200'),
    global_defs: {
      notification_email: [],
      notification_email_from: undefined,
      smtp_server: undefined,
      smtp_connect_timeout: undefined,
      conf: [],
    },
    instances: [
      {
        name: 'VI_1',
        family: 'ipv4',
        version: 2,
        virtual_router_id: 51,
        advert_int: 1,
        authentication: undefined,
        virtual_ipaddress: [{ address: '192.168.168.12', prefix: 32, options: [] }],
        virtual_ipaddress_excluded: [],
        nopreempt: false,
        preempt_delay: undefined,
        members: members.map((member) => ({ ...member, interface: 'auto', conf: [] })),
        ...given,
      },
    ],
    syncGroups: [],
    virtualServers: [
      {
        name: '192.168.168.12:80',
        directors: undefined,
        target: { kind: 'address', vip: '192.168.168.12', port: 80 },
        protocol: 'TCP',
        family: 'ipv4',
        delay_loop: 6,
        lb_algo: 'rr',
        lb_kind: 'DR',
        nat_mask: undefined,
        persistence_timeout: undefined,
        verify: { request: 'http', path: '/', host: undefined, status_code: ANSWERS },
        pool: servers.map(({ name, address }) => ({ name, address, port: 80, weight: 1, timing, conf: [] })),
        conf: [],
      },
    ],
    conf: [],
    packages: {
      localMount: undefined,
      bundle: undefined,
      from: SOURCES,
      source: undefined,
      versions: {},
      allowDowngrade: false,
    },
    firewall: 'manage',
    web: { package: undefined, service: undefined, demoPage: false, demoPath: '/var/www/html/index.html' },
    nat: undefined,
    tun: { type: 'ipip', port: 6080, mss: undefined },
    files: [],
  };
}

/** A director that runs keepalived. */
export const FACTS: DirectorFacts = {
  engine: 'keepalived',
  init: systemd,
  devices: new Map([
    ['192.168.168.100', 'eth0'],
    ['192.168.168.107', 'eth0'],
  ]),
  macs: [],
};

/** What a fault is chosen from, by the first virtual server. */
export function choiceIn(cluster: Cluster, virtualServer?: string): Choice {
  const service = askedService(cluster, virtualServer);
  return {
    cluster,
    service,
    moving: movingWith(cluster, service.vip),
    options: DEFAULT_OPTIONS,
    directors: new Map(cluster.directors.map(({ name }) => [name, FACTS])),
    realServers: new Map(),
  };
}

/** dr2 takes over from dr1. */
export function takeoverIn(cluster: Cluster, facts = FACTS): Takeover {
  return { owner: directorOf(cluster, 'dr1'), facts, backup: 'dr2' };
}

/** A director by its name; no test asks for one that is not there. */
export function directorOf(cluster: Cluster, name: string): Director {
  const director = cluster.directors.find((each) => each.name === name);
  if (director === undefined) throw new Error(`there is no ${name}`);
  return director;
}
