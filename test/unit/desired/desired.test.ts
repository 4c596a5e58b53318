import { beforeAll, describe, expect, it } from 'vitest';
import { desired } from '../../../src/desired/desired.ts';
import { type Known, NOTHING_KNOWN } from '../../../src/desired/known.ts';
import { type Cluster, hostsOf } from '../../../src/inventory/cluster.ts';
import { filesOf } from '../../../src/render/files.ts';
import { type Want, kindOf } from '../../../src/resources/kinds.ts';
import { recordedCluster } from '../../support/recorded.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await recordedCluster();
});

function wants(name: string, known: Partial<Known> = {}, of = cluster): readonly Want[] {
  return hostsOf(of)
    .filter(({ host }) => host.name === name)
    .flatMap(({ host, role }) =>
      desired(of, role, filesOf(of, host, { interface: 'eth0' }), { ...NOTHING_KNOWN, ...known }),
    );
}

const keys = (all: readonly Want[]) => all.map((want) => `${want.kind} ${kindOf(want).key(want)}`);

const everything: Partial<Known> = {
  platform: 'apt',
  backup: true,
  keepalivedRuns: true,
  serving: new Set(['192.168.168.102:80']),
};

describe('what a host must be', () => {
  it('names each thing once, on every host', () => {
    for (const { host } of hostsOf(cluster)) {
      const all = keys(wants(host.name, everything));
      expect(new Set(all).size).toBe(all.length);
    }
  });

  it('has the same keys before anything is known, but for addresses and the table, which are probed whole', () => {
    for (const { host } of hostsOf(cluster)) {
      const probed = (all: readonly Want[]) => keys(all.filter(({ kind }) => kind !== 'address' && kind !== 'ipvs'));
      expect(probed(wants(host.name))).toEqual(probed(wants(host.name, everything)));
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
    expect(kinds({ keepalivedRuns: true })).toContain('ipvs');
  });

  it('must have in its table what was seen to listen, and leaves the rest to the health checks', () => {
    const [table] = wants('dr1', everything).filter((want) => want.kind === 'ipvs');
    expect(table).toMatchObject({
      destinations: [{ address: '192.168.168.102:80' }, { address: '192.168.168.103:80' }],
      undecided: new Set(['192.168.168.103:80']),
    });
  });

  it('tries a new keepalived.conf before it is in place, and reloads after it', () => {
    const all = wants('dr1');
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
