import { restoredTable, tableText } from '../desired/saved-table.ts';
import type { Table } from '../keepalived/ipvs/table.ts';
import type { FailedHost } from '../observe/cluster-state.ts';
import { statusWatchlist } from '../observe/watchlist.ts';
import { clusterChanges } from '../plan/cluster-changes.ts';
import { planCluster } from '../plan/plan.ts';
import { sh } from '../remote/command.ts';
import type { Planned } from '../plan/planned.ts';
import type { Report } from './event.ts';
import { observe } from './observe.ts';
import type { Session } from './session.ts';

export interface SavedTables {
  /** By director, as `ipvsadm -Sn` prints it. */
  readonly tables: ReadonlyMap<string, string>;
  readonly unreadable: readonly FailedHost[];
}

/** Prints the kernel's table in whole, where there is ipvsadm. */
const SAVE_TABLE = sh`command -v ipvsadm >/dev/null && ipvsadm -Sn`;

/** milliseconds */
const SAVE_TIMEOUT = 30_000;

/** The IPVS tables of the directors of a session. @throws Failure `interrupted` */
export async function saveTables(session: Session, report: Report, signal: AbortSignal): Promise<SavedTables> {
  const { hosts, unreadable } = await observe(session, report, signal, () => statusWatchlist(session.cluster));
  const tables = await Promise.all(
    [...hosts].map(async ([name, { have }]) => {
      const transport = session.transports.get(name);
      const { exitCode, stdout } = (await transport?.run(SAVE_TABLE, { timeoutMs: SAVE_TIMEOUT, signal })) ?? {
        exitCode: 1,
        stdout: '',
      };
      return [name, tableText(exitCode === 0 ? stdout : undefined, have.ipvs)] as const;
    }),
  );
  return { tables: new Map(tables), unreadable };
}

/** What it takes to bring the tables of directors back to saved ones. @throws Failure `interrupted` */
export async function planRestore(
  session: Session,
  tables: ReadonlyMap<string, Table>,
  report: Report,
  signal: AbortSignal,
): Promise<Planned> {
  const { cluster } = session;
  const state = await observe(session, report, signal, () => statusWatchlist(cluster));
  const wants = new Map(
    [...tables].flatMap(([name, table]) => {
      const have = state.hosts.get(name)?.have.ipvs;
      return have === undefined ? [] : [[name, restoredTable(table, have)] as const];
    }),
  );
  const changes = clusterChanges(cluster, state, wants);
  return { state, wants, changes, plan: planCluster(cluster, state, new Map(), new Map(), changes) };
}
