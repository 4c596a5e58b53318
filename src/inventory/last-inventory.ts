import { createHash } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import { makeOwnFolder } from '../disk/own-folder.ts';
import { replaceFile } from '../disk/replace-file.ts';
import type { InventoryEnvironment } from './source.ts';

const OWN_STATE = {
  code: 'inventory',
  hint: 'Name the inventory with -i FILE, or set XDG_STATE_HOME to a folder that only you can write to.',
} as const;

/**
 * Remembers which inventory was deployed from a folder, one small file for each folder below $XDG_STATE_HOME.
 * Standard input cannot be read again, so a deploy from `-` is not remembered.
 * @throws what the file system throws; losing this is no reason to end a deploy
 */
export async function rememberInventory(sources: readonly string[], environment: InventoryEnvironment): Promise<void> {
  if (sources.includes('-')) return;
  const file = fileFor(environment);
  await makeOwnFolder(dirname(file), { ...OWN_STATE, mode: 0o700 });
  const lines = sources.map((source) => resolve(environment.folder, source));
  await replaceFile(file, `${lines.join('\n')}\n`, 0o600);
}

/**
 * The absolute names of the files, or undefined when nothing was deployed from here or a file is gone.
 * @throws Failure where another user could have written it
 */
export async function lastInventory(environment: InventoryEnvironment): Promise<readonly string[] | undefined> {
  const file = fileFor(environment);
  if (!(await environment.exists(file))) return undefined;
  // A user who can write this file controls what is deployed.
  await makeOwnFolder(dirname(file), OWN_STATE);
  const text = new TextDecoder().decode(await environment.readFile(file));
  const sources = text.split('\n').filter((line) => line !== '');
  const found = await Promise.all(sources.map((source) => environment.exists(source)));
  return sources.length > 0 && found.every(Boolean) ? sources : undefined;
}

function fileFor(environment: InventoryEnvironment): string {
  const given = environment.variables['XDG_STATE_HOME'];
  const state = given === undefined || given === '' ? join(environment.home, '.local', 'state') : given;
  const key = createHash('sha256').update(environment.folder).digest('hex').slice(0, 16);
  return join(state, 'lvsctl', 'inventories', key);
}
