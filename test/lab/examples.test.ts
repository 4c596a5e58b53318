import { describe, expect, it } from 'vitest';
import { useLabOf } from './use-lab.ts';

interface Example {
  /** File in `inventories`. */
  readonly inventory: string;
  /** From which host an address and port are requested, and words of the pages: names of the hosts that answer. */
  readonly answered: readonly { readonly from: string; readonly url: string; readonly by: readonly string[] }[];
  /** Hosts that are restarted. */
  readonly restarts: readonly string[];
}

/** Inventories of `inventories`, as their reader would try them. */
const EXAMPLES: readonly Example[] = [
  {
    inventory: 'article.yml',
    answered: [{ from: 'c1', url: 'http://192.168.168.12/', by: ['rs1', 'rs2'] }],
    restarts: ['dr1', 'rs1'],
  },
  {
    inventory: 'nat-with-gateway.yml',
    answered: [{ from: 'c1', url: 'http://192.168.168.12/', by: ['rs1', 'rs2'] }],
    restarts: ['dr1', 'rs1'],
  },
  {
    inventory: 'tun.yml',
    answered: [{ from: 'c1', url: 'http://192.168.168.12/', by: ['rs1', 'rs2'] }],
    restarts: ['dr1', 'rs1', 'router'],
  },
];

interface Report {
  readonly scenarios: readonly { readonly fault: string; readonly state: string; readonly recovered: boolean }[];
}

describe.each(EXAMPLES)('inventories/$inventory', ({ inventory, answered, restarts }) => {
  const { lvsctl, on, restarted } = useLabOf(inventory);

  it('becomes a verified cluster, in which a second deploy has nothing to change', async () => {
    const first = await lvsctl('deploy', '--yes');
    expect(first.output).toContain('checks passed');
    expect(first.exitCode).toBe(0);
    const second = await lvsctl('deploy', '--yes');
    expect(second.stdout).toContain('No changes.');
    expect(second.exitCode).toBe(0);
  });

  it.each(answered)('answers $url with pages of $by', async ({ from, url, by }) => {
    const pages = await on(from, `for i in 1 2 3 4 5 6 7 8; do curl -g -s -k -m 5 ${url}; done`);
    for (const name of by) expect(pages).toMatch(new RegExp(`\\b${name}\\b`));
  });

  it('is the same after a restart of a director and of a real server', async () => {
    await Promise.all(restarts.map((host) => restarted(host)));
    const verified = await lvsctl('verify', '--wait', '60');
    expect(verified.output).toContain('checks passed');
    expect(verified.exitCode).toBe(0);
    expect((await lvsctl('plan')).stdout).toContain('No changes.');
  });

  it('survives every fault, and verifies after that', async () => {
    const { exitCode, stdout } = await lvsctl('failover-test', '--yes', '--json');
    const { report } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { readonly report: Report };
    expect(report.scenarios.map(({ state, recovered }) => ({ state, recovered }))).toEqual(
      report.scenarios.map(() => ({ state: 'measured', recovered: true })),
    );
    expect(exitCode).toBe(0);
    const verified = await lvsctl('verify', '--wait', '30');
    expect(verified.output).toContain('checks passed');
    expect(verified.exitCode).toBe(0);
  });
});
