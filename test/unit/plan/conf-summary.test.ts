import { describe, expect, it } from 'vitest';
import { confChanges } from '../../../src/plan/conf-changes.ts';
import { confSummary } from '../../../src/plan/conf-summary.ts';

const server = (address: string, weight: number, timeout = 3) => `  real_server ${address} 80 {
    weight ${weight}
    TCP_CHECK {
      connect_timeout ${timeout}
    }
  }
`;
const service = (vip: string, inner: string, algorithm = 'rr') => `virtual_server ${vip} 80 {
  lb_algo ${algorithm}
${inner}}
`;
const instance = (priority: number, ...addresses: readonly string[]) => `vrrp_instance VI_1 {
  priority ${priority}
  virtual_ipaddress {
${addresses.map((address) => `    ${address} dev eth0`).join('\n')}
  }
}
`;

const FORMER = instance(100, '10.0.0.9/32') + service('10.0.0.9', server('10.0.0.1', 1) + server('10.0.0.2', 1));
const NAMES = new Map([1, 2, 3, 4, 5].map((number) => [`10.0.0.${number}`, `rs${number}`]));

const summaryOf = (after: string, before = FORMER) =>
  confSummary(confChanges(before, after), NAMES).map(({ action, text }) => `${action} ${text}`);

describe('what a new keepalived.conf means', () => {
  it('is nothing when only comments, order or layout change', () => {
    const [vrrp, services] = [
      FORMER.slice(0, FORMER.indexOf('virtual_server')),
      FORMER.slice(FORMER.indexOf('virtual_server')),
    ];
    expect(summaryOf(`# new\n${services.replaceAll('  ', '\t')}\n${vrrp}`)).toEqual([]);
  });

  it.each([
    [
      'a real server that is added',
      instance(100, '10.0.0.9/32') +
        service('10.0.0.9', server('10.0.0.1', 1) + server('10.0.0.2', 1) + server('10.0.0.3', 2)),
      ['create real server rs3 added to 10.0.0.9:80, weight 2'],
    ],
    [
      'a real server that is removed',
      instance(100, '10.0.0.9/32') + service('10.0.0.9', server('10.0.0.1', 1)),
      ['remove real server rs2 removed from 10.0.0.9:80'],
    ],
    [
      'a real server without a name',
      instance(100, '10.0.0.9/32') +
        service('10.0.0.9', server('10.0.0.1', 1) + server('10.0.0.2', 1) + server('10.0.0.77', 1)),
      ['create real server 10.0.0.77:80 added to 10.0.0.9:80, weight 1'],
    ],
    [
      'a weight of one and a check of all',
      instance(100, '10.0.0.9/32') + service('10.0.0.9', server('10.0.0.1', 1, 5) + server('10.0.0.2', 4, 5)),
      [
        'update real servers rs1, rs2 of 10.0.0.9:80: TCP_CHECK connect_timeout 3 → 5',
        'update real server rs2 of 10.0.0.9:80: weight 1 → 4',
      ],
    ],
    [
      'a scheduler and a priority',
      instance(150, '10.0.0.9/32') + service('10.0.0.9', server('10.0.0.1', 1) + server('10.0.0.2', 1), 'wlc'),
      ['update VI_1: priority 100 → 150', 'update 10.0.0.9:80: lb_algo rr → wlc'],
    ],
    [
      'another address, with its service',
      instance(100, '10.0.0.8/32') + service('10.0.0.8', server('10.0.0.1', 1)),
      [
        'remove virtual server 10.0.0.9:80 removed, with 2 real servers',
        'remove VIP 10.0.0.9 removed from VI_1',
        'create VIP 10.0.0.8 added to VI_1',
        'create virtual server 10.0.0.8:80 added, with 1 real server',
      ],
    ],
    [
      'keywords of the whole file and of an instance that come',
      `global_defs {\n  router_id dr1\n}\n${FORMER.replace('  priority 100\n', '  priority 100\n  nopreempt\n')}`,
      ['create global_defs added', 'create VI_1: nopreempt added'],
    ],
  ])('names %s', (_what, after, lines) => {
    expect(summaryOf(after).toSorted()).toEqual([...lines].toSorted());
  });

  it('names many real servers of one change once, and not more than a screen of lines', () => {
    const all = (weight: (number: number) => number) =>
      instance(100, '10.0.0.9/32') +
      service('10.0.0.9', [1, 2, 3, 4, 5].map((number) => server(`10.0.0.${number}`, weight(number))).join(''));
    expect(
      summaryOf(
        all(() => 2),
        all(() => 1),
      ),
    ).toEqual(['update real servers rs1 … rs5 of 10.0.0.9:80: weight 1 → 2']);
    const services = (algorithm: string) =>
      Array.from({ length: 40 }, (_, index) => service(`10.0.1.${index}`, '', algorithm)).join('');
    expect(summaryOf(services('rr'), services('wlc'))).toHaveLength(13);
    expect(summaryOf(services('rr'), services('wlc')).at(-1)).toBe('update and 28 changes more');
  });
});
