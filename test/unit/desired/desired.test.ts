import { beforeAll, describe, expect, it } from 'vitest';
import { readInventory } from '../../../src/inventory/read.ts';
import { desired } from '../../../src/desired/desired.ts';
import { chooseEngines } from '../../../src/desired/engine.ts';
import { type Cluster, type Engine, hostsOf } from '../../../src/inventory/cluster.ts';
import { watchlist } from '../../../src/observe/watchlist.ts';
import { strayServices } from '../../../src/desired/kernel-table.ts';
import type { ClusterState } from '../../../src/observe/cluster-state.ts';
import { parseTable } from '../../../src/resources/ipvs-table.ts';
import { INIT_SYSTEMS } from '../../../src/platforms/init-systems.ts';
import { KEEPALIVED_CONF, PUSHED_FILES, UNITS } from '../../../src/render/names.ts';
import { type Want, resourceOf } from '../../../src/resources/kinds.ts';
import { type Given, observedCluster } from '../../support/observed.ts';
import { AGENT, recordedCluster } from '../../support/recorded.ts';
import { minimalWith, world } from '../inventory/reading.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await recordedCluster();
});

/** What one host must be, where the inventory names the engine of the directors. */
function wants(name: string, engine: Engine = 'keepalived', given: Given = {}, of = cluster): readonly Want[] {
  const named = { ...of, directors: of.directors.map((one) => ({ ...one, engine })) };
  const state = observedCluster(named, given);
  return desired(named, state, chooseEngines(named, state, AGENT), new Map()).get(name) ?? [];
}

const keys = (all: readonly Want[]) => all.map((want) => `${want.kind} ${resourceOf(want).key}`);

const everything = (engine: Engine): Given => ({ vrrp: 'BACKUP', runs: engine, listening: ['rs1'] });

const ENGINE_UNITS: ReadonlySet<string> = new Set(Object.values(UNITS));

const INITS = INIT_SYSTEMS.map(({ id }) => id);

const engines: readonly Engine[] = ['keepalived', 'agent'];

describe('what a host must be', () => {
  it.each(INITS)('lists each resource of a host with %s once', (init) => {
    for (const { host } of hostsOf(cluster)) {
      for (const engine of engines) {
        const all = keys(wants(host.name, engine, { ...everything(engine), init }));
        expect(new Set(all).size).toBe(all.length);
      }
    }
  });

  it('has the unit files of its init system', () => {
    const files = (name: string, engine: Engine, init: string) =>
      wants(name, engine, { init }).flatMap((want) =>
        want.kind === 'file' && /\/(?:systemd|init\.d)\//.test(want.path)
          ? [{ path: want.path, mode: want.mode, makes: want.makes, afterwards: want.afterwards }]
          : [],
      );
    expect(files('rs1', 'keepalived', 'sysvinit')).toEqual([{ path: '/etc/init.d/lvs-dr', mode: 0o755 }]);
    expect(files('dr1', 'agent', 'sysvinit')).toEqual([
      { path: '/etc/init.d/lvs-agent', mode: 0o755, makes: 'lvs-agent.service' },
    ]);
    expect(files('dr1', 'agent', 'systemd')).toEqual([
      {
        path: '/etc/systemd/system/lvs-agent.service',
        mode: 0o644,
        makes: 'lvs-agent.service',
        afterwards: ['systemctl', 'daemon-reload'],
      },
    ]);
    expect(keys(wants('dr1', 'keepalived', { init: 'sysvinit' }))).toContain('obsolete /etc/init.d/lvs-agent');
  });

  it.each(INITS)('is covered by the watchlist of a host with %s for either engine', (init) => {
    for (const member of hostsOf(cluster)) {
      const { watched } = watchlist(cluster, member);
      const looked = {
        bundle: watched.bundle,
        built: watched.built,
        packages: watched.packages.flatMap(({ names }) => names),
        module: watched.module.map(({ name }) => name),
        program: watched.program,
        file: watched.file.map(({ path }) => path),
        sysctl: watched.sysctl,
        service: watched.service,
        script: watched.script,
        firewall: watched.firewall,
        obsolete: watched.obsolete,
      };
      for (const engine of engines) {
        for (const want of wants(member.host.name, engine, { ...everything(engine), init })) {
          // The probes of addresses and of the table print all there is.
          if (want.kind === 'address' || want.kind === 'ipvs') continue;
          const names = want.kind === 'packages' ? want.names : ['path' in want ? want.path : resourceOf(want).key];
          for (const name of names) expect(looked).toHaveProperty(want.kind, expect.arrayContaining([name]));
        }
      }
    }
  });
});

