import { describe, expect, it } from 'vitest';
import { stopUnit } from '../../../src/failover/faults/unit.ts';
import type { DirectorFacts, RealServerFacts } from '../../../src/failover/facts.ts';
import type { Fault, NotPossible } from '../../../src/failover/fault.ts';
import { type FaultName, faultNamed } from '../../../src/failover/faults/faults.ts';
import { DEFAULT_OPTIONS } from '../../../src/failover/options.ts';
import { type Cluster, requestedServer } from '../../../src/inventory/cluster.ts';
import { systemd } from '../../../src/platforms/systemd.ts';
import { clusterOf } from './cluster.ts';

const well: DirectorFacts = { engine: 'keepalived', init: systemd, interface: 'eth0', macs: [] };
const web: RealServerFacts = { unit: 'nginx.service', init: systemd, why: '' };

interface Case {
  readonly cluster?: Cluster;
  readonly directors?: Readonly<Record<string, DirectorFacts>>;
  readonly realServers?: Readonly<Record<string, RealServerFacts>>;
  readonly owner?: string;
  readonly cableSeconds?: number;
}

function choose(name: FaultName, over: Case = {}): Fault | NotPossible {
  const cluster = over.cluster ?? clusterOf();
  const [service] = cluster.virtualServers.map(requestedServer);
  if (service === undefined) throw new Error('no service');
  return faultNamed(name).choose(
    {
      cluster,
      service,
      options: { ...DEFAULT_OPTIONS, cableSeconds: over.cableSeconds ?? 8 },
      directors: new Map(Object.entries(over.directors ?? { dr1: well, dr2: well })),
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
  const { directors } = clusterOf();
  it.each<readonly [string, Case, string]>([
    [
      'it is the only one',
      { cluster: { ...clusterOf(), directors: directors.slice(0, 1) } },
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
    expect(choose('cable', { directors: { dr1: { ...well, interface: undefined }, dr2: well } })).toEqual({
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
