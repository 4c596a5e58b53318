import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Where the inventory of the last deploy from each folder is remembered. */
function memoryFile(env: NodeJS.ProcessEnv): string {
  const state = env['XDG_STATE_HOME'] ?? path.join(env['HOME'] ?? '/root', '.local', 'state');
  return path.join(state, 'lvsctl', 'inventories.json');
}

/**
 * Which files are the inventory: the argument, then `-i`, then `$LVSCTL_INVENTORY`, then ./inventory.yml, then that of
 * the last deploy from this folder. undefined when there is none of these.
 */
export async function findInventory(
  argument: string | undefined,
  flags: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<readonly string[] | undefined> {
  if (argument !== undefined) return [argument, ...flags];
  if (flags.length > 0) return flags;
  const named = env['LVSCTL_INVENTORY'] ?? '';
  if (named !== '') return [named];
  if (existsSync(path.join(cwd, 'inventory.yml'))) return ['inventory.yml'];
  return (await readMemory(env)).get(cwd);
}

/** Remembers the inventory of a deploy for the verbs that follow it. A memory that cannot be written is no failure. */
export async function rememberInventory(
  sources: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  if (sources.includes('-')) return;
  const memory = new Map(await readMemory(env)).set(
    cwd,
    sources.map((source) => path.resolve(cwd, source)),
  );
  const file = memoryFile(env);
  const fresh = `${file}.${process.pid}`;
  try {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(fresh, `${JSON.stringify(Object.fromEntries(memory), undefined, 2)}\n`, { mode: 0o600 });
    await rename(fresh, file);
  } catch {
    // The next verb asks for its inventory instead.
  }
}

async function readMemory(env: NodeJS.ProcessEnv): Promise<ReadonlyMap<string, readonly string[]>> {
  try {
    const read: unknown = JSON.parse(await readFile(memoryFile(env), 'utf8'));
    if (typeof read !== 'object' || read === null) return new Map();
    return new Map(
      Object.entries(read).filter((entry): entry is [string, string[]] => {
        const value: unknown = entry[1];
        return Array.isArray(value) && value.every((one) => typeof one === 'string');
      }),
    );
  } catch {
    return new Map();
  }
}
