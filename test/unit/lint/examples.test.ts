import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { readInventory } from '../../../src/inventory/read.ts';
import { processEnvironment } from '../../../src/inventory/source.ts';
import { keepalivedConf } from '../../../src/lint/keepalived-conf.ts';

const INVENTORIES = path.join(import.meta.dirname, '..', '..', '..', 'inventories');

/** The article's cluster has what its keepalived.conf files have. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = { 'article.yml': ['virtual_servers[0].nat_mask'] };

it.each(readdirSync(INVENTORIES))('finds in inventories/%s what it is meant to show', async (name) => {
  const { diagnostics } = await readInventory([path.join(INVENTORIES, name)], processEnvironment(), [keepalivedConf]);
  expect(diagnostics.map(({ path: place }) => place)).toEqual(EXPECTED[name] ?? []);
});
