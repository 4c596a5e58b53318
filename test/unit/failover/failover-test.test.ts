import { describe, expect, it } from 'vitest';
import type { FailoverEvent, FailoverReport } from '../../../src/failover/report.ts';
import { failoverTest } from '../../../src/failover/failover-test.ts';
import { DEFAULT_OPTIONS, type FailoverOptions } from '../../../src/failover/options.ts';
import { HELD } from '../../support/held-lock.ts';
import { failureOf } from '../../support/failure-of.ts';
import { clusterOf } from './cluster.ts';
import { Failure } from '../../../src/failure.ts';
import type { Transport } from '../../../src/remote/transport.ts';
import { type Behaviour, type Simulated, simulatedCluster } from './simulated-cluster.ts';

interface Tested {
  readonly report: FailoverReport;
  readonly events: readonly FailoverEvent['kind'][];
  readonly hosts: Simulated;
}

/** Runs a whole test; `abortAt` is the event at which the user presses Ctrl-C. */
async function tested(
  behaviour: Behaviour,
  options: Partial<FailoverOptions> = {},
  abortAt?: FailoverEvent['kind'],
  lock = HELD,
): Promise<Tested> {
  const hosts = simulatedCluster(behaviour);
  const events: FailoverEvent['kind'][] = [];
  const user = new AbortController();
  const heard = (event: FailoverEvent): void => {
    events.push(event.kind);
    if (event.kind === abortAt) user.abort();
  };
  const wanted = { ...DEFAULT_OPTIONS, faults: ['daemon'] as const, ...options };
  const report = await failoverTest(clusterOf(), hosts.transports, lock, wanted, heard, user.signal);
  return { report, events, hosts };
}

const cleanUps = ['dr1: clean up', 'dr2: clean up', 'rs1: clean up', 'rs2: clean up'];

