import type { Fifo, GlobalDefs } from '../../../keepalived/model/conf.ts';
import type { Journal } from '../service/journal.ts';
import type { Loop } from '../loop/loop-types.ts';
import type { Sys } from '../sys/sys.ts';
import { readAccounts } from './accounts.ts';
import { type FifoWriter, openFifo } from './fifo.ts';
import type { Programs } from './programs.ts';

/** The notify FIFOs of global_defs. */
export interface Fifos {
  /** Opens those that are new, and closes those that are gone or differ; to be called at the start and after a reload. */
  readonly configure: (defs: FifoDefs) => void;
  /** A line about VRRP, without its end: for `notify_fifo` and `vrrp_notify_fifo`. */
  readonly vrrp: (line: string) => void;
  /** A line about real servers: for `notify_fifo` and `lvs_notify_fifo`. */
  readonly lvs: (line: string) => void;
  /** Ends their scripts, and removes the FIFOs that were made here. */
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
      // Who reads it must be able to open it, and nobody else.
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
