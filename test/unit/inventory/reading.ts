import { readInventory, type InventoryReading } from '../../../src/inventory/read.ts';
import type { InventoryEnvironment } from '../../../src/inventory/source.ts';

export interface World {
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly variables?: Readonly<Record<string, string>>;
  readonly standardInput?: string;
}

/** A world that has nothing but what it is given; its folder is /work and its home /home/me. */
export function world(given: World = {}): InventoryEnvironment {
  const bytes = (content: string | Uint8Array) =>
    typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return {
    variables: given.variables ?? {},
    home: '/home/me',
    folder: '/home/ops',
    exists: (path) => Promise.resolve(given.files?.[path] !== undefined),
    readFile: (path) => {
      const content = given.files?.[path];
      if (content !== undefined) return Promise.resolve(bytes(content));
      return Promise.reject(Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' }));
    },
    readStandardInput: () => Promise.resolve(bytes(given.standardInput ?? '')),
  };
}

/** Reads one inventory, /home/ops/a.yml. */
export function read(text: string, more: World = {}): Promise<InventoryReading> {
  return readInventory(['a.yml'], world({ ...more, files: { ...more.files, '/home/ops/a.yml': text } }));
}

/** The findings as a person would see them: `error 3 directors[0].state: What. Hint.` */
export async function findings(text: string, more: World = {}): Promise<readonly string[]> {
  return lines(await read(text, more));
}

export function lines({ diagnostics }: InventoryReading): readonly string[] {
  return diagnostics.map(({ severity, line, path, what, hint }) =>
    [`${severity} ${line ?? '-'} ${path}: ${what}`, ...(hint === undefined ? [] : [hint])].join(' '),
  );
}

/** The smallest valid inventory, and lines to add to it. */
export function minimalWith(...more: readonly string[]): string {
  return [
    'vip: 192.168.168.12',
    'directors: [192.168.168.100, 192.168.168.107]',
    'real_servers: [192.168.168.102, 192.168.168.103]',
    ...more,
  ].join('\n');
}
