import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { run, type RunResult } from './run.ts';

/**
 * An apt whose sources, lists and cache are in a folder of its own. It uses the machine's apt configuration for proxies
 * and the like, but neither reads nor changes its sources, lists and installed packages.
 */
export interface PrivateApt {
  readonly archives: string;
  readonly apt: (tool: 'apt-get' | 'apt-cache', args: readonly string[], cwd?: string) => Promise<RunResult>;
}

/**
 * @param folder created if missing; the caller removes it
 * @param status a dpkg status file with the packages that count as installed; by default none do
 */
export async function openPrivateApt(
  folder: string,
  sources: readonly string[],
  signal: AbortSignal,
  status?: string,
): Promise<PrivateApt> {
  const inside = (...names: readonly string[]): string => path.join(folder, ...names);
  await mkdir(inside('lists', 'partial'), { recursive: true });
  await mkdir(inside('cache', 'archives', 'partial'), { recursive: true });
  await writeFile(inside('sources.list'), `${sources.join('\n')}\n`);
  await writeFile(inside('status'), '');
  const settings = [
    `Dir::Etc::sourcelist=${inside('sources.list')}`,
    'Dir::Etc::sourceparts=/dev/null',
    'Dir::Etc::preferences=/dev/null',
    'Dir::Etc::preferencesparts=/dev/null',
    `Dir::State::lists=${inside('lists')}`,
    `Dir::State::status=${status ?? inside('status')}`,
    `Dir::State::extended_states=${inside('extended_states')}`,
    `Dir::Cache=${inside('cache')}`,
    'Debug::NoLocking=1',
    'APT::Sandbox::User=root',
    'APT::Install-Recommends=false',
    'Acquire::Languages=none',
    'Acquire::Retries=3',
  ].flatMap((setting) => ['-o', setting]);
  const apt: PrivateApt['apt'] = (tool, args, cwd) =>
    run(tool, [...settings, ...args], { signal, ...(cwd === undefined ? {} : { cwd }) });
  await apt('apt-get', ['update', '-qq', '--error-on=any']);
  return { archives: inside('cache', 'archives'), apt };
}
