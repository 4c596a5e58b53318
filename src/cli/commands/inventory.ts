import { EXIT, type ExitCode } from '../../failure.ts';
import { originRows } from '../../inventory/origins.ts';
import type { Context, InventoryFlags } from '../context.ts';
import { readNamed, reportDiagnostics } from '../open-inventory.ts';

/** Shows every value of an inventory and its origin. */
export async function inventory(
  context: Context,
  argument: string | undefined,
  flags: InventoryFlags,
): Promise<ExitCode> {
  const { reading } = await readNamed(context, { argument, flags, afterDeploy: true });
  if (reading.cluster === undefined) {
    reportDiagnostics(context, reading.diagnostics);
    return EXIT.inventory;
  }
  const rows = originRows(reading.origins);
  const width = Math.min(44, Math.max(...rows.map(({ path }) => path.length)));
  for (const row of rows) {
    context.screen.emit({ type: 'value', ...row });
    // A raw block spans several lines.
    const [first = '', ...rest] = row.value.trimEnd().split('\n');
    context.screen.lines([
      { text: `${row.path.padEnd(width)}  ${first}`, tone: 'plain', tabs: true },
      ...rest.map((line) => ({ text: `${''.padEnd(width)}  ${line}`, tone: 'plain', tabs: true }) as const),
    ]);
    context.screen.line(`${''.padEnd(width)}  ${row.origin}`, 'faint');
  }
  return EXIT.done;
}
