import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { CHECKERS, REAL_SERVER, VIRTUAL_SERVER } from '../../../src/keepalived/keywords/check.ts';
import { GLOBAL_DEFS } from '../../../src/keepalived/keywords/globals.ts';
import { TOP } from '../../../src/keepalived/keywords/top.ts';
import { VRRP_INSTANCE, VRRP_SYNC_GROUP } from '../../../src/keepalived/keywords/vrrp.ts';

const DOCUMENT = readFileSync(path.resolve(import.meta.dirname, '../../../docs/agent.md'), 'utf8');
const TABLES = [
  TOP,
  GLOBAL_DEFS,
  VRRP_INSTANCE,
  VRRP_SYNC_GROUP,
  VIRTUAL_SERVER,
  REAL_SERVER,
  ...Object.values(CHECKERS),
];

test('every keyword that the agent refuses is in docs/agent.md', () => {
  const refused = TABLES.flatMap((table) => Object.entries(table)).filter(([, { status }]) => status === 'unsupported');
  expect(refused.length).toBeGreaterThan(20);
  expect(refused.map(([name]) => name).filter((name) => !DOCUMENT.includes(`\`${name}\``))).toEqual([]);
});
