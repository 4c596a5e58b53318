import { describe, expect, it } from 'vitest';
import { ARTICLE, lvsctl, onHost, startLvsctl } from '../support/lab.ts';
import { useCluster } from './use-lab.ts';

interface Scenario {
  readonly state: string;
  readonly fault: string;
  readonly requests: number;
  readonly longestGapMs: number;
  readonly recovered: boolean;
  readonly owners: readonly { readonly owners: readonly string[] }[];
}

/** The last line of `--json`. */
function resultOf(stdout: string): {
  readonly exitCode: number;
  readonly report: { readonly scenarios: readonly Scenario[] };
} {
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

describe('a failover test', () => {
  useCluster();

  it('breaks three things, measures what the client sees, and leaves the cluster as it was', async () => {
    const { exitCode, stdout } = await lvsctl(['failover-test', ...ARTICLE, '--yes', '--json']);
    const { report } = resultOf(stdout);
    expect(report.scenarios.map(({ fault, state, recovered }) => ({ fault, state, recovered }))).toEqual([
      { fault: 'daemon', state: 'measured', recovered: true },
      { fault: 'cable', state: 'measured', recovered: true },
      { fault: 'web', state: 'measured', recovered: true },
    ]);
    const [daemon, cable] = report.scenarios;
    expect(daemon?.owners.some(({ owners }) => owners.join() === 'dr2')).toBe(true);
    expect(cable?.owners.some(({ owners }) => owners.join() === 'dr2')).toBe(true);
    // RFC 9568 section 6.1: three silent intervals and the skew of priority 50, less the interval under way.
    expect(cable?.longestGapMs).toBeGreaterThan(2000);
    expect(exitCode).toBe(0);
    expect((await lvsctl(['verify', ...ARTICLE, '--wait', '30'])).exitCode).toBe(0);
  });

  it('exits 7 when the silence is longer than the objective', async () => {
    const { exitCode, stdout } = await lvsctl([
      'failover-test',
      ...ARTICLE,
      '--yes',
      '--fault',
      'daemon',
      '--max-gap',
      '1',
    ]);
    expect(stdout).toContain('missed');
    expect(exitCode).toBe(7);
  });

  it('puts everything back when it is interrupted while the daemon is stopped', async () => {
    const run = startLvsctl(['failover-test', ...ARTICLE, '--yes', '--fault', 'daemon']);
    await run.seen(/keepalived stopped on dr1/);
    run.signal('SIGINT');
    const { exitCode } = await run.ended;
    expect(exitCode).toBe(130);
    expect(await onHost('dr1', 'systemctl is-active keepalived')).toBe('active');
    expect((await lvsctl(['verify', ...ARTICLE, '--wait', '30'])).exitCode).toBe(0);
  });

  it('is refused without changes when not confirmed', async () => {
    const { exitCode, stderr } = await lvsctl(['failover-test', ...ARTICLE]);
    expect(stderr).toContain('--yes');
    expect(exitCode).toBe(3);
  });
});
