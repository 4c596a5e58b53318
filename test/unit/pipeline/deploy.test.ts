import { beforeAll, describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/apply/outcome.ts';
import { Failure } from '../../../src/failure.ts';
import type { Cluster } from '../../../src/inventory/cluster.ts';
import { type DeployOptions, deploy, succeeded } from '../../../src/pipeline/deploy.ts';
import type { RunEvent } from '../../../src/pipeline/event.ts';
import type { ExpectedRun } from '../../support/fake-host.ts';
import { holding } from '../../support/holding.ts';
import {
  type FakeCluster,
  type Sections,
  type Undone,
  recordedCluster,
  replace,
  connectFakeCluster,
} from '../../support/recorded.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await recordedCluster();
});

const LOCKING = { name: 'the lock', matches: (script: string) => script.includes('echo locked') };
const CHANGING = { name: 'changes', matches: (script: string) => script.includes('@lvsctl:change ') };

/** Holds the lock until it is released, and notes both. */
const lock = (notes: string[], host: string): ExpectedRun => ({
  script: LOCKING,
  gives: async (_script, options) => {
    notes.push(`${host} locked`);
    const result = await holding(options);
    notes.push(`${host} released`);
    return result;
  },
});

/** Applies every change, and records it. */
const change = (notes: string[], host: string): ExpectedRun => ({
  script: CHANGING,
  times: 'any',
  gives: (script) => {
    notes.push(`${host} changed`);
    const count = script.match(/@lvsctl:change \d+ started/g)?.length ?? 0;
    return {
      stdout: Array.from(
        { length: count },
        (_, index) => `@lvsctl:change ${index} started\n\n@lvsctl:change ${index} ended 0\n`,
      ).join(''),
    };
  },
});

interface Deployed {
  readonly given?: Partial<DeployOptions>;
  readonly events?: RunEvent[];
}

function deployed({ session }: FakeCluster, { given = {}, events = [] }: Deployed = {}) {
  return deploy(session, {
    owner: 'me',
    generation: 'g',
    confirm: () => Promise.resolve(true),
    prove: () => Promise.resolve(),
    report: (event) => events.push(event),
    signal: new AbortController().signal,
    ...given,
  });
}

const runs = ({ hosts }: FakeCluster) => Object.fromEntries([...hosts].map(([name, { ran }]) => [name, ran.length]));
const sysctl = replace('sysctl', 'all/arp_ignore:1', 'all/arp_ignore:0');
const priority = replace('file', 'priority 25', 'priority 15');

/** Undone only when it is looked at for the first `times` times. */
function atFirst(times: number, undone: (sections: Sections) => void): (sections: Sections) => void {
  let looks = 0;
  return (sections) => {
    if ((looks += 1) <= times) undone(sections);
  };
}

const summaryOf = (outcomes: readonly Outcome[]) =>
  outcomes.map(({ change: { host, key }, status }) => `${host} ${key} ${status}`);

