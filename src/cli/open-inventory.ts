import { EXIT, type ExitCode } from '../failure.ts';
import type { Cluster } from '../inventory/cluster.ts';
import type { Diagnostic } from '../inventory/diagnostic.ts';
import { findInventory } from '../inventory/find.ts';
import type { Rule } from '../inventory/finding.ts';
import { type InventoryReading, readInventory } from '../inventory/read.ts';
import { processEnvironment } from '../inventory/source.ts';
import type { Context } from './context.ts';

export interface Named {
  readonly argument: string | undefined;
  readonly flags: readonly string[] | undefined;
  /** Whether the inventory of the last deploy from this folder will do; not for a deploy itself. */
  readonly afterDeploy: boolean;
}

/** Reads the inventory that an argument, `-i` or the usual places name. Having none is a diagnostic like others. */
export async function readNamed(
  { argument, flags = [], afterDeploy }: Named,
  more: readonly Rule[] = [],
): Promise<{ readonly sources: readonly string[]; readonly reading: InventoryReading }> {
  const environment = processEnvironment();
  const found = await findInventory({ argument, flags, afterDeploy }, environment);
  if ('sources' in found)
    return { sources: found.sources, reading: await readInventory(found.sources, environment, more) };
  return { sources: [], reading: { cluster: undefined, diagnostics: [found.diagnostic], origins: new Map() } };
}

/** The cluster; or, when there is a mistake in its inventory, the exit code after every finding has been told. */
export async function openInventory(
  context: Context,
  named: Named,
): Promise<{ readonly cluster: Cluster; readonly sources: readonly string[] } | ExitCode> {
  const { sources, reading } = await readNamed(named);
  // Warnings are lint's to tell: before each deploy they would be noise.
  if (reading.cluster !== undefined) return { cluster: reading.cluster, sources };
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
    const told = `${place}${path === '' ? '' : `:${path}`}: ${found.severity}: ${found.what}`;
    if (found.severity === 'error') screen.error(told);
    else screen.line(told, 'change', 4);
    if (found.hint !== undefined) {
      if (found.severity === 'error') screen.error(`    ${found.hint}`);
      else screen.line(`    ${found.hint}`, 'plain', 4);
    }
  }
}
