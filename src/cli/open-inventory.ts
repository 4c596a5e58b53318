import { EXIT, type ExitCode } from '../failure.ts';
import type { Cluster } from '../inventory/cluster.ts';
import type { Diagnostic } from '../inventory/diagnostic.ts';
import { findInventory } from '../inventory/find.ts';
import type { Rule } from '../inventory/finding.ts';
import { type InventoryReading, readInventory } from '../inventory/read.ts';
import { processEnvironment } from '../inventory/source.ts';
import { cut } from '../text/cut.ts';
import type { Context } from './context.ts';
import type { Screen } from './screen.ts';

export interface Named {
  readonly argument: string | undefined;
  readonly flags: readonly string[] | undefined;
  /** Whether the inventory of the last deploy from this folder will do; not for a deploy itself. */
  readonly afterDeploy: boolean;
}

/**
 * Reads the inventory that an argument, `-i` or the usual places name, and hides its secrets from here on. Having none is
 * a diagnostic like others.
 */
export async function readNamed(
  { screen }: Context,
  { argument, flags = [], afterDeploy }: Named,
  more: readonly Rule[] = [],
): Promise<{ readonly sources: readonly string[]; readonly reading: InventoryReading }> {
  const environment = processEnvironment();
  const found = await findInventory({ argument, flags, afterDeploy }, environment);
  if ('sources' in found) {
    const reading = await readInventory(found.sources, environment, more);
    screen.hide(reading.secrets);
    return { sources: found.sources, reading };
  }
  const reading = { cluster: undefined, diagnostics: [found.diagnostic], origins: new Map(), secrets: [] };
  return { sources: [], reading };
}

/** The cluster; or, when there is a mistake in its inventory, the exit code after every finding has been told. */
export async function openInventory(
  context: Context,
  named: Named,
): Promise<{ readonly cluster: Cluster; readonly sources: readonly string[] } | ExitCode> {
  const { sources, reading } = await readNamed(context, named);
  // Warnings are lint's to tell: before each deploy they would be noise.
  if (reading.cluster !== undefined) return { cluster: reading.cluster, sources };
  tellDiagnostics(context, reading.diagnostics);
  return EXIT.inventory;
}

/** Findings that a person is shown; `--json` has all of them. */
const SHOWN = 50;

/** characters of a place in the inventory, and of a finding */
const PLACE = 120;
const FINDING = 500;

/** Findings with their places, what they are and what to do; mistakes before doubts where there are too many. */
export function tellDiagnostics({ screen }: Context, diagnostics: readonly Diagnostic[]): void {
  if (screen.json) {
    for (const found of diagnostics) screen.emit({ type: 'diagnostic', ...found });
    return;
  }
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const shown = diagnostics.length <= SHOWN ? diagnostics : (errors.length > 0 ? errors : diagnostics).slice(0, SHOWN);
  for (const found of shown) tellDiagnostic(screen, found);
  const more = diagnostics.length - shown.length;
  if (more > 0) screen.error(`… and ${more} more.`);
}

function tellDiagnostic(screen: Screen, found: Diagnostic): void {
  const place = [found.file, found.line].filter((part) => part !== undefined).join(':');
  const path = found.path === '' ? '' : `: ${cut(found.path, PLACE)}`;
  const told = `${place}${path}: ${found.severity}: ${cut(found.what, FINDING)}`;
  if (found.severity === 'error') screen.error(told);
  else screen.line(told, 'change', 4);
  if (found.hint === undefined) return;
  if (found.severity === 'error') screen.error(`    ${cut(found.hint, FINDING)}`);
  else screen.line(`    ${cut(found.hint, FINDING)}`, 'plain', 4);
}
