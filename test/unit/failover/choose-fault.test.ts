import { describe, expect, it } from 'vitest';
import { stopUnit } from '../../../src/failover/faults/unit.ts';
import type { DirectorFacts, RealServerFacts } from '../../../src/failover/facts.ts';
import type { Fault, NotPossible } from '../../../src/failover/fault.ts';
import { type FaultName, faultNamed, faultsOf } from '../../../src/failover/faults/faults.ts';
import { DEFAULT_OPTIONS } from '../../../src/failover/options.ts';
import type { Cluster } from '../../../src/inventory/cluster.ts';
import { systemd } from '../../../src/platforms/systemd.ts';
import { choiceIn, clusterOf, FACTS } from './cluster.ts';
import { shape, type SHAPES } from './shapes.ts';

const well = FACTS;
const web: RealServerFacts = { unit: 'nginx.service', init: systemd, why: '' };

interface Case {
  readonly cluster?: Cluster;
  readonly virtualServer?: string;
  readonly directors?: Readonly<Record<string, DirectorFacts>>;
  readonly realServers?: Readonly<Record<string, RealServerFacts>>;
  readonly owner?: string;
  readonly cableSeconds?: number;
}

function choose(name: FaultName, over: Case = {}): Fault | NotPossible {
  const choice = choiceIn(over.cluster ?? clusterOf(), over.virtualServer);
  return faultNamed(name).choose(
    {
      ...choice,
      options: { ...DEFAULT_OPTIONS, cableSeconds: over.cableSeconds ?? 8 },
      directors: over.directors === undefined ? choice.directors : new Map(Object.entries(over.directors)),
      realServers: new Map(Object.entries(over.realServers ?? { rs1: web, rs2: web })),
    },
    over.owner ?? 'dr1',
  );
}

describe('a director is broken', () => {
  it.each(['daemon', 'cable'] as const)('%s: the one that holds the address, whatever its priority', (name) => {
    expect(choose(name)).toMatchObject({ host: 'dr1' });
    expect(choose(name, { owner: 'dr2' })).toMatchObject({ host: 'dr2' });
  });

  it('by stopping the running daemon, keepalived or lvs-agent', () => {
    const agent = { ...well, engine: 'lvs-agent' };
    expect(choose('daemon', { directors: { dr1: agent, dr2: well } })).toMatchObject({
      title: 'lvs-agent stopped on dr1',
      inject: stopUnit('daemon', 'lvs-agent.service', systemd).inject,
    });
  });

  it('by cutting the cable until a takeover must have happened, even if a shorter cut was requested', () => {
    expect(choose('cable', { cableSeconds: 1 })).toMatchObject({ holdMs: 6104.6875, hold: 'fixed' });
    expect(choose('cable', { cableSeconds: 20 })).toMatchObject({ holdMs: 20_300 });
  });
});

describe('a director is not broken', () => {
  const [instance] = clusterOf().instances;
  it.each<readonly [string, Case, string]>([
    [
      'it is the only one',
      { cluster: clusterOf({ members: instance?.members.slice(0, 1) ?? [] }) },
      'there is only one director, so none can take over',
    ],
    [
      'the other has no daemon that runs',
      { directors: { dr1: well, dr2: { ...well, engine: undefined } } },
      'neither keepalived nor lvs-agent is running on dr2',
    ],
    [
      'nothing on it could put it back',
      { directors: { dr1: { ...well, init: undefined }, dr2: well } },
      'dr1 has no init system with transient timers to undo the fault if lvsctl dies',
    ],
  ])('when %s', (_, over, reason) => {
    expect(choose('daemon', over)).toEqual({ reason });
    expect(choose('cable', over)).toEqual({ reason });
  });

  it('by cutting its cable when no interface has its address', () => {
    expect(choose('cable', { directors: { dr1: { ...well, devices: new Map() }, dr2: well } })).toEqual({
      reason: 'no interface of dr1 has the address 192.168.168.100',
    });
  });
});

describe('a web server', () => {
  const unknown: RealServerFacts = { unit: undefined, init: systemd, why: 'nothing listens on port 80' };

  it('is stopped on the first real server whose unit is known', () => {
    expect(choose('web')).toMatchObject({ host: 'rs1', inject: stopUnit('web', 'nginx.service', systemd).inject });
    expect(choose('web', { realServers: { rs1: unknown, rs2: web } })).toMatchObject({ host: 'rs2' });
  });

  it('is not stopped when its unit is unknown', () => {
    expect(choose('web', { realServers: { rs1: unknown, rs2: unknown } })).toEqual({
      reason: 'the web server of rs1 is unknown: nothing listens on port 80',
    });
  });

  it('is not stopped when there is no other one', () => {
    const cluster = clusterOf();
    const alone = cluster.virtualServers.map((service) => ({ ...service, pool: service.pool.slice(0, 1) }));
    expect(choose('web', { cluster: { ...cluster, virtualServers: alone } })).toEqual({
      reason: 'there is no second real server to answer instead',
    });
  });
});

