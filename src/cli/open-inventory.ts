import { EXIT, type ExitCode, Failure } from '../failure.ts';
import type { Cluster } from '../inventory/cluster.ts';
import type { Diagnostic } from '../inventory/diagnostic.ts';
import { type InventoryReading, readInventory } from '../inventory/read.ts';
import { processEnvironment } from '../inventory/source.ts';
import type { Context } from './context.ts';
import { findInventory } from './find-inventory.ts';

/** Reads the inventory that an argument, `-i` or the usual places name. @throws Failure `inventory` when there is none. */
export async function readFrom(
  { cwd, env }: Context,
  argument: string | undefined,
  flags: readonly string[] | undefined,
): Promise<{ readonly sources: readonly string[]; readonly reading: InventoryReading }> {
  const sources = await findInventory(argument, flags ?? [], cwd, env);
  if (sources === undefined) {
    throw new Failure('inventory', 'No inventory was named, and there is no inventory.yml in this folder.', {
      hint: 'Name one: `lvsctl deploy inventory.yml`. inventories/minimal.yml is one to start from.',
    });
  }
  return { sources, reading: await readInventory(sources, processEnvironment()) };
}

/** The cluster, after every finding about its inventory has been told; undefined when there is a mistake in it. */
export async function openInventory(
  context: Context,
  argument: string | undefined,
  flags: readonly string[] | undefined,
): Promise<{ readonly cluster: Cluster; readonly sources: readonly string[] } | ExitCode> {
  const { sources, reading } = await readFrom(context, argument, flags);
  if (reading.cluster !== undefined) {
    // Warnings are lint's to tell: before each deploy they would be noise.
    return { cluster: reading.cluster, sources };
  }
  tellDiagnostics(context, reading.diagnostics);
  return EXIT.inventory;
}

/** Every finding with its place, what it is and what to do. */
export function tellDiagnostics({ screen }: Context, diagnostics: readonly Diagnostic[]): void {
  for (const found of diagnostics) {
    if (screen.json) {
      screen.emit({ type: 'diagnostic', ...found });
      continue;
    }
    const place = [found.file, found.line].filter((part) => part !== undefined).join(':');
    const path = found.path === '' ? '' : ` ${found.path}`;
    const told = `${place}:${path}: ${found.severity}: ${found.what}`;
    if (found.severity === 'error') screen.error(told);
    else screen.line(told, 'change');
    if (found.hint !== undefined) {
      if (found.severity === 'error') screen.error(`    ${found.hint}`);
      else screen.line(`    ${found.hint}`);
    }
  }
}