describe('a director', () => {
  const kinds = (given: Given) => wants('dr1', 'keepalived', given).map(({ kind }) => kind);

  it('must not hold the VIP on its interface while its engine is BACKUP', () => {
    expect(kinds({ runs: 'keepalived', vrrp: 'MASTER' })).not.toContain('address');
    expect(kinds({ runs: 'agent', vrrp: 'BACKUP' })).not.toContain('address');
    expect(wants('dr1', 'keepalived', { runs: 'keepalived', vrrp: 'BACKUP', device: 'bond0' })).toContainEqual(
      expect.objectContaining({ kind: 'address', device: 'bond0', present: false }),
    );
  });

  it('has no wanted table while its engine is not running', () => {
    expect(kinds({})).not.toContain('ipvs');
    expect(kinds({ runs: 'agent' })).not.toContain('ipvs');
    expect(kinds({ runs: 'keepalived' })).toContain('ipvs');
  });

  it('must have every real server in its table, whether it listens or not', () => {
    const tableOf = (given: Given) => wants('dr1', 'keepalived', given).filter((want) => want.kind === 'ipvs');
    const table = tableOf(everything('keepalived'));
    expect(table).toMatchObject([
      {
        service: { destinations: [{ address: '192.168.168.102' }, { address: '192.168.168.103' }] },
        decidedBy: new Map(['192.168.168.102:80', '192.168.168.103:80'].map((place) => [place, place])),
      },
    ]);
    expect(tableOf({ runs: 'keepalived' })).toEqual(table);
  });

  it('leaves to the engine a real server with another check, and a sorry server', async () => {
    const text = minimalWith('virtual_servers: [{port: 80, sorry_server: 192.168.168.200 80}]').replace(
      '192.168.168.103',
      '{address: 192.168.168.103, misc_check: {misc_path: /bin/true}}',
    );
    const { cluster: own } = await readInventory(['a.yml'], world({ files: { '/home/ops/a.yml': text } }));
    expect(wants('dr1', 'keepalived', { runs: 'keepalived' }, own)).toContainEqual(
      expect.objectContaining({
        decidedBy: new Map([
          ['192.168.168.102:80', '192.168.168.102:80'],
          ['192.168.168.103:80', 'engine'],
          ['192.168.168.200:80', 'engine'],
        ]),
      }),
    );
  });

  it('reloads its engine for files of the inventory, and removes those that it drops before their list', () => {
    const file = (name: string) => ({
      path: `/etc/keepalived/${name}`,
      text: 'a\n',
      mode: 0o755,
      directors: ['dr1'],
    });
    const withFiles = { ...cluster, files: [file('new.sh')] };
    const listed = {
      is: 'file',
      mode: 0o644,
      text: '# Managed\n/etc/keepalived/old.sh\n/etc/keepalived/new.sh\n',
    } as const;
    const seen = observedCluster(withFiles, { runs: 'keepalived' });
    const hosts = new Map(
      [...seen.hosts].map(([name, state]) => {
        const have = { ...state.have, file: new Map([...state.have.file, [PUSHED_FILES, listed] as const]) };
        return [name, { ...state, have }] as const;
      }),
    );
    const engines = chooseEngines(withFiles, { ...seen, hosts }, AGENT);
    const all = desired(withFiles, { ...seen, hosts }, engines, new Map());
    const dr1 = keys(all.get('dr1') ?? []);
    const order = [
      'file /etc/keepalived/new.sh',
      'file /etc/keepalived/keepalived.conf',
      'service keepalived.service',
      'obsolete /etc/keepalived/old.sh',
      `file ${PUSHED_FILES}`,
    ];
    expect(dr1.filter((key) => order.includes(key))).toEqual(order);
    expect(all.get('dr1')).toContainEqual(
      expect.objectContaining({ path: '/etc/keepalived/new.sh', readBy: 'keepalived.service' }),
    );
    expect(all.get('dr1')).toContainEqual(
      expect.objectContaining({
        unit: 'keepalived.service',
        reloadOn: ['/etc/keepalived/keepalived.conf', '/etc/keepalived/new.sh'],
      }),
    );
    expect(keys(all.get('dr2') ?? []).filter((key) => key.startsWith('obsolete') && !key.includes('agent'))).toEqual(
      expect.arrayContaining([
        'obsolete /etc/keepalived/old.sh',
        'obsolete /etc/keepalived/new.sh',
        `obsolete ${PUSHED_FILES}`,
      ]),
    );
  });

  it('tests a new keepalived.conf before it is moved into place, and reloads afterwards', () => {
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

describe('a director with the bundled agent', () => {
  const all = () => wants('dr2', 'agent', { runs: 'agent' });

  it('needs no package, and gets the program before the configuration that it tests', () => {
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

  it('has its table restored by the agent, because ipvsadm may be missing', () => {
    expect(all()).toContainEqual(expect.objectContaining({ kind: 'ipvs', keptBy: 'lvs-agent.service' }));
  });

  it('stops the other engine before it starts its own, in either direction', () => {
    const services = (engine: 'keepalived' | 'agent') =>
      wants('dr2', engine).flatMap((want) =>
        want.kind === 'service' && ENGINE_UNITS.has(want.unit)
          ? [`${want.stoppedBecause === undefined ? '' : 'no '}${want.unit}`]
          : [],
      );
    expect(services('agent')).toEqual(['no keepalived.service', 'lvs-agent.service']);
    expect(services('keepalived')).toEqual(['no lvs-agent.service', 'keepalived.service']);
  });

  it('loses every file of it once keepalived is the engine', () => {
    const after = keys(wants('dr2'));
    expect(after.slice(after.indexOf('service keepalived.service') + 1).slice(0, 2)).toEqual([
      'obsolete /etc/systemd/system/lvs-agent.service',
      'obsolete /usr/local/sbin/lvs-agent',
    ]);
  });
});

describe('a real server', () => {
  it('is silent on ARP before it has the VIP, and before its web server starts', () => {
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

  it('manages its web server only if the inventory does', () => {
    const web = { package: undefined, service: undefined, demoPage: false, demoPath: '/x' };
    const all = keys(wants('rs1', 'keepalived', {}, { ...cluster, web }));
    expect(all.some((key) => /packages|nginx|index/.test(key))).toBe(false);
    expect(all).toContain('address 192.168.168.12 lo');
  });

  it('has every VIP on lo, and answers ARP for none', () => {
    const two = {
      ...cluster,
      instances: cluster.instances.map((instance) => ({
        ...instance,
        virtual_ipaddress: ['192.168.168.12', '192.168.168.13'].map((address) => ({
          address,
          prefix: 24,
          options: [],
        })),
      })),
    };
    const addresses = wants('rs1', 'keepalived', { device: 'eth9' }, two).flatMap((want) =>
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

describe('a director that masquerades', () => {
  const masquerading = async () => {
    const text = minimalWith('virtual_servers: [{port: 80, lb_kind: NAT}]\nnat: {way_back: masquerade}');
    return (await readInventory(['a.yml'], world({ files: { '/home/ops/a.yml': text } }))).cluster;
  };
  const unless = { nftables: ['nft', 'iptables'] };

  it.each([
    ['keepalived', ['keepalived', 'ipvsadm', 'nftables']],
    ['agent', ['nftables']],
  ] as const)('needs a firewall, with %s', async (engine, names) => {
    const all = wants('dr1', engine, {}, await masquerading());
    expect(all).toContainEqual(expect.objectContaining({ kind: 'packages', names, unless }));
  });
});

describe('a client', () => {
  it('needs only the programs that send requests', () => {
    expect(wants('c1')).toEqual([expect.objectContaining({ kind: 'packages', names: ['curl', 'iputils-arping'] })]);
  });
});

describe('virtual services that the inventory does not have', () => {
  const have = parseTable(
    [
      'TCP  C0A8A80C:0050 rr',
      'TCP  C0A8A80C:01BB wlc',
      '  -> C0A8A866:01BB      Route   1      0          0',
      'FWM  00000007 rr',
    ].join('\n'),
  );

  it('are removed on request, and no others', () => {
    const [director] = cluster.directors;
    const stray = director === undefined ? [] : strayServices(cluster, director, have);
    expect(keys(stray)).toEqual(['ipvs 192.168.168.12:443', 'ipvs fwmark 7']);
    const state = observedCluster(cluster);
    const engines = chooseEngines(cluster, state, AGENT);
    for (const flushUnmanaged of [false, true]) {
      const all = desired(cluster, withTable(state, have), engines, new Map(), { flushUnmanaged });
      expect(keys(all.get('dr1') ?? []).includes('ipvs fwmark 7')).toBe(flushUnmanaged);
    }
  });
});

/** With the same kernel table on every host. */
function withTable(state: ClusterState, ipvs: ReturnType<typeof parseTable>): ClusterState {
  const hosts = [...state.hosts].map(([name, one]) => [name, { ...one, have: { ...one.have, ipvs } }] as const);
  return { ...state, hosts: new Map(hosts) };
}

describe('directors with keepalived of different releases', () => {
  /** keepalived.conf of each director, and how it is tried. */
  function confs(releases: Readonly<Record<string, string>>, pin?: string) {
    const named = {
      ...cluster,
      directors: cluster.directors.map((one) => ({ ...one, engine: 'keepalived' as const })),
      packages: { ...cluster.packages, versions: pin === undefined ? {} : { keepalived: pin } },
    };
    const state = observedCluster(named);
    const hosts = new Map(
      [...state.hosts].map(([name, host]) => [
        name,
        { ...host, facts: { ...host.facts, keepalivedVersion: releases[name] } },
      ]),
    );
    const all = desired(named, { ...state, hosts }, chooseEngines(named, { ...state, hosts }, AGENT), new Map());
    return Object.fromEntries(
      Object.keys(releases).map((name) => {
        const want = all.get(name)?.find((one) => one.kind === 'file' && one.path === KEEPALIVED_CONF);
        if (want?.kind !== 'file') throw new Error(name);
        return [name, { text: want.text, tried: want.validate !== undefined }];
      }),
    );
  }

  it('get files that differ by what one of them lacks', () => {
    const of = confs({ dr1: '1.2.16', dr2: '2.2.7' });
    const today = confs({ dr1: '2.2.7', dr2: '2.2.7' });
    expect(of['dr2']).toEqual(today['dr2']);
    const lines = (text = '') => text.split('\n').map((line) => line.trim());
    const removed = lines(today['dr1']?.text).filter((line) => !lines(of['dr1']?.text).includes(line));
    expect([...new Set(removed)]).toEqual(['retry 3', 'delay_before_retry 3']);
    expect(of['dr1']?.text).toContain('! retry 3: since keepalived 1.2.20');
  });

  it('try the file from 2.0.4 on, which has --config-test', () => {
    expect(confs({ dr1: '2.0.3', dr2: '2.0.4' })).toMatchObject({ dr1: { tried: false }, dr2: { tried: true } });
  });

  it('get the file of the release that is pinned, where another is installed', () => {
    const of = confs({ dr1: '2.2.7', dr2: '2.2.7' }, '1.2.16');
    expect(of['dr1']?.text).toContain('! retry 3: since keepalived 1.2.20');
  });
});
