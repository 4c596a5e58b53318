import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readInventory } from '../../../src/inventory/read.ts';
import { processEnvironment } from '../../../src/inventory/source.ts';
import { filesOfAll } from '../../../src/render/files.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const goldens = join(root, 'test/fixtures/render');
const inventories = [
  'inventories/minimal.yml',
  'inventories/article.yml',
  ...['full', 'two-box', 'nat', 'dual-stack', 'instances'].map((name) => `test/fixtures/inventories/${name}.yml`),
];

/** UPDATE_GOLDENS=1 rewrites them; read the difference before you commit it. */
const update = process.env['UPDATE_GOLDENS'] === '1';

describe.each(inventories)('the files of %s', async (inventory) => {
  const { cluster, diagnostics } = await readInventory([join(root, inventory)], processEnvironment());
  const folder = join(goldens, basename(inventory, '.yml'));
  const rendered = new Map<string, string>();
  if (cluster !== undefined) {
    for (const { host, files } of filesOfAll(cluster, () => ({
      interfaceOf: (address) => (address.startsWith('10.') ? 'eth1' : 'eth0'),
    }))) {
      for (const { path, text } of files) rendered.set(join(host.name, path), text);
      const modes = files.map(({ path, mode }) => `${mode.toString(8).padStart(4, '0')} ${path}\n`);
      rendered.set(join(host.name, 'MODES'), modes.join(''));
    }
  }
  if (update) {
    rmSync(folder, { recursive: true, force: true });
    for (const [name, text] of rendered) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
  }

  it('come from a valid inventory', () => {
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it.each([...rendered.keys()])('%s matches its golden', (name) => {
    expect(rendered.get(name)).toBe(readFileSync(join(folder, name), 'utf8'));
  });

  it('have one golden each, without extra ones', () => {
    expect(filesBelow(folder).sort()).toEqual([...rendered.keys()].sort());
  });
});

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}
