import type { Engine } from '../inventory/cluster.ts';
import type { RenderedFile } from '../render/files.ts';
import { AGENT_PROGRAM, KEEPALIVED_CONF, UNITS } from '../render/names.ts';
import { afterwardsOf, unitFilesOf } from '../platforms/init-systems.ts';
import type { FileWant } from '../resources/file.ts';

/**
 * The rendered files of a host as wants; the init system reads a changed unit again, and who reads keepalived.conf tries it first.
 * @param canTest whether the engine has `--config-test`
 */
export function fileWants(
  files: readonly RenderedFile[],
  engine: Engine = 'keepalived',
  canTest = true,
): readonly FileWant[] {
  return files.map((rendered) => ({
    kind: 'file',
    ...rendered,
    ...(rendered.path === KEEPALIVED_CONF && {
      ...(canTest && { validate: [engine === 'agent' ? AGENT_PROGRAM : 'keepalived', '-t', '-f', '%s'] }),
      readBy: UNITS[engine],
    }),
    ...makerOf(rendered.path),
    ...withAfterwards(rendered.path),
  }));
}

/** The unit of an engine that a file defines. */
function makerOf(path: string): Pick<FileWant, 'makes'> {
  const makes = Object.values(UNITS).find((unit) => unitFilesOf(unit).includes(path));
  return makes === undefined ? {} : { makes };
}

/** The program to run after a file has changed or been removed. */
export function withAfterwards(path: string): Pick<FileWant, 'afterwards'> {
  const afterwards = afterwardsOf(path);
  return afterwards === undefined ? {} : { afterwards };
}
