import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findInventory } from '../../../src/inventory/find.ts';
import { rememberInventory } from '../../../src/inventory/last-inventory.ts';
import { processEnvironment } from '../../../src/inventory/source.ts';
import { world, type World } from './reading.ts';

const nothing = { argument: undefined, flags: [], afterDeploy: false };
const there: World = { files: { '/home/ops/inventory.yml': '' }, variables: { LVSCTL_INVENTORY: 'env.yml' } };

describe('the inventory', () => {
  it.each([
    ['the argument first', { ...nothing, argument: 'arg.yml' }, there, ['arg.yml']],
    ['-i over the argument', { ...nothing, argument: 'arg.yml', flags: ['i.yml'] }, there, ['arg.yml', 'i.yml']],
    ['every -i in order', { ...nothing, flags: ['a.yml', '-'] }, there, ['a.yml', '-']],
    ['$LVSCTL_INVENTORY next', nothing, there, ['env.yml']],
    ['several in $LVSCTL_INVENTORY', nothing, { variables: { LVSCTL_INVENTORY: 'a.yml:b.yml' } }, ['a.yml', 'b.yml']],
    ['./inventory.yml next', nothing, { ...there, variables: { LVSCTL_INVENTORY: '' } }, ['inventory.yml']],
    ['./inventory.yaml too', nothing, { files: { '/home/ops/inventory.yaml': '' } }, ['inventory.yaml']],
  ])('is %s', async (_, asked, given, sources) => {
    expect(await findInventory(asked, world(given))).toEqual({ sources });
  });

  it('is asked for when there is none', async () => {
    expect(await findInventory(nothing, world())).toMatchObject({
      diagnostic: { hint: 'Pass -i FILE, or create one with `lvsctl init`.' },
    });
  });
});

describe('the inventory of the last deploy', () => {
  it('is that of this folder, for commands after a deploy, while its files are there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lvsctl-find-'));
    try {
      const environment = { ...processEnvironment(), folder, variables: { XDG_STATE_HOME: join(folder, 'state') } };
      writeFileSync(join(folder, 'mine.yml'), '');
      await rememberInventory(['mine.yml'], environment);
      await rememberInventory(['-'], environment);
      const after = { ...nothing, afterDeploy: true };
      expect(await findInventory(after, environment)).toEqual({ sources: [join(folder, 'mine.yml')] });
      expect(await findInventory(nothing, environment)).toHaveProperty('diagnostic');
      expect(await findInventory(after, { ...environment, folder: '/' })).toHaveProperty('diagnostic');
      rmSync(join(folder, 'mine.yml'));
      expect(await findInventory(after, environment)).toHaveProperty('diagnostic');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
