import type { Diagnostic } from '../inventory/diagnostic.ts';
import { readInventory } from '../inventory/read.ts';
import type { InventoryEnvironment } from '../inventory/source.ts';
import { readConf } from '../keepalived/read-conf.ts';
import { renderKeepalived } from '../render/keepalived.ts';
import type { AdoptedConf } from './adopted-file.ts';
import { type Difference, differences } from './compare.ts';

export interface Proof {
  /** Mistakes and warnings of the inventory itself. */
  readonly diagnostics: readonly Diagnostic[];
  /** What each director would do differently with the file that the inventory renders. */
  readonly directors: readonly { readonly name: string; readonly differences: readonly Difference[] }[];
}

/** Renders an adopted inventory and compares what comes of it with the files that it was made of. */
export async function prove(
  inventory: string,
  confs: readonly AdoptedConf[],
  environment: InventoryEnvironment,
): Promise<Proof> {
  const { diagnostics, understood } = await readInventory(['-'], {
    ...environment,
    readStandardInput: async () => new TextEncoder().encode(inventory),
  });
  const directors = confs.map(({ name, conf }) => {
    const director = understood?.directors.find((one) => one.name === name);
    if (understood === undefined || director === undefined)
      return { name, differences: [{ where: 'all of it', before: 'a configuration', after: 'nothing' }] };
    const text = renderKeepalived(understood, director, () => undefined);
    const main = 'keepalived.conf';
    const env = { configId: name, hostname: name, tls: true };
    const after = readConf({ main, read: () => [{ name: main, text }] }, env).understood;
    return {
      name,
      differences:
        after === undefined ? [{ where: 'all of it', before: '', after: 'nothing' }] : differences(conf, after),
    };
  });
  return { diagnostics, directors };
}
