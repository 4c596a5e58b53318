import { access, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import process from 'node:process';

/** The outside world of an inventory, handed in so that a test can be another one. */
export interface InventoryEnvironment {
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** What `~` stands for. */
  readonly home: string;
  /** Absolute; relative names on the command line start here. */
  readonly folder: string;
  readonly readFile: (path: string) => Promise<Uint8Array>;
  readonly exists: (path: string) => Promise<boolean>;
  readonly readStandardInput: () => Promise<Uint8Array>;
}

/** The world of this process. */
export function processEnvironment(): InventoryEnvironment {
  return {
    variables: process.env,
    home: homedir(),
    folder: process.cwd(),
    readFile: (path) => readFile(path),
    exists: (path) =>
      access(path).then(
        () => true,
        () => false,
      ),
    readStandardInput: async () => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
      return Buffer.concat(chunks);
    },
  };
}
