import { inventoryPage } from './inventory-page.ts';
import { inventorySchema } from './json-schema.ts';
import { outputPage } from './output-page.ts';

/** Files that are made from the code, by their paths in the repository. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ['docs/inventory.md', await inventoryPage()],
    ['docs/inventory.schema.json', inventorySchema()],
    ['docs/output.md', outputPage()],
  ]);
}
