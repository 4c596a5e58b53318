import { beforeAll, describe, expect, it } from 'vitest';
import type { Cluster, EnginePolicy } from '../../../src/inventory/cluster.ts';
import { plan as planSession } from '../../../src/pipeline/plan.ts';
import { planAsJson } from '../../../src/plan/json.ts';
import { type Plan, changesIn } from '../../../src/plan/plan.ts';
import { renderPlan } from '../../../src/plan/render.ts';
import {
  type Sections,
  type FakeClusterOptions,
  type Undone,
  AGENT_UNIT,
  all,
  onAgent,
  recordedCluster,
  replace,
  connectFakeCluster,
} from '../../support/recorded.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await recordedCluster();
});

/** The recorded cluster with another word on the engine of dr2. */
const withEngine = (engine: EnginePolicy): Cluster => ({
  ...cluster,
  directors: cluster.directors.map((one) => (one.name === 'dr2' ? { ...one, engine } : one)),
});

async function planOf(
  state: 'bare' | 'deployed',
  undone: Undone,
  of = cluster,
  options: FakeClusterOptions = {},
): Promise<Plan> {
  const { session } = await connectFakeCluster(of, state, undone, options);
  return (await planSession(session, () => undefined, new AbortController().signal)).plan;
}

const summaryOf = (plan: Plan) =>
  changesIn(plan)
    .filter(({ host }) => host === 'dr2')
    .map(({ action, kind, key }) => `${action} ${kind} ${key}`);

const text = (plan: Plan) => renderPlan(plan, false).map((line) => line.text);

describe('a director that no source of packages has keepalived for', () => {
  const without = replace('engine', 'mount', 'none');

  it('gets the agent: one program, the same configuration, one unit, no package', async () => {
    const plan = await planOf('bare', { dr2: without });
    expect(summaryOf(plan)).toEqual([
      'create program /usr/local/sbin/lvs-agent',
      'create file /etc/modules-load.d/lvsctl.conf',
      'create file /etc/sysctl.d/zz-lvsctl.conf',
      'create file /etc/keepalived/keepalived.conf',
      'create file /etc/systemd/system/lvs-agent.service',
      'update sysctl net.ipv4.vs.expire_nodest_conn',
      'update sysctl net.ipv4.vs.expire_quiescent_template',
      'create service lvs-agent.service',
    ]);
    expect(text(plan)).toContain(`        sha256: ${'a'.repeat(64)}`);
    expect(text(plan)).toContain('        size: 700000 bytes');
  });

  it('is shown with its engine and the reason, as text and JSON', async () => {
    const plan = await planOf('bare', { dr2: without });
    const because =
      "no package source has keepalived: /mnt/Packages does not hold it, and the host's lists of packages do not name it";
    expect(text(plan).slice(0, 2)).toEqual([
      'dr1: engine keepalived (/mnt/Packages has it)',
      `dr2: engine agent (${because})`,
    ]);
    expect(planAsJson(plan).engines).toContainEqual({
      host: 'dr2',
      engine: 'agent',
      because,
      runs: null,
      unverified: null,
    });
  });

  it('needs no changes afterwards, and a restart when the program differs', async () => {
    expect(summaryOf(await planOf('deployed', { dr2: onAgent(cluster, 'dr2') }))).toEqual([]);
    const newer = await planOf('deployed', { dr2: onAgent(cluster, 'dr2') }, cluster, {
      agents: () => ({ sha256: 'b'.repeat(64), size: 1, packed: () => 'H4sI' }),
    });
    expect(summaryOf(newer)).toEqual(['update program /usr/local/sbin/lvs-agent', 'run service lvs-agent.service']);
    expect(text(newer)).toContain(`        sha256: ${'a'.repeat(64)} → ${'b'.repeat(64)}`);
    expect(text(newer)).toContain('        size: 700000 bytes → 1 bytes');
    expect(changesIn(newer).at(-1)).toMatchObject({ disruptive: true, fields: [{ name: 'restart' }] });
  });

  it('reports that this copy of lvsctl has no agent for its machine', async () => {
    const plan = await planOf('bare', { dr2: without }, cluster, {
      agents: () => ({ missing: 'there was no compiler', fix: 'Build it.' }),
    });
    expect(plan.unreadable).toMatchObject([
      {
        host: 'dr2',
        failure: {
          code: 'unsupported',
          message: expect.stringContaining('dr2: the bundled agent is unavailable: there was no compiler') as string,
          detail: {
            hint: 'Build it. Or set `engine: keepalived` and provide a package source that has it.',
          },
        },
      },
    ]);
  });

  it('keeps its agent when this copy of lvsctl has none, and the plan says so', async () => {
    const options = { agents: () => ({ missing: 'it is not built here', fix: 'Build it.' }) };
    const plan = await planOf(
      'deployed',
      { dr2: all(onAgent(cluster, 'dr2'), replace('file', 'priority 25', 'priority 15')) },
      cluster,
      options,
    );
    expect(summaryOf(plan)).toEqual(['update file /etc/keepalived/keepalived.conf', 'run service lvs-agent.service']);
    expect(text(plan)).toContain(
      'dr2: the agent is left unchanged, because the bundled one is unavailable: it is not built here. Build it.',
    );
    expect(planAsJson(plan).engines).toContainEqual(expect.objectContaining({ unverified: 'it is not built here' }));
  });

  it('has its table restored by a reload of the agent', async () => {
    const plan = await planOf('deployed', {
      dr2: all(onAgent(cluster, 'dr2'), replace('ipvs', /^-> C0A8A866.*\n/m, '')),
    });
    expect(changesIn(plan).flatMap(({ steps }) => steps.map(({ script }) => script))).toEqual([
      'systemctl reload lvs-agent.service',
    ]);
  });
});

