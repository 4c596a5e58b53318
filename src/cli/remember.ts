import { rememberInventory } from '../inventory/last-inventory.ts';
import { processEnvironment } from '../inventory/source.ts';

/** Lets `verify` and `failover-test` go without an inventory after a deploy. A memory that cannot be written is no failure. */
export async function remember(sources: readonly string[]): Promise<void> {
  try {
    await rememberInventory(sources, processEnvironment());
  } catch {
    // The next verb asks for its inventory instead.
  }
}
