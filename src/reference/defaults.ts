import { originRows } from '../inventory/origins.ts';
import { readInventory } from '../inventory/read.ts';
import type { InventoryEnvironment } from '../inventory/source.ts';

/** A small inventory whose defaults appear in the reference. */
export const SMALL = `vip: 192.168.168.12
directors: [192.168.168.100, 192.168.168.107]
real_servers: [192.168.168.102, 192.168.168.103]
client: 192.168.168.200
`;

/** A default with its reason; where hosts differ, the value of each. */
export interface Default {
  readonly values: readonly string[];
  readonly because: string;
}

/** Defaults by the path of their key, such as `directors[].priority`. */
export async function defaultsOf(text: string): Promise<ReadonlyMap<string, readonly Default[]>> {
  const { origins } = await readInventory(['inventory.yml'], worldOf(text));
  const found = new Map<string, readonly Default[]>();
  for (const { path, value, origin } of originRows(origins)) {
    if (!origin.startsWith('default: ')) continue;
    const because = origin.slice('default: '.length);
    const place = path.replaceAll(/\[\d+\]/g, '[]');
    const others = (found.get(place) ?? []).filter((one) => one.because !== because);
    const same = found.get(place)?.find((one) => one.because === because)?.values ?? [];
    found.set(place, [...others, { values: [...new Set([...same, value])], because }]);
  }
  return found;
}

/** An environment with one file, and a home that is shown as `~`. */
function worldOf(text: string): InventoryEnvironment {
  return {
    variables: {},
    home: '~',
    folder: '/',
    exists: () => Promise.resolve(false),
    readFile: () => Promise.resolve(new TextEncoder().encode(text)),
    readStandardInput: () => Promise.resolve(new Uint8Array()),
  };
}
