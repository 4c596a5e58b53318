import { readFileSync } from 'node:fs';
import { inventoryPage } from './inventory-page.ts';
import { inventorySchema } from './json-schema.ts';
import { outputPage } from './output-page.ts';
import { platformsPage } from './platforms-page.ts';
import { withRooms } from './rooms.ts';

const ROOT = new URL('../../', import.meta.url);

/** Files generated from the code, by their paths in the repository. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  const architecture = readFileSync(new URL('docs/architecture.md', ROOT), 'utf8');
  const { ROOMS } = (await import(new URL('.oxlint.config.js', ROOT).href)) as {
    readonly ROOMS: Readonly<Record<string, readonly string[]>>;
  };
  return new Map([
    ['docs/architecture.md', withRooms(architecture, ROOMS)],
    ['docs/inventory.md', await inventoryPage()],
    ['docs/inventory.schema.json', inventorySchema()],
    ['docs/output.md', outputPage()],
    ['docs/platforms.md', platformsPage()],
  ]);
}