/** Facts of a director whose first segment is on eth0 and whose second is on eth1. */
function twoCards(last: string): DirectorFacts {
  const devices = [
    [`192.168.168.${last}`, 'eth0'],
    [`fd00::${last}`, 'eth0'],
    [`10.0.0.${last}`, 'eth1'],
  ] as const;
  return { ...well, devices: new Map(devices) };
}

describe('in a cluster of another shape', () => {
  const idle: DirectorFacts = { ...well, engine: undefined };
  const all = { dr1: twoCards('100'), dr2: twoCards('107'), dr3: twoCards('108') };
  it.each<readonly [string, keyof typeof SHAPES, FaultName, Omit<Case, 'cluster'>, object]>([
    [
      'both families move as one, and IPv6 is slower by its interval',
      'dualStack',
      'daemon',
      { directors: all },
      {
        title: 'keepalived stopped on dr1',
        expects: {
          lowMs: 23.4375,
          highMs: 23.4375,
          because: 'VI_1_6, the last of its sync group: skew of dr2, (256 − 253)/256 × advert_int',
        },
      },
    ],
    [
      'the director of another instance is broken by its virtual server',
      'twoMasters',
      'cable',
      { directors: all, owner: 'dr3', virtualServer: '192.168.168.13:9000' },
      {
        host: 'dr3',
        title: 'cable of dr3 cut (eth0 down)',
        expects: {
          lowMs: 6011.718_75,
          highMs: 9011.718_75,
          because: '3 × advert_int + skew of dr2, less up to one advert_int',
        },
        holdMs: 11_311.718_75,
      },
    ],
    [
      'the next director by priority takes over',
      'twoMasters',
      'daemon',
      { directors: all },
      { expects: { because: 'skew of dr2, (256 − 253)/256' } },
    ],
    [
      'a director that does not run is passed over',
      'twoMasters',
      'daemon',
      { directors: { ...all, dr2: idle } },
      { expects: { because: 'skew of dr3, (256 − 227)/256' } },
    ],
    [
      'all others being idle is a reason',
      'twoMasters',
      'daemon',
      { directors: { ...all, dr2: idle, dr3: idle } },
      { reason: 'neither keepalived nor lvs-agent is running on dr2 and dr3' },
    ],
    [
      'a director that takes no part cannot be the owner',
      'twoMasters',
      'daemon',
      { directors: all, virtualServer: '192.168.168.13:9000' },
      { reason: 'the VIP is held by dr1, which is not a director' },
    ],
    [
      'a sync group resigns where its cable is whole',
      'syncGroup',
      'cable',
      { directors: all },
      {
        title: 'cable of dr1 cut (eth0 down)',
        expects: {
          lowMs: 2011.718_75,
          highMs: 3011.718_75,
          because: 'VI_1, the last of its sync group: 3 × advert_int + skew of dr2, less up to one advert_int',
        },
      },
    ],
    [
      'the inside cable under NAT makes the master resign',
      'nat',
      'inside-cable',
      { directors: all },
      {
        title: 'inside cable of dr1 cut (eth1 down)',
        expects: { highMs: 11.718_75, because: 'skew of dr2, (256 − 253)/256' },
      },
    ],
    [
      'the inside cable may be the outside one',
      'nat',
      'inside-cable',
      { directors: { ...all, dr1: { ...well, devices: new Map([...all.dr1.devices, ['10.0.0.100', 'eth0']]) } } },
      { reason: 'eth0 of dr1 is its outside interface too' },
    ],
  ])('%s', async (_, name, fault, over, expected) => {
    expect(choose(fault, { ...over, cluster: await shape(name) })).toMatchObject(expected);
  });

  it('a director that is a real server too is cut as one host', () => {
    const cluster = clusterOf();
    const [service] = cluster.virtualServers;
    if (service === undefined) throw new Error('no service');
    const pool = service.pool.map((member, index) => ({ ...member, ...cluster.directors[index] }));
    const both = { ...cluster, virtualServers: [{ ...service, pool }] };
    expect(choose('cable', { cluster: both })).toMatchObject({
      title: 'cable of dr1 cut (eth0 down), which is a real server too',
      server: { address: '192.168.168.100', port: 80 },
      expects: {
        because:
          '3 × advert_int + skew of dr2, less up to one advert_int; requests to its own real server fail until that leaves the table or returns',
      },
    });
    expect(choose('daemon', { cluster: both })).toMatchObject({ server: undefined });
  });
});

it.each<readonly [keyof typeof SHAPES, readonly FaultName[]]>([
  ['dualStack', ['daemon', 'cable', 'web']],
  ['nat', ['daemon', 'cable', 'inside-cable', 'web']],
])('%s has the faults %j', async (name, faults) => {
  expect(faultsOf(choiceIn(await shape(name)))).toEqual(faults);
});