describe('a deploy', () => {
  it('observes each host once and does not ask when there are no changes', async () => {
    const well = await connectFakeCluster(cluster, 'deployed', {}, { observed: 1 });
    const result = await deployed(well, { given: { confirm: () => Promise.reject(new Error('asked')) } });
    expect(result.status).toBe('unchanged');
    expect(succeeded(result)).toBe(true);
    expect(runs(well)).toEqual({ dr1: 1, dr2: 1, rs1: 1, rs2: 1, c1: 1 });
  });

  it('changes no host when one cannot be observed', async () => {
    const undone: Undone = { rs2: new Failure('timeout', 'rs2: no answer'), rs1: sysctl };
    const broken = await connectFakeCluster(cluster, 'deployed', undone, { observed: 1 });
    const result = await deployed(broken, { given: { confirm: () => Promise.reject(new Error('asked')) } });
    expect(result).toMatchObject({ status: 'incomplete', plan: { unreadable: [{ host: 'rs2' }] } });
    expect(succeeded(result)).toBe(false);
    expect(runs(broken)).toEqual({ dr1: 1, dr2: 1, rs1: 1, rs2: 1, c1: 1 });
  });

  it('changes no host when one fails preflight', async () => {
    const other = await connectFakeCluster(
      cluster,
      'deployed',
      { rs1: replace('facts', 'platform apt\n', '') },
      { observed: 1 },
    );
    expect(await deployed(other)).toMatchObject({ status: 'incomplete', plan: { unreadable: [{ host: 'rs1' }] } });
  });

  it('changes nothing when the plan is declined', async () => {
    const undone = await connectFakeCluster(cluster, 'deployed', { rs1: sysctl }, { observed: 1 });
    const result = await deployed(undone, { given: { confirm: () => Promise.resolve(false) } });
    expect([result.status, succeeded(result)]).toEqual(['declined', false]);
  });

  it('locks every host, observes again, applies, verifies under the lock, and releases it', async () => {
    const notes: string[] = [];
    const undone = await connectFakeCluster(
      cluster,
      'deployed',
      { rs1: sysctl },
      {
        observed: 2,
        more: (host) => [lock(notes, host), ...(host === 'rs1' ? [change(notes, host)] : [])],
      },
    );
    const events: RunEvent[] = [];
    const prove = (outcomes: readonly Outcome[]): Promise<void> => {
      notes.push(`proven after ${outcomes.length} change`);
      return Promise.resolve();
    };
    const result = await deployed(undone, { events, given: { prove } });
    expect(result.status === 'applied' ? summaryOf(result.outcomes) : result.status).toEqual([
      'rs1 net.ipv4.conf.all.arp_ignore done',
    ]);
    expect(succeeded(result)).toBe(true);
    expect(notes[0]).toBe('dr1 locked');
    expect(notes.slice(0, 5).toSorted()).toEqual(['c1 locked', 'dr1 locked', 'dr2 locked', 'rs1 locked', 'rs2 locked']);
    expect(notes.slice(5, 7)).toEqual(['rs1 changed', 'proven after 1 change']);
    await new Promise(setImmediate);
    expect(notes.filter((note) => note.endsWith('released'))).toHaveLength(5);
    expect(events.map(({ type }) => type).filter((type) => type !== 'host' && type !== 'change')).toEqual([
      'locking',
      'wave',
    ]);
  });

  it('changes nothing when a host has changed since the question', async () => {
    const notes: string[] = [];
    const moving = await connectFakeCluster(
      cluster,
      'deployed',
      {
        rs1: sysctl,
        dr2: (sections) => {
          if (notes.length > 0) priority(sections);
        },
      },
      {
        observed: 2,
        more: (host) => [lock(notes, host)],
      },
    );
    await expect(deployed(moving)).rejects.toMatchObject({
      code: 'stale',
      message: 'dr2 changed after the plan was made. No changes made.',
    });
    await new Promise(setImmediate);
    expect(notes.filter((note) => note.endsWith('released'))).toHaveLength(5);
  });

  it('has nothing to do when another run has applied the plan meanwhile', async () => {
    const notes: string[] = [];
    const done = await connectFakeCluster(
      cluster,
      'deployed',
      { rs1: atFirst(1, sysctl) },
      { observed: 2, more: (host) => [lock(notes, host)] },
    );
    expect((await deployed(done)).status).toBe('unchanged');
  });

  it('changes nothing when another run holds a host, and releases the others', async () => {
    const notes: string[] = [];
    const held: ExpectedRun = { script: LOCKING, gives: { exitCode: 75, stdout: 'held bb 17 eve\n' } };
    const busy = await connectFakeCluster(
      cluster,
      'deployed',
      { rs1: sysctl },
      {
        observed: 1,
        more: (host) => [host === 'rs2' ? held : lock(notes, host)],
      },
    );
    await expect(deployed(busy)).rejects.toMatchObject({
      code: 'locked',
      message: 'rs2: locked by eve (ID bb, expires in 17 s)',
    });
    await new Promise(setImmediate);
    expect(notes.toSorted()).toEqual(
      ['c1', 'dr1', 'dr2', 'rs1'].flatMap((host) => [`${host} locked`, `${host} released`]),
    );
  });

  it('changes one director after the other, the master last, and observes each before the next', async () => {
    const notes: string[] = [];
    const both = await connectFakeCluster(
      cluster,
      'deployed',
      { dr1: priority, dr2: atFirst(2, priority) },
      {
        more: (host) => [lock(notes, host), ...(host.startsWith('dr') ? [change(notes, host)] : [])],
      },
    );
    const result = await deployed(both);
    expect(result.status === 'applied' ? summaryOf(result.outcomes) : result.status).toEqual([
      'dr2 /etc/keepalived/keepalived.conf done',
      'dr2 keepalived.service done',
      'dr1 /etc/keepalived/keepalived.conf done',
      'dr1 keepalived.service done',
    ]);
    expect(notes.filter((note) => note.endsWith('changed'))).toEqual(['dr2 changed', 'dr1 changed']);
  });

  it('starts no further wave when the lock of any host is lost, and reports why', async () => {
    const notes: string[] = [];
    let kill: () => void = () => undefined;
    const killed: ExpectedRun = {
      script: LOCKING,
      gives: async (_script, options) => {
        options.onLine?.('locked');
        await new Promise<void>((resolve) => (kill = resolve));
        throw new Failure('command', 'c1: the command was ended by SIGKILL');
      },
    };
    const losing: ExpectedRun = {
      ...change(notes, 'dr2'),
      gives: (script, options) => {
        kill();
        const { gives } = change(notes, 'dr2');
        return typeof gives === 'function' ? gives(script, options) : {};
      },
    };
    const both = await connectFakeCluster(
      cluster,
      'deployed',
      { dr1: priority, dr2: atFirst(2, priority) },
      {
        more: (host) => [host === 'c1' ? killed : lock(notes, host), ...(host === 'dr2' ? [losing] : [])],
      },
    );
    const result = await deployed(both);
    expect(result.status === 'applied' ? summaryOf(result.outcomes) : result.status).toEqual([
      'dr2 /etc/keepalived/keepalived.conf done',
      'dr2 keepalived.service done',
      'dr1 /etc/keepalived/keepalived.conf skipped',
      'dr1 keepalived.service skipped',
    ]);
    expect(result).toMatchObject({
      lost: { code: 'locked', message: 'c1: the lock was lost: the command was ended by SIGKILL' },
    });
    expect(notes.filter((note) => note.endsWith('released'))).toHaveLength(4);
  });

  it('does not change the master when the backup is lost during its wave', async () => {
    const notes: string[] = [];
    let looks = 0;
    const dr2 = (sections: Sections): void => {
      if ((looks += 1) > 2) throw new Failure('connection-lost', 'dr2: the connection was lost');
      priority(sections);
    };
    const lost = await connectFakeCluster(
      cluster,
      'deployed',
      { dr1: priority, dr2 },
      {
        more: (host) => [lock(notes, host), ...(host === 'dr2' ? [change(notes, host)] : [])],
      },
    );
    const prove = () => Promise.reject(new Error('proven'));
    const result = await deployed(lost, { given: { prove } });
    expect(result.status === 'applied' ? summaryOf(result.outcomes) : result.status).toEqual([
      'dr2 /etc/keepalived/keepalived.conf failed',
      'dr2 keepalived.service failed',
      'dr1 /etc/keepalived/keepalived.conf skipped',
      'dr1 keepalived.service skipped',
    ]);
    expect(succeeded(result)).toBe(false);
  });
});
