import type { Director, PushedFile } from './cluster.ts';
import { DEFAULTS } from './defaults.ts';
import { mistake, type Finding } from './finding.ts';
import { unreadable } from './load.ts';
import type { Picker } from './origins.ts';
import type { PathParts } from './place.ts';
import { folderOf } from './resolve-access.ts';
import { absolute } from './ssh-settings.ts';
import type { Input } from './schema.ts';
import type { InventoryEnvironment } from './source.ts';

/** bytes; scripts and small data are smaller */
const MOST_BYTES = 1024 * 1024;

type Files = NonNullable<Input['files']>;

/** Reads the files that are pushed to the directors; one of a director takes the place of the same path of all. */
export async function resolveFiles(
  picker: Picker,
  environment: InventoryEnvironment,
  input: Input,
  directors: readonly Director[],
): Promise<{ readonly files: readonly PushedFile[]; readonly findings: readonly Finding[] }> {
  const files: PushedFile[] = [];
  const findings: Finding[] = [];
  const read = async (map: Files, at: PathParts, receivers: (path: string) => readonly string[]): Promise<void> => {
    for (const [path, { from, mode }] of Object.entries(map)) {
      const place = [...at, path, 'from'];
      const folder = folderOf(picker.place(place).file, environment);
      const source = absolute(picker.given(place, from), folder, environment.home);
      const bits = picker.own([...at, path, 'mode'], mode, DEFAULTS.files.mode);
      const content = await readText(environment, source);
      if ('text' in content) files.push({ path, mode: bits, text: content.text, directors: receivers(path) });
      else findings.push(mistake(place, content.what, content.hint));
    }
  };
  const own = directors.map((_, index) => input.directors?.[index]?.files ?? {});
  const withoutOwn = (path: string) =>
    directors.filter((_, index) => own[index]?.[path] === undefined).map(({ name }) => name);
  await read(input.files ?? {}, ['files'], withoutOwn);
  for (const [index, { name }] of directors.entries())
    await read(own[index] ?? {}, ['directors', index, 'files'], () => [name]);
  return { files, findings };
}

/** The file of packages; `lvsctl bundle` makes it, so that it need not exist. */
export function resolveBundle(
  picker: Picker,
  environment: InventoryEnvironment,
  { packages }: Input,
): string | undefined {
  const at = ['packages', 'bundle'];
  const given = packages?.bundle;
  if (given === undefined) return picker.own<string | undefined>(at, undefined, DEFAULTS.packages.bundle);
  const file = absolute(given, folderOf(picker.place(at).file, environment), environment.home);
  return picker.given(at, file);
}

type Content = { readonly text: string } | { readonly what: string; readonly hint?: string };

async function readText(environment: InventoryEnvironment, source: string): Promise<Content> {
  let bytes: Uint8Array;
  try {
    bytes = await environment.readFile(source);
  } catch (error) {
    return { what: `${source} cannot be read: ${unreadable(error).what}` };
  }
  if (bytes.length > MOST_BYTES) return { what: `${source} is larger than 1 MiB.`, hint: SMALL };
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.includes('\0') ? binary(source) : { text };
  } catch {
    return binary(source);
  }
}

const SMALL = 'Only scripts and small data are pushed. Install a program as a package on the hosts.';

function binary(source: string): Content {
  return { what: `${source} is not UTF-8 text.`, hint: SMALL };
}
