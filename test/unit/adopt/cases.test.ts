import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Adopted, adoptFiles } from '../../../src/adopt/adopt-files.ts';
import { parseYaml } from '../../../src/inventory/yaml.ts';
import { processEnvironment } from '../../../src/inventory/source.ts';

const CASES = path.join(import.meta.dirname, '../../fixtures/adopt');

/** Files beside those that are adopted: what is included, and what is expected. */
const OTHERS = /^(?:inventory\.yml|.*\.inc)$/;

async function adopted(name: string): Promise<Adopted> {
  const folder = path.join(CASES, name);
  const files = readdirSync(folder)
    .filter((file) => !OTHERS.test(file))
    .map((file) => ({ file, text: readFileSync(path.join(folder, file), 'utf8') }));
  const result = await adoptFiles({
    files,
    addresses: new Map(),
    include: (pattern) => {
      const file = path.join(folder, path.basename(pattern));
      return existsSync(file) ? [{ name: path.basename(pattern), text: readFileSync(file, 'utf8') }] : [];
    },
    environment: { ...processEnvironment(), folder: '/' },
  });
  if (typeof result === 'string') throw new Error(result);
  return result;
}

describe('a cluster that was built by hand', () => {
  it.each(readdirSync(CASES))('%s', async (name) => {
    const { inventory, proof } = await adopted(name);
    const golden = path.join(CASES, name, 'inventory.yml');
    if (process.env['UPDATE_GOLDENS'] === '1') writeFileSync(golden, inventory);
    expect(inventory).toBe(readFileSync(golden, 'utf8'));
    expect(parseYaml('inventory.yml', inventory).diagnostics).toEqual([]);
    expect(proof.directors.flatMap(({ differences }) => differences)).toEqual([]);
    expect(proof.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  });
});
