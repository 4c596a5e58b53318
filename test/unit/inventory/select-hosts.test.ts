import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Role, hostsOf } from '../../../src/inventory/cluster.ts';
import { matchesGlob, selectHosts } from '../../../src/inventory/select-hosts.ts';
import { readInventory } from '../../../src/inventory/read.ts';
import { processEnvironment } from '../../../src/inventory/source.ts';
import { RECORDED_INVENTORY } from '../../support/command-line.ts';

const { cluster } = await readInventory([RECORDED_INVENTORY], processEnvironment());
if (cluster === undefined) throw new Error('the inventory is invalid');
const members = hostsOf(cluster);

function select(limit: readonly string[], roles: readonly Role[] = []): readonly string[] | string {
  const selected = selectHosts(members, { limit, roles });
  return 'members' in selected ? selected.members.map(({ host }) => host.name) : selected.problem;
}

const KNOWN = 'Hosts: dr1, dr2, rs1, rs2, c1. Roles: directors, real_servers, client.';
const ALL = ['dr1', 'dr2', 'rs1', 'rs2', 'c1'];

describe('selectHosts', () => {
  it.each<[readonly string[], readonly Role[], readonly string[]]>([
    [[], [], ALL],
    [['all'], [], ALL],
    [['rs2,dr1'], [], ['dr1', 'rs2']],
    [['rs*', 'c1'], [], ['rs1', 'rs2', 'c1']],
    [['rs[2-9]'], [], ['rs2']],
    [['[!r]1'], [], ['c1']],
    [['?[!s]1'], [], ['dr1']],
    [['directors'], [], ['dr1', 'dr2']],
    [['real_servers, client'], [], ['rs1', 'rs2', 'c1']],
    [['!directors'], [], ['rs1', 'rs2', 'c1']],
    [['!rs1', 'rs*'], [], ['rs2']],
    [['192.168.168.102'], [], ['rs1']],
    [['all'], ['director', 'client'], ['dr1', 'dr2', 'c1']],
    [[], ['real-server'], ['rs1', 'rs2']],
  ])('selects %s with roles %s', (limit, roles, expected) => {
    expect(select(limit, roles)).toEqual(expected);
  });

  it.each([
    [['rs3'], 'No host of the inventory matches "rs3".', 'Did you mean "rs1"?'],
    [['director'], 'No host of the inventory matches "director".', 'Did you mean "directors"?'],
    [['!drx*'], 'No host of the inventory matches "drx*".', KNOWN],
    [['zzz', 'yyyyyyy'], 'No host of the inventory matches "zzz", "yyyyyyy".', KNOWN],
    [['rs1', '!rs*'], 'The patterns and roles select no host.', KNOWN],
  ])('refuses %s', (limit, problem, hint) => {
    expect(selectHosts(members, { limit, roles: [] })).toEqual({ problem, hint });
  });
});

describe('matchesGlob', () => {
  it('matches as a regular expression does', () => {
    const letter = fc.constantFrom('a', 'b', '*', '?', '[ab]', '[!a]', '[a-b]');
    fc.assert(
      fc.property(fc.array(letter, { maxLength: 7 }), fc.stringMatching(/^[abc]{0,7}$/), (parts, name) => {
        const source = parts.map((part) => part.replace('*', '.*').replace('?', '.').replace('[!', '[^')).join('');
        expect(matchesGlob(parts.join(''), name)).toBe(new RegExp(`^${source}$`).test(name));
      }),
    );
  });

  it('takes time in proportion for a glob of many stars', () => {
    const began = performance.now();
    expect(matchesGlob('*a'.repeat(500), 'a'.repeat(499))).toBe(false);
    expect(matchesGlob(`${'*a'.repeat(500)}b`, 'a'.repeat(10_000))).toBe(false);
    expect(performance.now() - began).toBeLessThan(1000);
  });
});
