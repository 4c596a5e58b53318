import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type InventoryLab, useLabOf } from './use-lab.ts';

export interface Example {
  /** File in `inventories`. */
  readonly inventory: string;
  /** URLs that the client requests, and words of the pages: names of the hosts that answer. */
  readonly answered: readonly { readonly url: string; readonly by: readonly string[] }[];
  /** Hosts that are restarted; none where another example restarts the same. */
  readonly restarts: readonly string[];
  /** Each in turn, on the same hosts; the first is tried in full. */
  readonly engines: readonly ('keepalived' | 'agent')[];
  /** Those of failover-test; the cut cable, which no director can soften, where there are none. */
  readonly faults?: readonly string[];
}

interface Report {
  readonly scenarios: readonly { readonly fault: string; readonly state: string; readonly recovered: boolean }[];
}

/** An inventory of `inventories`, as its reader would try it. */
export function tryExample({ engines, inventory, ...example }: Example): void {
  describe(`inventories/${inventory}`, () => {
    const lab = useLabOf(inventory);
    describe.each(engines)('with the engine %s', (engine) => {
      const folder = mkdtempSync(path.join(tmpdir(), 'lvsctl-example-'));
      afterAll(() => {
        rmSync(folder, { recursive: true, force: true });
      });
      const overlay = path.join(folder, 'engine.yml');
      writeFileSync(overlay, `engine: ${engine}\n`);
      const lvsctl: InventoryLab['lvsctl'] = (verb, ...more) => lab.lvsctl(verb, '-i', overlay, ...more);
      tryCluster({ ...lab, lvsctl }, { ...example, restarts: engine === engines[0] ? example.restarts : [] });
    });
  });
}

function tryCluster(
  { lvsctl, on, restarted }: InventoryLab,
  { answered, restarts, faults = ['cable'] }: Pick<Example, 'answered' | 'restarts' | 'faults'>,
): void {
  const expectVerified = async (verb: string, ...more: readonly string[]): Promise<void> => {
    const ended = await lvsctl(verb, ...more);
    expect(ended.output).toMatch(/\d checks passed\.$/m);
    expect(ended.exitCode).toBe(0);
  };

  it('becomes a verified cluster, in which a second deploy has nothing to change', async () => {
    await expectVerified('deploy', '--yes');
    const second = await lvsctl('deploy', '--yes');
    expect(second.stdout).toContain('No changes.');
    expect(second.exitCode).toBe(0);
  });

  it.each(answered)('answers $url with pages of $by', async ({ url, by }) => {
    const pages = await on('c1', `for i in 1 2 3 4 5 6 7 8; do curl -g -s -k -m 5 ${url}; done`);
    for (const name of by) expect(pages).toMatch(new RegExp(`\\b${name}\\b`));
  });

  if (restarts.length > 0)
    it('is the same after a restart of a director and of a real server', async () => {
      await Promise.all(restarts.map((host) => restarted(host)));
      await expectVerified('verify', '--wait', '120');
    });

  it(`survives ${faults.join(', ')}, and verifies after that`, async () => {
    const { exitCode, stdout } = await lvsctl(
      'failover-test',
      '--yes',
      '--json',
      // Few requests, so that a slow lab answers each in time, and a cut only as long as a takeover needs.
      '--rate',
      '20',
      '--cut',
      '1',
      '--fault',
      ...faults,
    );
    const { report } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { readonly report: Report };
    expect(report.scenarios.map(({ fault, state, recovered }) => ({ fault, state, recovered }))).toEqual(
      faults.map((fault) => ({ fault, state: 'measured', recovered: true })),
    );
    expect(exitCode).toBe(0);
    await expectVerified('verify', '--wait', '60');
  });
}
