import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { CHECKERS, REAL_SERVER, VIRTUAL_SERVER } from '../../../src/keepalived/keywords/check.ts';
import { GLOBAL_DEFS } from '../../../src/keepalived/keywords/globals.ts';
import { TOP } from '../../../src/keepalived/keywords/top.ts';
import { exitOf } from '../../../src/keepalived/config-test.ts';
import { read } from './read.ts';
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

it('every keyword that the agent refuses is in docs/agent.md', () => {
  const refused = TABLES.flatMap((table) => Object.entries(table)).filter(([, { status }]) => status === 'unsupported');
  expect(refused.length).toBeGreaterThan(20);
  expect(refused.map(([name]) => name).filter((name) => !DOCUMENT.includes(`\`${name}\``))).toEqual([]);
});

it.each([
  ['use_vmac\npromote_secondaries', 'promote_secondaries ignored: a VMAC always has it'],
  ['use_vmac\nunicast_peer {\n192.0.2.2\n}', 'use_vmac with unicast_peer needs vmac_xmit_base'],
  ['state MASTER\nauthentication {\nauth_type AH\nauth_pass x\n}', 'A starts as BACKUP because of auth_type AH'],
])('keepalived fails its test as well with %j', (lines, text) => {
  const head = 'interface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n192.0.2.1\n}';
  const { diagnostics } = read(`vrrp_instance A {\n${head}\n${lines}\n}`);
  const reported = diagnostics.filter((one) => one.severity === 'warning' && exitOf(one) === 5);
  expect(reported.map((one) => one.text)).toEqual([text]);
});
