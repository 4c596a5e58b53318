import { type Example, tryExample } from './try-example.ts';

/** Inventories of other networks and families than the article's, each with either engine. */
const EXAMPLES: readonly Omit<Example, 'engines'>[] = [
  {
    inventory: 'nat-with-gateway.yml',
    answered: [{ url: 'http://192.168.168.12/', by: ['rs1', 'rs2'] }],
    restarts: ['dr1', 'rs1'],
    faults: ['daemon', 'cable', 'inside-cable', 'web'],
  },
  {
    inventory: 'tun.yml',
    answered: [{ url: 'http://192.168.168.12/', by: ['rs1', 'rs2'] }],
    restarts: ['dr1', 'rs1', 'router'],
  },
  {
    inventory: 'ipv6.yml',
    answered: [{ url: 'http://[fd00:168::12]/', by: ['rs1', 'rs2'] }],
    restarts: ['dr1', 'rs1'],
  },
  {
    inventory: 'dual-stack.yml',
    answered: [
      { url: 'http://192.168.168.12/', by: ['rs1', 'rs2'] },
      { url: 'http://[fd00:168::12]/', by: ['rs1', 'rs2'] },
    ],
    restarts: ['dr1', 'rs1'],
  },
];

for (const example of EXAMPLES) tryExample({ ...example, engines: ['keepalived', 'agent'] });
