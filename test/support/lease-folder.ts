import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, quote } from '../../src/remote/command.ts';
import { FOLDER } from '../../src/apply/lease.ts';
import { ORIGIN } from '../../src/resources/own-folder.ts';
import { temporaryFolder } from './shells.ts';

/** A host's folders of the lock and of former states, elsewhere, so that a test needs no root and leaves the machine's own alone. */
export interface LeaseFolder {
  readonly path: string;
  /** The same command for this folder, and with shorter pauses between its tries. */
  readonly of: (command: Command) => Command;
  /** Makes it hold a lease with so many seconds left, of the shell that held the one before. */
  readonly hold: (nonce: string, seconds?: number, owner?: string) => void;
  /** The lease that it holds. */
  readonly lease: () => string;
}

/** Seconds since the host was booted. */
export const uptime = (): number => Math.floor(Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]));

export function leaseFolder(): LeaseFolder {
  const path = join(temporaryFolder(), 'lvsctl');
  // Its path is a part of quoted words.
  const origin = mkdtempSync(join(tmpdir(), 'origin-'));
  return {
    path,
    hold: (nonce, seconds = 300, owner = 'eve@desk: deploy') => {
      mkdirSync(path, { recursive: true, mode: 0o700 });
      writeFileSync(join(path, 'mutex'), '');
      const lease = join(path, 'lease');
      const [, , shell = '1'] = existsSync(lease) ? readFileSync(lease, 'utf8').split(/\s/) : [];
      writeFileSync(lease, `${nonce} ${uptime() + seconds} ${shell}\n${owner}\n`);
    },
    lease: () => readFileSync(join(path, 'lease'), 'utf8'),
    of: (command) => ({
      ...command,
      script: command.script
        .replaceAll(`run=${FOLDER}\n`, () => `run=${quote(path)}\n`)
        .replaceAll(ORIGIN, () => origin)
        .replaceAll('\nsleep 1\n', '\nsleep 0.2\n'),
    }),
  };
}
