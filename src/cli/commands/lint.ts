import { EXIT, type ExitCode } from '../../failure.ts';
import { keepalivedConf } from '../../lint/keepalived-conf.ts';
import { missingBundle } from '../../lint/missing-bundle.ts';
import { counted } from '../../plan/render.ts';
import type { Context, InventoryFlags } from '../context.ts';
import { readNamed, reportDiagnostics } from '../open-inventory.ts';

/** Checks an inventory without connecting to any host. */
export async function lint(context: Context, argument: string | undefined, flags: InventoryFlags): Promise<ExitCode> {
  const { sources, reading } = await readNamed(context, { argument, flags, afterDeploy: true }, [
    keepalivedConf,
    missingBundle,
  ]);
  const { diagnostics, cluster } = reading;
  reportDiagnostics(context, diagnostics);
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.length - errors;
  const exitCode = errors === 0 ? EXIT.done : EXIT.inventory;
  context.screen.emit({ type: 'result', command: 'lint', errors, warnings, exitCode });
  const name = sources.join(', ');
  const about = warnings === 0 ? '' : `, ${counted(warnings, 'warning')}`;
  // A missing inventory has been reported already.
  if (errors > 0 && name !== '') context.screen.error(`${name}: ${counted(errors, 'error')}${about}.`);
  else if (cluster !== undefined) {
    const { directors, realServers, virtualServers } = cluster;
    context.screen.line(
      `${name}: ok${about}. ${counted(directors.length, 'director')}, ${counted(realServers.length, 'real server')}, ${counted(virtualServers.length, 'virtual server')}.`,
    );
  }
  return exitCode;
}
