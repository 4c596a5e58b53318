import { Secret } from '../../../src/text/secret.ts';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/failure.ts';
import { planAsJson } from '../../../src/plan/json.ts';
import { planOf, type Plan } from '../../../src/plan/plan.ts';
import { hide, renderPlan, summary } from '../../../src/plan/render.ts';
import { sh } from '../../../src/remote/command.ts';
import { changeOf, planWith } from './plan-changes.ts';

const summaryOf = (plan: Plan, whole = false) =>
  renderPlan(plan, whole)
    .map(({ text }) => text)
    .join('\n');
const conf = (password: string) => `vrrp_instance VI_1 {\n  auth_pass ${password}\n  priority 100\n}\n`;

const configuration = (before: string | undefined, after: string, secrets: readonly string[] = []) =>
  changeOf({
    key: '/etc/keepalived/keepalived.conf',
    action: before === undefined ? 'create' : 'update',
    fields: [{ name: 'text', before, after, text: true }],
    secrets,
  });

describe('a plan for a person', () => {
  it('is one sentence without changes', () => {
    expect(renderPlan(planWith(), false)).toEqual([{ tone: 'title', hang: 2, text: 'No changes.' }]);
  });

  it('shows waves, hosts, changes, and before and after of each', () => {
    const plan = planWith(
      changeOf({
        host: 'rs1',
        role: 'real-server',
        kind: 'sysctl',
        key: 'x.y',
        fields: [{ name: 'value', before: '0', after: '1' }],
      }),
      changeOf({
        host: 'rs1',
        role: 'real-server',
        kind: 'sysctl',
        key: 'x.z',
        fields: [{ name: 'value', before: undefined, after: '1' }],
      }),
      changeOf({
        kind: 'packages',
        key: 'packages',
        action: 'create',
        fields: [{ name: 'keepalived', before: undefined, after: 'installed' }],
      }),
      changeOf({
        host: 'dr2',
        kind: 'address',
        key: '10.0.0.1 eth0',
        action: 'remove',
        reason: 'it is BACKUP',
        fields: [{ name: 'address', before: '10.0.0.1/32', after: undefined }],
      }),
      configuration('a\nb\nc\nd\ne\n', 'a\nb\nc\nd\nf\n'),
      changeOf({
        kind: 'service',
        key: 'keepalived.service',
        action: 'run',
        disruptive: true,
        reason: 'its file changes',
        fields: [{ name: 'restart', before: undefined, after: 'now' }],
      }),
    );
    expect(summaryOf(plan)).toBe(`wave 1 of 3: real servers, and packages everywhere
  rs1
    ~ sysctl x.y
        value: 0 → 1
    ~ sysctl x.z
        value: absent → 1
  dr1
    + packages packages
        keepalived
wave 2 of 3: backup director dr2
  dr2
    - address 10.0.0.1 eth0  (it is BACKUP)
        address: 10.0.0.1/32 → absent
wave 3 of 3: master director dr1
  dr1
    ~ file /etc/keepalived/keepalived.conf
        e removed
        f added
        …
          c
          d
        - e
        + f
    ! service keepalived.service *  (its file changes)
        restart: now
6 changes on 3 hosts. 1 may disrupt traffic (marked *).`);
  });

  it('shows 0 and the empty text as values', () => {
    const plan = planWith(changeOf({ kind: 'sysctl', key: 'a', fields: [{ name: 'value', before: '', after: '0' }] }));
    expect(summaryOf(plan)).toContain('value:  → 0');
  });

  it('shows the length of a new file, and its lines on request', () => {
    const plan = planWith(configuration(undefined, 'a\nb\n'));
    expect(summaryOf(plan)).toContain('        2 lines, shown with --diff');
    expect(summaryOf(plan, true)).toContain('        + a\n        + b');
  });

  it('lists unreadable hosts, and that it cannot be applied', () => {
    const unreadable = [{ host: 'rs1', failure: new Failure('unreachable', 'rs1: no route to host') }];
    expect(summaryOf(planOf(['rs1'], [], unreadable, undefined))).toBe(
      'could not be read: rs1: no route to host\n1 host could not be read; this plan cannot be applied.',
    );
    expect(summary(planOf(['rs1', 'dr1'], [configuration('a', 'b')], unreadable, 'dr1'))).toBe(
      '1 host could not be read; this plan cannot be applied. 1 change planned on the others.',
    );
  });

  it('lists hosts that fail preflight', () => {
    const unreadable = [{ host: 'rs1', failure: new Failure('unsupported', 'rs1: X does not run systemd') }];
    expect(summaryOf(planOf(['rs1'], [], unreadable, undefined))).toBe(
      'failed preflight: rs1: X does not run systemd\n1 host failed preflight; this plan cannot be applied.',
    );
  });
});

describe('secrets in a plan', () => {
  const plan = planWith({
    ...configuration(conf('former12'), conf('wanted12'), ['wanted12']),
    steps: [sh`printf ${new Secret('wanted12')}`],
  });

  it('are hidden in text, including a former one that this inventory does not have', () => {
    expect(summaryOf(plan, true)).not.toMatch(/former12|wanted12/);
    expect(summaryOf(plan)).toContain('(only a secret changes)');
  });

  it('are hidden in JSON', () => {
    expect(JSON.stringify(planAsJson(plan))).not.toMatch(/former12|wanted12/);
  });

  it('are hidden in a new file', () => {
    expect(summaryOf(planWith(configuration(undefined, conf('wanted12'), ['wanted12'])), true)).toContain(
      'auth_pass [secret]',
    );
  });

  it('do not affect other text', () => {
    expect(hide('port 11112\nauth_pass 1111\n', ['1111'])).toBe('port 11112\nauth_pass [secret]\n');
  });
});

describe('a plan for programs', () => {
  it('contains everything but the steps, with null for missing values', () => {
    const plan = planWith(
      changeOf({ kind: 'sysctl', key: 'a', fields: [{ name: 'value', before: undefined, after: '0' }] }),
    );
    expect(planAsJson(plan)).toEqual({
      hosts: ['dr1', 'dr2', 'rs1'],
      engines: [],
      waves: [
        {
          title: 'master director dr1',
          changes: [
            {
              host: 'dr1',
              role: 'director',
              kind: 'sysctl',
              key: 'a',
              action: 'update',
              fields: [{ name: 'value', before: null, after: '0' }],
              reason: null,
              disruptive: false,
            },
          ],
        },
      ],
      warnings: [],
      unreadable: [],
      changes: 1,
    });
  });

  it('contains the reason why a host is unreadable', () => {
    const failure = new Failure('auth', 'rs1: refused');
    expect(planAsJson(planOf(['rs1'], [], [{ host: 'rs1', failure }], undefined)).unreadable).toEqual([
      { host: 'rs1', code: 'auth', message: 'rs1: refused' },
    ]);
  });
});
