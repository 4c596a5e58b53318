import type { Fifo, GlobalDefs } from '../../../keepalived/model/conf.ts';
import type { Journal } from '../service/journal.ts';
import type { Loop } from '../loop/loop-types.ts';
import type { Sys } from '../sys/sys.ts';
import { readAccounts } from './accounts.ts';
import { type FifoWriter, openFifo } from './fifo.ts';
import type { Programs } from './programs.ts';

/** The notify FIFOs of global_defs. */
export interface Fifos {
  /** Opens new FIFOs and closes removed or changed ones. To be called at startup and after a reload. */
  readonly configure: (defs: FifoDefs) => void;
  /** Writes a VRRP line, without newline, to `notify_fifo` and `vrrp_notify_fifo`. */
  readonly vrrp: (line: string) => void;
  /** Writes a real server line to `notify_fifo` and `lvs_notify_fifo`. */
  readonly lvs: (line: string) => void;
  /** Stops the scripts, and removes FIFOs created here. */
  readonly close: () => void;
}

export type FifoDefs = Pick<GlobalDefs, (typeof KINDS)[number] | 'script_user'>;

const KINDS = ['notify_fifo', 'vrrp_notify_fifo', 'lvs_notify_fifo'] as const;

interface OpenFifo {
  readonly fifo: Fifo;
  readonly writer: FifoWriter;
}

export function openFifos(sys: Sys, loop: Loop, programs: Programs, journal: Journal): Fifos {
  const fifos = new Map<(typeof KINDS)[number], OpenFifo>();

  const configure = (defs: FifoDefs): void => {
    for (const kind of KINDS) {
      const wanted = defs[kind];
      const current = fifos.get(kind);
      if (JSON.stringify(wanted) === JSON.stringify(current?.fifo)) continue;
      current?.writer.close();
      fifos.delete(kind);
      if (wanted === undefined) continue;
      // Owned by the script's account, so that only the script can read it.
      const owner = readAccounts(sys).find(wanted.owner ?? wanted.script?.user ?? defs.script_user);
      const writer = openFifo({ sys, loop, programs, journal }, wanted, typeof owner === 'string' ? undefined : owner);
      fifos.set(kind, { fifo: wanted, writer });
    }
  };

  const write = (kinds: readonly (typeof KINDS)[number][], line: string): void => {
    for (const kind of kinds) fifos.get(kind)?.writer.write(line);
  };

  return {
    configure,
    vrrp: (line) => write(['notify_fifo', 'vrrp_notify_fifo'], line),
    lvs: (line) => write(['notify_fifo', 'lvs_notify_fifo'], line),
    close: () => {
      for (const { writer } of fifos.values()) writer.close();
      fifos.clear();
    },
  };
}
