import { readFileSync } from 'node:fs';
import path from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Schema } from '../../../src/reference/keyword-schema.ts';
import { annotatedSchema, inventorySchema } from '../../../src/reference/json-schema.ts';
import { findings, minimalWith } from '../inventory/reading.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const schema = z.fromJSONSchema(JSON.parse(inventorySchema()));
const accepts = (text: string): boolean => schema.safeParse(load(text)).success;

describe('the JSON Schema', () => {
  it.each([
    'inventories/article.yml',
    'inventories/minimal.yml',
    ...['full', 'nat', 'dual-stack', 'instances', 'two-box'].map((name) => `test/fixtures/inventories/${name}.yml`),
  ])('accepts %s', (name) => {
    expect(schema.safeParse(load(readFileSync(path.join(root, name), 'utf8'))).error).toBeUndefined();
  });

  // Each is right or wrong for lvsctl too.
  it.each([
    ['client: local', true],
    ['client: 192.168.168.200', true],
    ['client: {local: yes}', true],
    ['vrrp_instance: {authentication: {auth_pass: 1111}}', true],
    ['vrrp_instance: {authentication: {auth_pass: {env: PASSWORD}}}', true],
    ['vrrp_script: {chk: {script: /usr/bin/pgrep nginx, interval: 2, weight: -10}}', true],
    ['vrrp_script: {chk: {script: [/usr/bin/pgrep nginx, nobody], init_fail: true}}', true],
    ['virtual_servers: [{http_get: {url: [{path: /health}, {path: /, status_code: 200}]}}]', true],
    ['virtual_servers: [{tcp_check: {alpha: on}, quorum: 2}]', true],
    ['global_defs: {lvs_timeouts: [tcp, 900], vrrp_version: 3}', true],
    ['vip: [192.168.168.12, {address: 192.168.168.13, dev: eth0}]', true],
    ['vip: 192.168.168.12/32 dev eth0', true],
    ['pools: {web: {members: [rs1, {name: rs2, weight: 2}], check: http /}}', true],
    ['virtual_servers: [{port: [80, 443]}]', true],
    ['virtual_servers: [{pool: [rs1, {name: rs2, port: 80}], protocol: SCTP}]', true],
    ['networks: {outside: 192.168.168.0/24}', true],
    ['tun: {type: gre, mss: 1400}', true],
    ['tun: {type: vxlan}', false],
    ['nat: {way_back: maybe}', false],
    ['pools: {web: {member: [rs1]}}', false],
    ['virtual_servers: [{port: [http]}]', false],
    ['global_defs: {vrrp_version: 4}', false],
    ['vip: {a: b}', false],
    ['vrrp_instance: {virtual_router_id: 0}', false],
    ['vrrp_instance: {advert_int: often}', false],
    ['virtual_servers: [{lb_algo: roundrobin}]', false],
    ['real_servers: [{address: 192.168.168.104, wieght: 1}]', false],
    ['vrrp_script: {chk: {intervall: 2}}', false],
    ['frobnicate: 1', false],
  ])('and lvsctl agree on %s', async (line, good) => {
    const [key = ''] = line.split(':');
    const text = minimalWith()
      .split('\n')
      .filter((one) => !one.startsWith(`${key}:`))
      .concat(line)
      .join('\n');
    const found = await findings(text, { variables: { PASSWORD: 'secret' } });
    expect({ schema: accepts(text), lvsctl: !found.some((one) => one.startsWith('error')) }).toEqual({
      schema: good,
      lvsctl: good,
    });
  });
});

/** Every key of a schema, with the places above it. */
function keysOf({ properties, definitions }: Schema, at = ''): readonly (readonly [string, Schema])[] {
  const own = Object.entries(properties ?? {}).flatMap(([key, one]) => [
    [`${at}${key}`, one] as const,
    ...keysOf(one, `${at}${key}.`),
  ]);
  return [...own, ...Object.entries(definitions ?? {}).flatMap(([name, one]) => keysOf(one, `${name}.`))];
}

it('every key has a meaning and a type', () => {
  const keys = keysOf(annotatedSchema());
  expect(keys.length).toBeGreaterThan(400);
  const without = keys.filter(
    ([, { description = '', type, enum: words, anyOf, allOf, $ref }]) =>
      description === '' || [type, words, anyOf, allOf, $ref].every((one) => one === undefined),
  );
  expect(without.map(([key]) => key)).toEqual([]);
});

it('every pattern is one of unicode mode, in which editors read it', () => {
  const patterns = [...inventorySchema().matchAll(/"pattern": ?("(?:[^"\\]|\\.)*")/g)].map(
    ([, text = '']) => JSON.parse(text) as string,
  );
  expect(patterns.length).toBeGreaterThan(10);
  for (const pattern of patterns) expect(() => new RegExp(pattern, 'u')).not.toThrow();
});
