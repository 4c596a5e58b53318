import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { failoverTest, type FailoverFlags } from '../../../src/cli/commands/failover-test.ts';
import { openScreen } from '../../../src/cli/screen.ts';
import { Failure } from '../../../src/failure.ts';
import { failureOf } from '../../support/failure-of.ts';
import { recordingStreams } from '../../support/hostile-text.ts';
import { temporaryFolder } from '../../support/shells.ts';
import { type Behaviour, simulatedCluster } from '../failover/simulated-cluster.ts';

const INVENTORY = `vip: 192.168.168.12
directors:
  - { name: dr1, address: 192.168.168.100, priority: 100 }
  - { name: dr2, address: 192.168.168.107, priority: 50 }
real_servers:
  - { name: rs1, address: 192.168.168.102 }
  - { name: rs2, address: 192.168.168.103 }
client: { name: c1, address: 192.168.168.200 }
`;

const STUCK = 'not undone yet: nginx.service is failed, see: systemctl status nginx.service';

/** Runs the verb on a simulated cluster; `abortAt` are the words at which the user presses Ctrl-C. */
async function run(behaviour: Partial<Behaviour>, flags: Partial<FailoverFlags> = {}, abortAt?: string) {
  const inventory = path.join(temporaryFolder(), 'inventory.yml');
  writeFileSync(inventory, INVENTORY);
  const hosts = simulatedCluster({ takeoverMs: 200, ...behaviour });
  const user = new AbortController();
  const streams = recordingStreams();
  const screen = openScreen({ json: false, color: false }, {}, streams);
  const { exitCode } = await failoverTest(
    {
      screen: {
        ...screen,
        line: (text, tone, hang) => {
          screen.line(text, tone, hang);
          if (abortAt !== undefined && text.includes(abortAt)) user.abort();
        },
      },
      verbose: false,
      signal: user.signal,
      env: {},
      cwd: '/',
      connectTo: (host) => async () => {
        const transport = hosts.transports.get(host.name);
        if (transport === undefined) throw new Error(`no host ${host.name}`);
        return transport;
      },
    },
    undefined,
    { inventory: [inventory], forks: 50, cut: 1, rate: 50, fault: ['daemon'], yes: true, ...flags },
  );
  return { exitCode, out: streams.out(), err: streams.err() };
}

const stuck = (gives: NonNullable<Behaviour['stuck']>['gives']): Partial<Behaviour> => ({
  stuck: { host: 'rs1', gives },
});
const INJECTED = 'keepalived stopped on dr1';

describe.concurrent('failover-test exits', () => {
  it('0 when the service survives every fault', async () => {
    const { exitCode, out, err } = await run({});
    expect([exitCode, err]).toEqual([0, '']);
    expect(out).toContain('The service survived every fault.');
  }, 20_000);

  it('7 when a gap is longer than the objective', async () => {
    const { exitCode, out } = await run({ takeoverMs: 400 }, { maxGap: 1 });
    expect(exitCode).toBe(7);
    expect(out).toContain('Objective missed: daemon.');
  }, 20_000);

  it('130 when it is interrupted and everything is restored', async () => {
    const { exitCode, out } = await run({}, {}, INJECTED);
    expect(exitCode).toBe(130);
    expect(out).toContain('dr1 is restored');
  }, 20_000);

  it.each([
    ['1', 'the clean-up of a host fails', stuck({ exitCode: 1, stdout: '', stderr: STUCK }), STUCK],
    [
      '4',
      'a host is lost',
      stuck(new Failure('connection-lost', 'rs1: the connection was lost')),
      'the connection was lost',
    ],
    [
      '5',
      'another run has the lock',
      stuck({ exitCode: 76, stdout: '', stderr: 'another run has taken the lock (ID bb): bob@desk: deploy' }),
      'another run has taken the lock (ID bb): bob@desk: deploy',
    ],
  ])(
    '%s when %s in the end, also after an interruption, with host, cause and action',
    async (code, _why, behaviour, cause) => {
      const { exitCode, out, err } = await run(behaviour, {}, INJECTED);
      const [condition, action] = err.split('\n');
      expect(condition).toBe(`rs1: cannot clean up after the test: ${cause}`);
      expect(action).toMatch(/^ {2}\S.*failover-test/);
      expect(out).toContain('No success: rs1 could not be cleaned up.');
      expect(exitCode).toBe(Number(code));
    },
    20_000,
  );

  it('3 without a terminal and --yes', async () => {
    const failure = await failureOf(run({}, { yes: false }));
    expect([failure.code, failure.detail.hint]).toEqual(['inventory', 'Pass --yes.']);
  });
});
