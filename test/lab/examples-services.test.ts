import { type Example, tryExample } from './try-example.ts';

/** Inventories of other services and directors than the article's, which the other tests are about. */
const EXAMPLES: readonly Example[] = [
  {
    inventory: 'http-https-fwmark.yml',
    // One real server for a client, whichever it is.
    answered: [
      { url: 'http://192.168.168.12/', by: ['rs[12]'] },
      { url: 'https://192.168.168.12/', by: ['rs[12]'] },
    ],
    restarts: ['dr1', 'rs1'],
    engines: ['keepalived', 'agent'],
  },
  {
    inventory: 'many-services.yml',
    answered: [
      { url: 'http://192.168.168.13/', by: ['rs1', 'rs2', 'rs3'] },
      { url: 'http://192.168.168.12:8080/', by: ['rs2', 'rs3'] },
    ],
    restarts: ['dr1', 'rs1', 'rs3'],
    engines: ['keepalived'],
  },
  {
    inventory: 'unicast-three-directors.yml',
    answered: [{ url: 'http://192.168.168.12/', by: ['rs1', 'rs2'] }],
    restarts: [],
    engines: ['keepalived', 'agent'],
  },
  {
    inventory: 'sync-groups.yml',
    answered: [
      { url: 'http://192.168.168.12/', by: ['rs1', 'rs2'] },
      { url: 'http://192.168.169.12/', by: ['rs1', 'rs2'] },
    ],
    restarts: ['dr1', 'rs1'],
    engines: ['keepalived'],
  },
  {
    inventory: 'nat.yml',
    answered: [{ url: 'http://192.168.168.12/', by: ['rs1', 'rs2'] }],
    restarts: [],
    engines: ['keepalived'],
  },
];

EXAMPLES.forEach(tryExample);
