import { describe, expect, it } from 'vitest';
import { type ApplyContext, apply } from '../../../src/apply/apply.ts';
import type { Outcome } from '../../../src/apply/outcome.ts';
import { Failure } from '../../../src/failure.ts';
import type { Change } from '../../../src/plan/change.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import { type FakeHost, fakeHost } from '../../support/fake-host.ts';
import { changeOf } from './changes.ts';

const on = (host: string, key: string): Change => changeOf({ host, key });

function planWith(...waves: readonly (readonly Change[])[]): Plan {
  return {
    waves: waves.map((changes, index) => ({ title: `wave ${index + 1}`, changes })),
    unreadable: [],
    hosts: ['rs1', 'dr2', 'dr1'],
    engines: [],
    warnings: [],
  };
}

/** A host on which the nth change of a script ends as given; by default all succeed. */
function host(name: string, times: number, failing?: number): FakeHost {
  return fakeHost(name, [
    {
      script: { name: 'a script of changes', matches: (script) => script.includes('@lvsctl:change') },
      times,
      gives: (script) => {
        const count = script.match(/@lvsctl:change \d+ started/g)?.length ?? 0;
        const markers = Array.from({ length: count }, (_, index) =>
          failing !== undefined && index > failing
            ? ''
            : `@lvsctl:change ${index} started\n\n@lvsctl:change ${index} ended ${index === failing ? 1 : 0}\n`,
        );
        return { stdout: markers.join('') };
      },
    },
  ]);
}

interface Given {
  readonly hosts: readonly FakeHost[];
  readonly recheck?: ApplyContext['recheck'];
  readonly signal?: AbortSignal;
  readonly lost?: () => Failure | undefined;
}

async function run(plan: Plan, { hosts, recheck, signal, lost = () => undefined }: Given) {
  const events: string[] = [];
  const outcomes = await apply(plan, {
    transports: new Map(hosts.map((one) => [one.host, one])),
    generation: 'g',
    lock: { nonce: 'aa', lost },
    recheck: recheck ?? (() => Promise.resolve([])),
    report: (event) => {
      if (event.type === 'wave') events.push(`wave ${event.index + 1}/${event.count} ${event.hosts.join(' ')}`);
      if (event.type === 'checking') events.push(`checking ${event.hosts.join(' ')}`);
    },
    signal: signal ?? new AbortController().signal,
  });
  return { events, outcomes: outcomes.map(sentence) };
}

function sentence(outcome: Outcome): string {
  const { host, key } = outcome.change;
  if (outcome.status === 'done') return `${host} ${key} done`;
  return `${host} ${key} ${outcome.status}: ${outcome.status === 'failed' ? outcome.failure.message : outcome.because}`;
}

const plan = planWith([on('rs1', 'a'), on('dr2', 'b')], [on('dr2', 'c')], [on('dr1', 'd')]);

