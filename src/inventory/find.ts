import { delimiter, resolve } from 'node:path';
import type { Diagnostic } from './diagnostic.ts';
import { lastInventory } from './last-inventory.ts';
import type { InventoryEnvironment } from './source.ts';

export interface Asked {
  /** What the command line names without a flag. */
  readonly argument: string | undefined;
  /** Each `-i`, in order; they lie over the argument. */
  readonly flags: readonly string[];
  /** Commands after a deploy take up the inventory of the last deploy from this folder. */
  readonly afterDeploy: boolean;
}

/** The files of the inventory, or why there are none: the argument, -i, $LVSCTL_INVENTORY, ./inventory.yml, the last deploy. */
export async function findInventory(
  asked: Asked,
  environment: InventoryEnvironment,
): Promise<{ readonly sources: readonly string[] } | { readonly diagnostic: Diagnostic }> {
  const named = [...(asked.argument === undefined ? [] : [asked.argument]), ...asked.flags];
  if (named.length > 0) return { sources: named };
  const variable = environment.variables['LVSCTL_INVENTORY'] ?? '';
  const listed = variable.split(delimiter).filter((file) => file !== '');
  if (listed.length > 0) return { sources: listed };
  for (const file of ['inventory.yml', 'inventory.yaml']) {
    if (await environment.exists(resolve(environment.folder, file))) return { sources: [file] };
  }
  const last = asked.afterDeploy ? await lastInventory(environment) : undefined;
  if (last !== undefined) return { sources: last };
  return {
    diagnostic: {
      severity: 'error',
      file: 'inventory.yml',
      path: '',
      line: undefined,
      what: 'No inventory given, and no inventory.yml in this folder.',
      hint: 'Pass -i FILE, or create one with `lvsctl init`.',
    },
  };
}
