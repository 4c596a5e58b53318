import { rememberInventory } from '../inventory/last-inventory.ts';
import { processEnvironment } from '../inventory/source.ts';

/** Records the inventory, so that `verify` and `failover-test` need no argument after a deploy. Best effort. */
export async function remember(sources: readonly string[]): Promise<void> {
  try {
    await rememberInventory(sources, processEnvironment());
  } catch {
    // The next verb then requires an inventory argument.
  }
}