describe.concurrent('a whole test', () => {
  it('measures the gap, and stops all of its streams', async () => {
    const { report, events, hosts } = await tested({ takeoverMs: 400 }, { maxGapMs: 1000 });
    expect(report).toMatchObject({ ok: true, missed: [], interrupted: false, service: '192.168.168.12:80' });
    const [scenario] = report.scenarios;
    if (scenario?.state !== 'measured') throw new Error('not measured');
    expect(scenario.longestGapMs).toBeGreaterThan(350);
    expect(scenario.longestGapMs).toBeLessThan(700);
    expect(scenario.owners.map(({ owners }) => owners.join())).toEqual(expect.arrayContaining(['dr2', 'dr1']));
    expect(scenario).toMatchObject({ verdict: 'met', recovered: true, undoneBy: 'lvsctl' });
    expect(events.filter((kind) => kind !== 'owners')).toEqual([
      'waiting-for-health',
      'armed',
      'injected',
      'putting-back',
      'put-back',
      'settling',
      'scenario',
    ]);
    expect(hosts.done).toEqual(['dr1: arm', 'dr1: inject', 'dr1: put back', ...cleanUps]);
    expect(hosts.running()).toBe(0);
    expect(JSON.parse(JSON.stringify(report))).toMatchObject({ ok: true });
  }, 20_000);

  it('misses an objective that is shorter than the gap', async () => {
    const { report } = await tested({ takeoverMs: 400 }, { maxGapMs: 200 });
    expect(report).toMatchObject({ ok: false, missed: ['daemon'] });
  }, 20_000);

  it.each(['armed', 'injected', 'putting-back', 'settling'] as const)(
    'puts back when it is interrupted at "%s"',
    async (at) => {
      const { report, hosts } = await tested({ takeoverMs: 200 }, { faults: ['daemon', 'cable'] }, at);
      expect(report).toMatchObject({ ok: false, interrupted: true });
      expect(report.scenarios.map(({ state }) => state)).toEqual(['interrupted', 'not-run']);
      expect(report.scenarios[0]).toMatchObject({ putBack: { confirmed: true } });
      expect(hosts.done).toContain('dr1: put back');
      expect(hosts.running()).toBe(0);
    },
    20_000,
  );

  it('breaks nothing when it is interrupted first', async () => {
    const { report, hosts } = await tested({ takeoverMs: 200 }, {}, 'waiting-for-health');
    expect(report).toMatchObject({ interrupted: true, scenarios: [{ state: 'not-run', because: 'ended' }] });
    expect(hosts.done).toEqual(cleanUps);
  }, 20_000);

  it('restores and stops when the lock is lost during a fault', async () => {
    let injected = false;
    const lock = {
      ...HELD,
      lost: () => (injected ? new Failure('locked', 'rs1: the lock was lost: it was broken') : undefined),
    };
    const hosts = simulatedCluster({ takeoverMs: 200 });
    const report = await failoverTest(
      clusterOf(),
      hosts.transports,
      lock,
      { ...DEFAULT_OPTIONS, faults: ['daemon', 'web'] },
      ({ kind }) => {
        injected ||= kind === 'injected';
      },
      new AbortController().signal,
    );
    expect(report.scenarios).toMatchObject([
      { state: 'failed', reason: 'rs1: the lock was lost: it was broken', putBack: { confirmed: true } },
      { state: 'not-run', because: 'ended' },
    ]);
    expect(hosts.done).toEqual(['dr1: arm', 'dr1: inject', 'dr1: put back', ...cleanUps]);
  }, 20_000);

  it('does not mistake a cut cable for a lost lock, and locks the host again', async () => {
    const renewed: string[] = [];
    let cut = false;
    const lock = {
      ...HELD,
      lost: (except?: string) =>
        cut && except !== 'dr1' ? new Failure('connection-lost', 'dr1: the lock was lost') : undefined,
      renew: (transport: Transport) => {
        renewed.push(transport.host);
        cut = false;
        return Promise.resolve();
      },
    };
    const hosts = simulatedCluster({ takeoverMs: 200 });
    const report = await failoverTest(
      // The cable stays cut for longer than a takeover lasts.
      clusterOf({ version: 3, advert_int: 0.1 }),
      hosts.transports,
      lock,
      { ...DEFAULT_OPTIONS, faults: ['cable', 'daemon'], cableSeconds: 1 },
      ({ kind }) => {
        cut ||= kind === 'injected' && renewed.length === 0;
      },
      new AbortController().signal,
    );
    expect(report.scenarios.map(({ fault, state }) => `${fault} ${state}`)).toEqual([
      'cable measured',
      'daemon measured',
    ]);
    expect(renewed).toContain('dr1');
  }, 40_000);

  it.each([
    [
      { exitCode: 1, stdout: '', stderr: 'rc\nnot undone yet: nginx.service is failed' },
      'command',
      'not undone yet: nginx.service is failed',
    ],
    [new Failure('connection-lost', 'rs1: the connection was lost'), 'connection-lost', 'the connection was lost'],
  ] as const)(
    'is no success when it cannot clean up on a host, and says where, why and what to do: %j',
    async (gives, code, cause) => {
      const reported: FailoverEvent[] = [];
      const hosts = simulatedCluster({ takeoverMs: 200, stuck: { host: 'rs1', gives } });
      const user = new AbortController();
      const report = await failoverTest(
        clusterOf(),
        hosts.transports,
        HELD,
        { ...DEFAULT_OPTIONS, faults: ['daemon'] },
        (event) => {
          reported.push(event);
          if (event.kind === 'injected') user.abort();
        },
        user.signal,
      );
      expect(report).toMatchObject({ ok: false, interrupted: true, notCleanedUp: [{ host: 'rs1', code }] });
      expect(reported.at(-1)).toMatchObject({
        kind: 'clean-up-failed',
        hosts: [
          {
            host: 'rs1',
            failure: {
              code,
              message: `rs1: cannot clean up after the test: ${cause}`,
              detail: { hint: expect.stringContaining('keeps undoing the fault by itself') },
            },
          },
        ],
      });
    },
    20_000,
  );

  it('breaks nothing on an unhealthy cluster, and stops', async () => {
    const { report, hosts } = await tested(
      { takeoverMs: 200, sick: true },
      { faults: ['daemon', 'web'], healthSeconds: 1.5 },
    );
    expect(report.scenarios).toMatchObject([{ because: 'unhealthy' }, { because: 'ended' }]);
    expect(hosts.done).toEqual(cleanUps);
  }, 20_000);
});

it('rejects a cluster without a client', async () => {
  const cluster = { ...clusterOf(), client: undefined };
  const signal = new AbortController().signal;
  const failure = await failureOf(failoverTest(cluster, new Map(), HELD, DEFAULT_OPTIONS, () => undefined, signal));
  expect(failure.code).toBe('inventory');
});
