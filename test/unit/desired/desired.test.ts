import { beforeAll, describe, expect, it } from 'vitest';
import { desired } from '../../../src/desired/desired.ts';
import { type Known, NOTHING_KNOWN } from '../../../src/desired/known.ts';
import { type Cluster, hostsOf } from '../../../src/inventory/cluster.ts';
import { filesOf } from '../../../src/render/files.ts';
import { type Want, resourceOf } from '../../../src/resources/kinds.ts';
import { recordedCluster } from '../../support/recorded.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await recordedCluster();
});

function wants(name: string, known: Partial<Known> = {}, of = cluster): readonly Want[] {
  return hostsOf(of)
    .filter(({ host }) => host.name === name)
    .flatMap(({ host, role }) =>
      desired(of, role, filesOf(of, host, { interface: 'eth0', engine: known.engine ?? 'agent' }), {
        ...NOTHING_KNOWN,
        ...known,
      }),
    );
}

const keys = (all: readonly Want[]) => all.map((want) => `${want.kind} ${resourceOf(want).key}`);

const everything: Partial<Known> = {
  platform: 'apt',
  backup: true,
  engine: 'keepalived',
  runs: 'keepalived',
  serving: new Set(['192.168.168.102:80']),
};

describe('what a host must be', () => {
  it('names each thing once, on every host', () => {
    for (const { host } of hostsOf(cluster)) {
      const all = keys(wants(host.name, everything));
      expect(new Set(all).size).toBe(all.length);
    }
  });

  it('is all probed before anything is known, whatever the engine, but for addresses and the table', () => {
    for (const { host } of hostsOf(cluster)) {
      const probed = (all: readonly Want[]) => keys(all.filter(({ kind }) => kind !== 'address' && kind !== 'ipvs'));
      for (const engine of ['keepalived', 'agent'] as const) {
        const all = probed(wants(host.name, { ...everything, engine }));
        expect(all.filter((key) => !probed(wants(host.name)).includes(key))).toEqual([]);
      }
    }
  });
});

describe('a director', () => {
  const kinds = (known: Partial<Known>) => wants('dr1', known).map(({ kind }) => kind);

  it('must not hold the virtual address while its keepalived is BACKUP, on the interface that it has', () => {
    expect(kinds({})).not.toContain('address');
    expect(wants('dr1', { backup: true, interface: 'bond0' })).toContainEqual(
      expect.objectContaining({ kind: 'address', device: 'bond0', present: false }),
    );
  });

  it('is not asked for its table while keepalived does not run', () => {
    expect(kinds({})).not.toContain('ipvs');
    expect(kinds({ engine: 'keepalived', runs: 'keepalived' })).toContain('ipvs');
  });

  it('must have in its table what was seen to listen, and leaves the rest to the health checks', () => {
    const [table] = wants('dr1', everything).filter((want) => want.kind === 'ipvs');
    expect(table).toMatchObject({
      destinations: [{ address: '192.168.168.102:80' }, { address: '192.168.168.103:80' }],
      undecided: new Set(['192.168.168.103:80']),
    });
  });

  it('tries a new keepalived.conf before it is in place, and reloads after it', () => {
    const all = wants('dr1', { engine: 'keepalived' });
    expect(all).toContainEqual(
      expect.objectContaining({
        path: '/etc/keepalived/keepalived.conf',
        mode: 0o600,
        validate: ['keepalived', '-t', '-f', '%s'],
      }),
    );
    expect(all).toContainEqual(
      expect.objectContaining({ unit: 'keepalived.service', reloadOn: ['/etc/keepalived/keepalived.conf'] }),
    );
  });
});

describe('a director with the bundled agent', () => {
  const agent = { sha256: 'a'.repeat(64), size: 700_000, packed: () => 'H4sI' };
  const all = () => wants('dr2', { engine: 'agent', agent, runs: 'agent' });

  it('needs no package, and has the program before its configuration, which the program tries', () => {
    const order = [
      'module ip_vs',
      'program /usr/local/sbin/lvs-agent',
      'file /etc/keepalived/keepalived.conf',
      'file /etc/systemd/system/lvs-agent.service',
      'service keepalived.service',
      'service lvs-agent.service',
      'ipvs 192.168.168.12:80',
    ];
    expect(keys(all()).filter((key) => order.includes(key))).toEqual(order);
    expect(keys(all()).some((key) => key.startsWith('packages'))).toBe(false);
    expect(all()).toContainEqual(
      expect.objectContaining({
        validate: ['/usr/local/sbin/lvs-agent', '-t', '-f', '%s'],
        readBy: 'lvs-agent.service',
      }),
    );
  });

  it('has its table mended by the agent, for there may be no ipvsadm', () => {
    expect(all()).toContainEqual(expect.objectContaining({ kind: 'ipvs', keptBy: 'lvs-agent.service' }));
  });

  it('stops the other engine before its own is started, in either direction', () => {
    const services = (engine: 'keepalived' | 'agent') =>
      wants('dr2', { engine }).flatMap((want) =>
        want.kind === 'service' ? [`${want.stoppedBecause === undefined ? '' : 'no '}${want.unit}`] : [],
      );
    expect(services('agent')).toEqual(['no keepalived.service', 'lvs-agent.service']);
    expect(services('keepalived')).toEqual(['no lvs-agent.service', 'keepalived.service']);
  });

  it('loses every trace of it once keepalived is the engine', () => {
    const after = keys(wants('dr2', { engine: 'keepalived' }));
    expect(after.slice(after.indexOf('service keepalived.service') + 1)).toEqual([
      'leftover /etc/systemd/system/lvs-agent.service',
      'leftover /usr/local/sbin/lvs-agent',
    ]);
  });
});

describe('a real server', () => {
  it('is silent on ARP before it has the virtual address, and before its web server starts', () => {
    const all = keys(wants('rs1'));
    const order = [
      'file /usr/local/sbin/lvs.dr.sh',
      'service lvs-dr.service',
      'sysctl net.ipv4.conf.all.arp_ignore',
      'address 192.168.168.12 lo',
      'packages packages',
      'file /var/www/html/index.html',
      'service nginx.service',
    ].map((key) => all.indexOf(key));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(order).not.toContain(-1);
  });

  it('keeps its web server to itself when the inventory says nothing of it', () => {
    const web = { package: undefined, service: undefined, demoPage: false, demoPath: '/x' };
    const all = keys(wants('rs1', {}, { ...cluster, web }));
    expect(all.some((key) => /packages|nginx|index/.test(key))).toBe(false);
    expect(all).toContain('address 192.168.168.12 lo');
  });

  it('has every virtual address on lo, and none on the wire', () => {
    const two = {
      ...cluster,
      vrrp_instance: {
        ...cluster.vrrp_instance,
        virtual_ipaddress: ['192.168.168.12', '192.168.168.13'].map((address) => ({ address, prefix: 24 })),
      },
    };
    const addresses = wants('rs1', { interface: 'eth9' }, two).flatMap((want) =>
      want.kind === 'address' ? [`${want.address} ${want.device} ${want.present}`] : [],
    );
    expect(addresses).toEqual([
      '192.168.168.12/32 lo true',
      '192.168.168.12/32 eth9 false',
      '192.168.168.13/32 lo true',
      '192.168.168.13/32 eth9 false',
    ]);
  });
});

describe('a client', () => {
  it('needs nothing but the programs that ask', () => {
    expect(wants('c1')).toEqual([expect.objectContaining({ kind: 'packages', names: ['curl', 'iputils-arping'] })]);
  });
});
