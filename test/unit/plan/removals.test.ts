import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/plan/plan.ts';
import { removalsIn, removalsText, requireFewRemovals } from '../../../src/plan/removals.ts';
import { failureOf } from '../../support/failure-of.ts';
import { changeOf, planWith } from './plan-changes.ts';

const conf = (addresses: readonly string[], servers: readonly string[]) => `vrrp_instance VI_1 {
  virtual_ipaddress {
${addresses.map((address) => `    ${address}/32 dev eth0`).join('\n')}
  }
}
virtual_server 10.0.0.9 80 {
${servers.map((address) => `  real_server ${address} 80 {\n  }`).join('\n')}
}
`;

const plan = (
  ...changes: readonly (readonly [host: string, before: string | undefined, after: string | undefined])[]
): Plan => ({
  ...planWith(
    ...changes.map(([host, before, after]) =>
      changeOf({ host, key: '/etc/keepalived/keepalived.conf', fields: [{ name: 'text', before, after, text: true }] }),
    ),
  ),
  names: new Map([
    ['10.0.0.1', 'rs1'],
    ['10.0.0.2', 'rs2'],
  ]),
});
const textOf = (made: Plan) => removalsText(removalsIn(made));

const FOUR = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'];

describe('what a deploy does not remove without being asked to', () => {
  it('is a VIP', () => {
    expect(textOf(plan(['dr1', conf(['10.0.0.9', '10.0.0.8'], FOUR), conf(['10.0.0.9'], FOUR)]))).toBe(
      'This plan removes the VIP 10.0.0.8 from the cluster',
    );
  });

  it('is more than a third of the real servers', () => {
    const without = (count: number) => plan(['dr1', conf(['10.0.0.9'], FOUR), conf(['10.0.0.9'], FOUR.slice(count))]);
    expect(textOf(without(1))).toBeUndefined();
    expect(textOf(without(2))).toBe('This plan removes 2 of 4 real servers (rs1, rs2) from the cluster');
  });

  it('is not an address that another director or instance keeps', () => {
    const both = conf(['10.0.0.9', '10.0.0.8'], FOUR);
    expect(
      textOf(plan(['dr1', both, conf(['10.0.0.9'], FOUR)], ['dr2', conf(['10.0.0.9'], FOUR), both])),
    ).toBeUndefined();
    expect(
      textOf(
        plan([
          'dr1',
          both,
          both.replace('    10.0.0.8/32 dev eth0\n', '').replaceAll('VI_1', 'VI_2') + conf(['10.0.0.8'], []),
        ]),
      ),
    ).toBeUndefined();
  });

  it('is not what a first or a last file has', () => {
    expect(
      textOf(plan(['dr1', undefined, conf([], [])], ['dr2', conf(['10.0.0.9'], FOUR), undefined])),
    ).toBeUndefined();
  });

  it('is refused with the flag that allows it', async () => {
    const made = plan(['dr1', conf(['10.0.0.9'], FOUR), conf(['10.0.0.8'], FOUR.slice(3))]);
    const { message, code, detail } = await failureOf(Promise.resolve().then(() => requireFewRemovals(made)));
    expect(code).toBe('inventory');
    expect(message).toBe(
      'This plan removes the VIP 10.0.0.9 and 3 of 4 real servers (rs1, rs2, 10.0.0.3) from the cluster. No changes made.',
    );
    expect(detail.hint).toContain('--allow-removals');
  });
});
