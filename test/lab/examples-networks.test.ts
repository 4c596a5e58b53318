import { type Example, tryExample } from './try-example.ts';

const EITHER = ['keepalived', 'agent'] as const;

/** Inventories of other networks and families than the article's, each method and each family with either engine. */
const EXAMPLES: readonly Example[] = [
  {
    inventory: 'nat-with-gateway.yml',
    answered: [{ url: 'http://192.168.168.12/', by: ['rs1', 'rs2'] }],
    restarts: ['dr1', 'rs1'],
    faults: ['daemon', 'cable', 'inside-cable', 'web'],
    engines: EITHER,
  },
  {
    inventory: 'tun.yml',
    answered: [{ url: 'http://192.168.168.12/', by: ['rs1', 'rs2'] }],
    restarts: ['dr1', 'rs1', 'router'],
    engines: EITHER,
  },
  {
    inventory: 'ipv6.yml',
    answered: [{ url: 'http://[fd00:168::12]/', by: ['rs1', 'rs2'] }],
    restarts: ['dr1', 'rs1'],
    engines: ['keepalived'],
  },
  {
    inventory: 'dual-stack.yml',
    answered: [
      { url: 'http://192.168.168.12/', by: ['rs1', 'rs2'] },
      { url: 'http://[fd00:168::12]/', by: ['rs1', 'rs2'] },
    ],
    restarts: ['dr1', 'rs1'],
    engines: EITHER,
  },
];

EXAMPLES.forEach(tryExample);
