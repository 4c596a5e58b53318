import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ARTICLE } from '../../../src/lab/article.ts';
import { topologyOf } from '../../../src/lab/topology-of.ts';
import { readInventory } from '../../../src/inventory/read.ts';
import { processEnvironment } from '../../../src/inventory/source.ts';
import type { Topology } from '../../../src/lab/topology.ts';

const INVENTORIES = path.join(import.meta.dirname, '..', '..', '..', 'inventories');

/** The lab of an inventory, or of a text. */
async function lab(file: string, text = ''): Promise<Topology> {
  const environment = processEnvironment();
  const { cluster, diagnostics } = await readInventory([file], {
    ...environment,
    readStandardInput: async () => Buffer.from(text),
  });
  if (cluster === undefined) throw new Error(diagnostics.map(({ what }) => what).join());
  return topologyOf(cluster);
}

describe('the lab of an inventory', () => {
  it('is the one without an inventory for the article', async () => {
    expect(await lab(path.join(INVENTORIES, 'article.yml'))).toEqual(ARTICLE);
  });

  it('gets a client where the inventory has none, or has one that is not in the lab', async () => {
    for (const client of ['', 'client: local']) {
      const { hosts, added } = await lab(
        '-',
        `vip: 10.0.0.12\ndirectors: [10.0.0.1, 10.0.0.2]\nreal_servers: [10.0.0.254]\n${client}\n`,
      );
      expect(hosts.at(-1)).toMatchObject({ name: 'c1', roles: ['client'], address: '10.0.0.253' });
      expect(added).toEqual(['c1']);
    }
  });
});
