import { beforeAll, describe, expect, it } from 'vitest';
import type { Cluster } from '../../../src/inventory/cluster.ts';
import { readInventory } from '../../../src/inventory/read.ts';
import { plan } from '../../../src/pipeline/plan.ts';
import {
  type Resumed,
  type SavedPlan,
  planSaved,
  readSavedPlan,
  requireMadeFor,
  savedPlan,
} from '../../../src/pipeline/saved-plan.ts';
import { changesIn } from '../../../src/plan/plan.ts';
import { failureOf } from '../../support/failure-of.ts';
import { type Undone, connectFakeCluster, recordedCluster, replace } from '../../support/recorded.ts';
import { minimalWith, world } from '../inventory/reading.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await recordedCluster();
});

const { signal } = new AbortController();
const sysctl = replace('sysctl', 'all/arp_ignore:1', 'all/arp_ignore:0');
const worse = replace('sysctl', 'all/arp_ignore:1', 'all/arp_ignore:2');
const priority = replace('file', 'priority 25', 'priority 15');

async function savedWith(undone: Undone): Promise<SavedPlan> {
  const { session } = await connectFakeCluster(cluster, 'deployed', undone, { observed: 1 });
  const { plan: made } = await plan(session, () => undefined, signal);
  return readSavedPlan(JSON.stringify(savedPlan(made, cluster, '1.0.0', 'me')), 'a.plan');
}

async function resumedWith(saved: SavedPlan, undone: Undone): Promise<Resumed> {
  const { session } = await connectFakeCluster(cluster, 'deployed', undone, { observed: 1 });
  return planSaved(session, saved, () => undefined, signal);
}

const hostsOf = ({ plan: made }: Resumed) => [...new Set(changesIn(made).map(({ host }) => host))];

describe('a saved plan', () => {
  it('is applied where hosts are as they were', async () => {
    const saved = await savedWith({ rs1: sysctl, rs2: sysctl });
    const resumed = await resumedWith(saved, { rs1: sysctl, rs2: sysctl });
    expect([hostsOf(resumed), resumed.stale]).toEqual([['rs1', 'rs2'], []]);
  });

  it('leaves a host alone that changed since, and does the rest', async () => {
    const saved = await savedWith({ rs1: sysctl, rs2: sysctl });
    const resumed = await resumedWith(saved, { rs1: worse, rs2: sysctl });
    expect([hostsOf(resumed), resumed.stale, resumed.held]).toEqual([['rs2'], ['rs1'], []]);
  });

  it('leaves a host alone that needed no change when it was made', async () => {
    const resumed = await resumedWith(await savedWith({ rs2: sysctl }), { rs1: sysctl, rs2: sysctl });
    expect([hostsOf(resumed), resumed.stale]).toEqual([['rs2'], ['rs1']]);
  });

  it('has nothing to do where it was applied before', async () => {
    const resumed = await resumedWith(await savedWith({ rs1: sysctl, rs2: sysctl }), { rs2: sysctl });
    expect([hostsOf(resumed), resumed.stale]).toEqual([['rs2'], []]);
  });

  it('changes no director while any host is stale', async () => {
    const saved = await savedWith({ rs1: sysctl, rs2: sysctl, dr2: priority });
    const resumed = await resumedWith(saved, { rs1: worse, rs2: sysctl, dr2: priority });
    expect([hostsOf(resumed), resumed.stale, resumed.held]).toEqual([['rs2'], ['rs1'], ['dr2']]);
  });

  it('is refused when nothing of it holds', async () => {
    const saved = await savedWith({ rs1: sysctl });
    expect(await failureOf(resumedWith(saved, { rs1: worse }))).toMatchObject({
      code: 'stale',
      message: 'rs1 changed after the plan was made. No changes made.',
    });
  });

  it('is refused for another inventory, for another password, and by another lvsctl', async () => {
    const of = async (...more: readonly string[]): Promise<Cluster> => {
      const { cluster: read } = await readInventory(
        ['a.yml'],
        world({ files: { '/home/ops/a.yml': minimalWith(...more) } }),
      );
      if (read === undefined) throw new Error('an invalid inventory');
      return read;
    };
    const password = (text: string) => `vrrp_instance: { authentication: { auth_type: PASS, auth_pass: ${text} } }`;
    const made = await of(password('s3cret01'));
    const { session } = await connectFakeCluster(cluster, 'deployed', {}, { observed: 1 });
    const saved = savedPlan((await plan(session, () => undefined, signal)).plan, made, '1.0.0', 'me');
    requireMadeFor(saved, await of(password('s3cret01')), '1.0.0');
    const mistake = async (other: Cluster, version: string) =>
      (await failureOf(Promise.resolve().then(() => requireMadeFor(saved, other, version)))).message;
    expect(await mistake(await of(password('s3cret02')), '1.0.0')).toContain('another inventory');
    expect(await mistake(await of(password('s3cret01'), 'name: b'), '1.0.0')).toContain('another inventory');
    expect(await mistake(made, '1.0.1')).toBe('The plan was made by lvsctl 1.0.0; this is 1.0.1. No changes made.');
    expect(JSON.stringify(saved)).not.toContain('s3cret01');
  });

  it.each([
    ['is not JSON', 'hello'],
    ['is cut', '{"format": "lvsctl plan 1"'],
    ['is something else', '{"a": 1}'],
    ['is a list', '[]'],
  ])('is refused when it %s', async (_what, text) => {
    const { code, message } = await failureOf(Promise.resolve().then(() => readSavedPlan(text, 'a.plan')));
    expect(code).toBe('inventory');
    expect(message).toMatch(/^a\.plan: not a saved plan: .* No changes made\.$/s);
  });

  it('is refused when it was edited', async () => {
    const saved = await savedWith({ rs1: sysctl });
    const edited = { ...saved, hosts: { ...saved.hosts, rs2: saved.hosts['rs1'] } };
    expect(
      (await failureOf(Promise.resolve().then(() => readSavedPlan(JSON.stringify(edited), 'a.plan')))).message,
    ).toBe('a.plan: the plan was changed after it was saved. No changes made.');
  });
});
