import { EXIT, type ExitCode, Failure } from '../failure.ts';
import type { Cluster } from '../inventory/cluster.ts';
import type { Diagnostic } from '../inventory/diagnostic.ts';
import { findInventory } from '../inventory/find.ts';
import type { Rule } from '../inventory/finding.ts';
import { type InventoryReading, readInventory } from '../inventory/read.ts';
import { processEnvironment } from '../inventory/source.ts';
import { cut } from '../text/cut.ts';
import type { Context, InventoryFlags } from './context.ts';
import type { Screen } from './screen.ts';

export interface Named {
  readonly argument: string | undefined;
  readonly flags: InventoryFlags;
  /** Whether to fall back on the inventory of the last deploy from this folder. False for deploy itself. */
  readonly afterDeploy: boolean;
}

/**
 * Reads the inventory named by the argument, by `-i` or by default, and redacts its secrets from all later output.
 * A missing inventory is a diagnostic.
 */
export async function readNamed(
  { screen, secretKey }: Context,
  { argument, flags, afterDeploy }: Named,
  more: readonly Rule[] = [],
): Promise<{ readonly sources: readonly string[]; readonly reading: InventoryReading }> {
  const environment = { ...processEnvironment(), ...(secretKey !== undefined && { secretKey }) };
  const found = await findInventory({ argument, flags: flags.inventory ?? [], afterDeploy }, environment);
  if ('sources' in found) {
    const sources = [...found.sources, ...(await labOverlay(flags.lab))];
    const reading = await readInventory(sources, environment, more);
    screen.hide(reading.secrets);
    return { sources, reading };
  }
  const reading = {
    cluster: undefined,
    understood: undefined,
    diagnostics: [found.diagnostic],
    origins: new Map(),
    secrets: [],
  };
  return { sources: [], reading };
}

/**
 * The file that puts the hosts of an inventory into a lab.
 * @throws Failure `lab` when it is not up, `inventory` for what is not its name
 */
export async function labOverlay(lab: string | true | undefined): Promise<readonly string[]> {
  if (lab === undefined) return [];
  const [{ DEFAULT_LAB, labConnection }, { isLabName }] = await Promise.all([
    import('../lab/connection.ts'),
    import('../lab/paths.ts'),
  ]);
  // The word behind --lab is its name.
  if (lab !== true && !isLabName(lab)) {
    throw new Failure('inventory', `--lab ${lab}: not the name of a lab.`, {
      hint: 'Write --lab behind the inventory, or the name as --lab=NAME.',
    });
  }
  return [labConnection(lab === true ? DEFAULT_LAB : lab).overlay];
}

/** The cluster; or the exit code, after all diagnostics have been reported. */
export async function openInventory(
  context: Context,
  named: Named,
): Promise<{ readonly cluster: Cluster; readonly sources: readonly string[] } | ExitCode> {
  const { sources, reading } = await readNamed(context, named);
  // Warnings are left to `lint`: before each deploy they would be noise.
  if (reading.cluster !== undefined) return { cluster: reading.cluster, sources };
  reportDiagnostics(context, reading.diagnostics);
  return EXIT.inventory;
}

/** Diagnostics printed as text; `--json` prints all. */
const SHOWN = 50;

/** Maximum length of a path in the inventory, and of a message, in characters. */
const PLACE = 120;
const FINDING = 500;

/** Prints diagnostics with location and hint. When there are too many, errors take precedence over warnings. */
export function reportDiagnostics({ screen }: Context, diagnostics: readonly Diagnostic[]): void {
  if (screen.json) {
    for (const found of diagnostics) screen.emit({ type: 'diagnostic', ...found });
    return;
  }
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const shown = diagnostics.length <= SHOWN ? diagnostics : (errors.length > 0 ? errors : diagnostics).slice(0, SHOWN);
  for (const found of shown) reportDiagnostic(screen, found);
  const more = diagnostics.length - shown.length;
  if (more > 0) screen.error(`… and ${more} more.`);
}

function reportDiagnostic(screen: Screen, found: Diagnostic): void {
  const place = [found.file, found.line].filter((part) => part !== undefined).join(':');
  const path = found.path === '' ? '' : `: ${cut(found.path, PLACE)}`;
  const message = `${place}${path}: ${found.severity}: ${cut(found.what, FINDING)}`;
  if (found.severity === 'error') screen.error(message);
  else screen.line(message, 'change', 4);
  if (found.hint === undefined) return;
  if (found.severity === 'error') screen.error(`    ${cut(found.hint, FINDING)}`);
  else screen.line(`    ${cut(found.hint, FINDING)}`, 'plain', 4);
}
