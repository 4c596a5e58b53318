import { join } from 'node:path';
import { type Command, quote } from '../../src/remote/command.ts';
import { FOLDER } from '../../src/apply/lease.ts';
import { temporaryFolder } from './shells.ts';

/** A host's folder of the lock, elsewhere, so that a test needs no root and leaves the machine's own alone. */
export interface LeaseFolder {
  readonly path: string;
  /** The same command for this folder, and with shorter pauses between its tries. */
  readonly of: (command: Command) => Command;
}

export function leaseFolder(): LeaseFolder {
  const path = join(temporaryFolder(), 'lvsctl');
  return {
    path,
    of: (command) => ({
      ...command,
      script: command.script
        .replaceAll(`run=${FOLDER}\n`, () => `run=${quote(path)}\n`)
        .replaceAll('\nsleep 1\n', '\nsleep 0.2\n'),
    }),
  };
}