describe('a director that the agent runs on, when packages of keepalived appear', () => {
  const appeared = replace('engine', 'none', 'candidate');

  it('stays with the agent, and the plan says how to change that', async () => {
    const plan = await planOf('deployed', { dr2: all(onAgent(cluster, 'dr2'), appeared) });
    expect(summaryOf(plan)).toEqual([]);
    expect(text(plan)).toContain(
      'dr2: engine agent (already running, and a change would disrupt traffic; set `engine: keepalived` to change)',
    );
  });

  it('stays with it when keepalived was installed by hand, which must not start at boot', async () => {
    const byHand = (sections: Sections): void => {
      sections.set('packages', 'keepalived\nipvsadm\n');
      sections.set('engine', 'machine x86_64\ninstalled\n');
      const unit = 'Names=keepalived.service\nLoadState=loaded\nActiveState=inactive\nUnitFileState=enabled\n';
      sections.set('service', `${AGENT_UNIT}\n${unit}`);
    };
    const plan = await planOf('deployed', { dr2: all(onAgent(cluster, 'dr2'), byHand) });
    expect(summaryOf(plan)).toEqual(['update service keepalived.service']);
    expect(changesIn(plan)).toMatchObject([{ disruptive: false, fields: [{ name: 'enabled', after: 'no' }] }]);
  });

  it('gets keepalived when the agent no longer runs, and the plan says why', async () => {
    const failed = replace('service', 'ActiveState=active', 'ActiveState=failed');
    const plan = await planOf('deployed', { dr2: all(onAgent(cluster, 'dr2'), appeared, failed) });
    expect(summaryOf(plan)).toContain('create packages packages');
    expect(text(plan)).toContain("dr2: engine keepalived (the host's lists of packages have it)");
  });
});

describe('a director whose engine is changed', () => {
  it('to the agent stops keepalived, which stays installed', async () => {
    const of = withEngine('agent');
    const plan = await planOf('deployed', {}, of);
    expect(summaryOf(plan)).toEqual([
      'create program /usr/local/sbin/lvs-agent',
      'create file /etc/systemd/system/lvs-agent.service',
      'update service keepalived.service',
      'create service lvs-agent.service',
    ]);
    expect(plan.engines.map(({ host, engine }) => `${host} ${engine}`)).toEqual(['dr1 keepalived', 'dr2 agent']);
  });

  it('to keepalived installs it in the wave of this director, and removes the files of the agent', async () => {
    const of = withEngine('keepalived');
    const plan = await planOf('deployed', { dr2: onAgent(of, 'dr2') }, of);
    expect(plan.waves.map(({ title }) => title)).toEqual(['backup director dr2']);
    expect(summaryOf(plan)).toEqual([
      'create packages packages',
      'update service lvs-agent.service',
      'create service keepalived.service',
      'remove obsolete /etc/systemd/system/lvs-agent.service',
      'remove obsolete /usr/local/sbin/lvs-agent',
    ]);
    expect(text(plan)).toContain('dr2: engine keepalived, in place of agent (the inventory says so)');
  });
});