describe('an apply', () => {
  it('applies one wave after the other, and observes again after each but the last', async () => {
    const { events, outcomes } = await run(plan, { hosts: [host('rs1', 1), host('dr2', 2), host('dr1', 1)] });
    expect(events).toEqual(['wave 1/3 rs1 dr2', 'checking rs1 dr2', 'wave 2/3 dr2', 'checking dr2', 'wave 3/3 dr1']);
    expect(outcomes).toEqual(['rs1 a done', 'dr2 b done', 'dr2 c done', 'dr1 d done']);
  });

  it('lets the other hosts of a wave finish when one fails, and starts no further wave', async () => {
    const { events, outcomes } = await run(plan, { hosts: [host('rs1', 1, 0), host('dr2', 1), host('dr1', 0)] });
    expect(outcomes).toEqual([
      'rs1 a failed: rs1: sysctl a: exit code 1',
      'dr2 b done',
      'dr2 c skipped: a change in the wave "wave 1" failed',
      'dr1 d skipped: a change in the wave "wave 1" failed',
    ]);
    expect(events).toEqual(['wave 1/3 rs1 dr2']);
  });

  it('fails a change that is done but not observed afterwards', async () => {
    const open: Change = {
      ...on('dr2', 'c'),
      fields: [
        { name: 'active', before: 'failed', after: 'active' },
        { name: 'enabled', before: undefined, after: 'yes' },
      ],
    };
    const recheck = (made: readonly Change[]) => Promise.resolve(made.some(({ host }) => host === 'rs1') ? [] : [open]);
    const { outcomes } = await run(plan, { hosts: [host('rs1', 1), host('dr2', 2), host('dr1', 0)], recheck });
    expect(outcomes).toEqual([
      'rs1 a done',
      'dr2 b done',
      'dr2 c failed: dr2: sysctl c was applied but is not in effect: active is failed, enabled is missing',
      'dr1 d skipped: a change in the wave "wave 2" failed',
    ]);
  });

  it('ignores changes of later waves when it observes again', async () => {
    const recheck = () => Promise.resolve([on('dr2', 'c'), on('dr1', 'd')]);
    const { outcomes } = await run(planWith([on('dr2', 'b')], [on('dr1', 'd')]), {
      hosts: [host('dr2', 1), host('dr1', 1)],
      recheck,
    });
    expect(outcomes).toEqual(['dr2 b done', 'dr1 d done']);
  });

  it('never shows the text of a file that changed again', async () => {
    const file: Change = {
      ...on('rs1', '/etc/k'),
      kind: 'file',
      fields: [{ name: 'text', before: 'auth_pass hunter22', after: 'auth_pass hunter33', text: true }],
    };
    const { outcomes } = await run(planWith([file], [on('dr1', 'd')]), {
      hosts: [host('rs1', 1), host('dr1', 0)],
      recheck: () => Promise.resolve([file]),
    });
    expect(outcomes[0]).toBe('rs1 /etc/k failed: rs1: file /etc/k was applied but is not in effect: text is different');
  });

  it('keeps the outcomes of finished changes when the next observation fails', async () => {
    const recheck = () => Promise.reject(new Failure('connection-lost', 'dr2: lost'));
    const { outcomes } = await run(plan, { hosts: [host('rs1', 1), host('dr2', 1), host('dr1', 0)], recheck });
    expect(outcomes).toEqual([
      'rs1 a failed: dr2: lost',
      'dr2 b failed: dr2: lost',
      'dr2 c skipped: a change in the wave "wave 1" failed',
      'dr1 d skipped: a change in the wave "wave 1" failed',
    ]);
  });

  it('starts no wave after the lock is lost, and finishes the current one', async () => {
    let looks = 0;
    const { outcomes } = await run(plan, {
      hosts: [host('rs1', 1), host('dr2', 1), host('dr1', 0)],
      lost: () => ((looks += 1) > 1 ? new Failure('locked', 'rs1: the lock was lost: it was broken') : undefined),
    });
    expect(outcomes).toEqual([
      'rs1 a done',
      'dr2 b done',
      'dr2 c skipped: rs1: the lock was lost: it was broken',
      'dr1 d skipped: rs1: the lock was lost: it was broken',
    ]);
  });

  it('starts no wave after an interruption, and finishes the current one', async () => {
    const interrupt = new AbortController();
    const recheck = () => {
      interrupt.abort();
      return Promise.resolve([]);
    };
    const { outcomes } = await run(plan, {
      hosts: [host('rs1', 1), host('dr2', 1), host('dr1', 0)],
      recheck,
      signal: interrupt.signal,
    });
    expect(outcomes).toEqual([
      'rs1 a done',
      'dr2 b done',
      'dr2 c skipped: interrupted before it started',
      'dr1 d skipped: interrupted before it started',
    ]);
  });

  it('keeps the outcomes of a wave when the observation after it is interrupted', async () => {
    const interrupt = new AbortController();
    const recheck = () => {
      interrupt.abort();
      return Promise.reject(new Failure('interrupted', 'interrupted'));
    };
    const { outcomes } = await run(planWith([on('rs1', 'a')], [on('dr1', 'd')]), {
      hosts: [host('rs1', 1), host('dr1', 0)],
      recheck,
      signal: interrupt.signal,
    });
    expect(outcomes).toEqual(['rs1 a done', 'dr1 d skipped: interrupted before it started']);
  });

  it('skips an unconnected host, and stops there', async () => {
    const { outcomes } = await run(plan, { hosts: [host('dr2', 1), host('dr1', 0)] });
    expect(outcomes).toEqual([
      'rs1 a skipped: not connected',
      'dr2 b done',
      'dr2 c skipped: a change in the wave "wave 1" failed',
      'dr1 d skipped: a change in the wave "wave 1" failed',
    ]);
  });

  it('returns no outcomes for an empty plan', async () => {
    expect(await run(planWith(), { hosts: [] })).toEqual({ events: [], outcomes: [] });
  });
});
