import { unreadable } from '../../inventory/load.ts';
import { readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { makeOwnFolder } from '../../disk/own-folder.ts';
import { replaceFile } from '../../disk/replace-file.ts';
import { EXIT, type ExitCode, Failure } from '../../failure.ts';
import { type Cluster, hostsOf } from '../../inventory/cluster.ts';
import { readSavedTable } from '../../keepalived/ipvs/saved-table.ts';
import type { Table } from '../../keepalived/ipvs/table.ts';
import { deploy } from '../../pipeline/deploy.ts';
import { planRestore, saveTables } from '../../pipeline/table.ts';
import { changesIn } from '../../plan/plan.ts';
import type { Context, HostFlags } from '../context.ts';
import { withCluster } from '../open-cluster.ts';
import { openInventory } from '../open-inventory.ts';
import { ownerOf } from '../owner.ts';
import { reportUnreadable } from '../report-unreadable.ts';
import { conclude, confirm, reportOutcomes } from './deploy.ts';

export interface SaveFlags extends HostFlags {
  readonly output?: string;
}

/** Saves the IPVS table of each director, as `ipvsadm -Sn` prints it: to a folder, or to standard output. */
export async function save(context: Context, argument: string | undefined, flags: SaveFlags): Promise<ExitCode> {
  const opened = await openInventory(context, { argument, flags, afterDeploy: true });
  if (typeof opened === 'number') return opened;
  const { screen, signal, cwd } = context;
  return withCluster(
    context,
    opened.cluster,
    flags,
    async ({ session, progress }) => {
      const { tables, unreadable } = await saveTables(session, progress.report, signal);
      await progress.settle();
      const folder = flags.output === undefined ? undefined : path.resolve(cwd, flags.output);
      if (folder !== undefined)
        await makeOwnFolder(folder, { code: 'inventory', hint: 'Choose a folder that only you can write to with -o.' });
      for (const [host, text] of tables) {
        const file = folder === undefined ? null : path.join(folder, `${host}${SUFFIX}`);
        if (file !== null) await replaceFile(file, text, 0o600);
        screen.emit({ type: 'table', host, text, file });
        if (file === null) screen.block(`# ${host}\n${text}`.trimEnd());
        else screen.line(`${host}: ${path.relative(cwd, file)}`);
      }
      const exitCode = unreadable.length === 0 ? EXIT.done : reportUnreadable(context, unreadable);
      screen.emit({ type: 'result', command: 'table save', exitCode });
      return exitCode;
    },
    directorsOf(opened.cluster),
  );
}

export interface RestoreFlags extends HostFlags {
  readonly yes?: boolean;
}

/** Brings the IPVS tables of the directors back to those that `save` wrote: shows the plan, asks, applies it. */
export async function restore(
  context: Context,
  folder: string,
  argument: string | undefined,
  flags: RestoreFlags,
): Promise<ExitCode> {
  const opened = await openInventory(context, { argument, flags, afterDeploy: true });
  if (typeof opened === 'number') return opened;
  const { cluster, sources } = opened;
  const tables = await readTables(path.resolve(context.cwd, folder), folder, cluster);
  return withCluster(
    context,
    cluster,
    flags,
    async ({ session, progress }) => {
      const began = new Date();
      let restored: ExitCode | undefined;
      const result = await deploy(session, {
        owner: ownerOf('table restore', sources, began),
        generation: began.toISOString().replaceAll(/[:.]/g, '-'),
        plan: (all, report, signal) => planRestore(all, tables, report, signal),
        confirm: async (plan) => {
          await progress.settle();
          return confirm(context, plan, flags);
        },
        prove: async (outcomes) => {
          await progress.settle();
          restored = reportOutcomes(context, outcomes);
        },
        report: progress.report,
        signal: context.signal,
      });
      await progress.settle();
      const exitCode = restored ?? conclude(context, result);
      if (result.status === 'applied')
        context.screen.line(
          'Health checks go on, and may change the tables again; a reload brings back the inventory.',
        );
      context.screen.emit({
        type: 'result',
        command: 'table restore',
        status: result.status,
        changes: changesIn(result.plan).length,
        exitCode,
      });
      return exitCode;
    },
    directorsOf(cluster),
  );
}

/** Of the file of each director. */
const SUFFIX = '.ipvs';

/** bytes */
const LARGEST = 16 * 1024 * 1024;

function directorsOf(cluster: Cluster) {
  return hostsOf(cluster).filter(({ role }) => role === 'director');
}

/** The saved tables in a folder, of directors of the cluster. All mistakes in them at once. */
async function readTables(folder: string, name: string, cluster: Cluster): Promise<ReadonlyMap<string, Table>> {
  const files = await readdir(folder).catch((error: unknown) => {
    throw new Failure('inventory', `${name}: ${unreadable(error).what}`, {
      hint: 'Save them with `lvsctl table save -o FOLDER`.',
      cause: error,
    });
  });
  const tables = new Map<string, Table>();
  const mistakes: string[] = [];
  for (const { name: host } of cluster.directors) {
    const file = `${host}${SUFFIX}`;
    if (!files.includes(file)) continue;
    const whole = path.join(folder, file);
    if ((await stat(whole)).size > LARGEST) throw new Failure('inventory', `${file} is larger than a table.`);
    const read = readSavedTable((await readFile(whole)).toString('utf8'));
    mistakes.push(...read.mistakes.map(({ line, text }) => `${file}, line ${line}: ${text}`));
    tables.set(host, read.table);
  }
  if (mistakes.length > 0) throw new Failure('inventory', mistakes.slice(0, 20).join('\n'));
  if (tables.size > 0) return tables;
  const wanted = cluster.directors.map(({ name: host }) => `${host}${SUFFIX}`).join(', ');
  throw new Failure('inventory', `${name} has no table of a director.`, {
    hint: `\`lvsctl table save -o ${name}\` writes ${wanted}.`,
  });
}
