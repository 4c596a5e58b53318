import type { PushedFile } from './cluster.ts';
import { DEFAULTS } from './defaults.ts';
import { mistake, type Finding } from './finding.ts';
import { unreadable } from './load.ts';
import type { Picker } from './origins.ts';
import { absolute, folderOf } from './resolve-access.ts';
import type { Input } from './schema.ts';
import type { InventoryEnvironment } from './source.ts';

/** bytes; scripts and small data are smaller */
const MOST_BYTES = 1024 * 1024;

/** Reads the files that are pushed to the directors. */
export async function resolveFiles(
  picker: Picker,
  environment: InventoryEnvironment,
  input: Input,
): Promise<{ readonly files: readonly PushedFile[]; readonly findings: readonly Finding[] }> {
  const files: PushedFile[] = [];
  const findings: Finding[] = [];
  for (const [path, { from, mode }] of Object.entries(input.files ?? {})) {
    const at = ['files', path, 'from'];
    const source = absolute(picker.given(at, from), folderOf(picker.place(at).file, environment), environment.home);
    const bits = picker.own(['files', path, 'mode'], mode, DEFAULTS.files.mode);
    try {
      const bytes = await environment.readFile(source);
      if (bytes.length > MOST_BYTES) findings.push(mistake(at, `${source} is larger than 1 MiB.`));
      files.push({ path, mode: bits, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) });
    } catch (error) {
      findings.push(mistake(at, `${source} cannot be read: ${unreadable(error).what}`));
    }
  }
  return { files, findings };
}
