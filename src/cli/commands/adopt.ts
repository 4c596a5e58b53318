import { unreadable } from '../../inventory/load.ts';
import { readFile, readdir, stat } from 'node:fs/promises';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { type Adopted, adoptFiles } from '../../adopt/adopt-files.ts';
import type { Difference } from '../../adopt/compare.ts';
import { type NamedText, kindOf } from '../../adopt/sources.ts';
import { EXIT, type ExitCode, Failure } from '../../failure.ts';
import { processEnvironment } from '../../inventory/source.ts';
import { counted } from '../../plan/render.ts';
import type { Context, HostFlags } from '../context.ts';
import { writeNew } from '../write-new.ts';
import { adoptHosts } from './adopt-hosts.ts';
import { plan } from './plan.ts';

export interface AdoptFlags extends HostFlags {
  readonly from?: readonly string[];
  readonly director?: readonly string[];
  readonly output?: string;
  readonly force?: boolean;
}

/** Of one file. */
const MOST_BYTES = 1024 * 1024;

/** Of one folder. */
const MOST_FILES = 200;

/**
 * Writes an inventory of a cluster that was built by hand, from files or over SSH, and compares what it renders with
 * them. Of hosts it shows the plan, too.
 */
export async function adopt(context: Context, hosts: readonly string[], flags: AdoptFlags): Promise<ExitCode> {
  const { screen, cwd } = context;
  if (hosts.length > 0 === (flags.from !== undefined))
    throw new Failure('inventory', 'Name the directors by address, or their files with --from.', { hint: EXAMPLE });
  const adopted = await (hosts.length > 0 ? adoptHosts(context, hosts, flags) : fromFiles(context, flags));
  if (adopted === undefined) return EXIT.unreachable;
  if (typeof adopted === 'string') throw new Failure('inventory', adopted);
  const { inventory } = adopted;
  // Of hosts there is a plan to be made, which takes a file.
  const output = flags.output ?? (hosts.length > 0 ? 'inventory.yml' : undefined);
  if (output === undefined) screen.block(inventory.trimEnd());
  else {
    const target = path.resolve(cwd, output);
    // It may hold a password.
    await writeNew(target, output, inventory, { mode: 0o600, force: flags.force === true });
  }
  const exitCode = report(context, adopted, output);
  if (hosts.length === 0 || output === undefined) {
    screen.emit({ type: 'result', command: 'adopt', exitCode });
    return exitCode;
  }
  if (exitCode === EXIT.done) screen.line('A deploy changes the text of keepalived.conf, and not what it says:');
  else screen.line('A deploy changes:');
  const planned = await plan(context, output, flags);
  return planned === EXIT.done ? exitCode : planned;
}

const EXAMPLE = 'lvsctl adopt 192.0.2.1 192.0.2.2 -o inventory.yml';

async function fromFiles({ cwd }: Context, flags: AdoptFlags): Promise<Adopted | string> {
  const files: NamedText[] = [];
  for (const file of flags.from ?? []) files.push(...(await textsOf(path.resolve(cwd, file), file)));
  return adoptFiles({
    files,
    addresses: addressesOf(flags.director ?? []),
    include: (pattern, from) => included(path.resolve(cwd, from), pattern),
    environment: processEnvironment(),
  });
}

function report({ screen }: Context, { inventory, notes, proof }: Adopted, output: string | undefined): ExitCode {
  const different = proof.directors.filter(({ differences }) => differences.length > 0);
  const exitCode = different.length === 0 ? EXIT.done : EXIT.changesPending;
  // The inventory is what standard output is for; what is said of it goes beside it.
  const say = (text: string): void => (output === undefined ? screen.error(text) : screen.line(text));
  if (output !== undefined) say(`Wrote ${output}.`);
  if (notes > 0) say(`Read the ${counted(notes, 'comment')} in it before a deploy.`);
  for (const { name, differences } of different) {
    say(`${name}: the inventory renders another configuration:`);
    for (const one of differences.slice(0, SHOWN)) say(`  ${sentenceOf(one)}`);
    if (differences.length > SHOWN) say(`  … and ${differences.length - SHOWN} more.`);
  }
  if (different.length === 0) say('It renders the configuration that was adopted.');
  const mistakes = proof.diagnostics.filter(({ severity }) => severity === 'error');
  for (const { path: place, what } of mistakes.slice(0, SHOWN))
    say(`Correct before a deploy: ${place === '' ? '' : `${place}: `}${what}`);
  screen.emit({
    type: 'adopted',
    inventory,
    directors: proof.directors,
    diagnostics: proof.diagnostics,
    file: output ?? null,
  });
  return exitCode;
}

/** Differences of one director, and mistakes, that are printed as text; `--json` has all. */
const SHOWN = 30;

function sentenceOf({ where, before, after }: Difference): string {
  return `${where}: ${before} in the file, ${after} from the inventory`;
}

/** A file, or all files of a folder. */
async function textsOf(whole: string, name: string): Promise<readonly NamedText[]> {
  const found = await stat(whole).catch((error: unknown) => {
    throw new Failure('inventory', `${name}: ${unreadable(error).what}`, { cause: error });
  });
  if (!found.isDirectory()) return [await textOf(whole, name, found.size)];
  const names = (await readdir(whole)).toSorted().filter((one) => !one.startsWith('.'));
  const inside = await Promise.all(names.map(async (one) => ({ one, found: await stat(path.join(whole, one)) })));
  const regular = inside.filter((file) => file.found.isFile());
  if (regular.length > MOST_FILES) throw new Failure('inventory', `${name} has more than ${MOST_FILES} files.`);
  const texts = await Promise.all(
    regular.map(({ one, found: { size } }) => textOf(path.join(whole, one), path.join(name, one), size)),
  );
  // Beside a keepalived.conf there is what it includes.
  const main = path.join(name, 'keepalived.conf');
  if (!texts.some(({ file }) => file === main)) return texts;
  return texts.filter(({ file, text }) => file === main || kindOf(text) !== 'keepalived.conf');
}

async function textOf(whole: string, name: string, size: number): Promise<NamedText> {
  if (size > MOST_BYTES) throw new Failure('inventory', `${name} is larger than a configuration, ${size} bytes.`);
  return { file: name, text: (await readFile(whole)).toString('utf8') };
}

/** `dr1=192.0.2.1`, several times for several addresses. */
function addressesOf(given: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const addresses = new Map<string, string[]>();
  for (const text of given) {
    const [name = '', address = ''] = text.split('=', 2);
    if (name === '' || address === '')
      throw new Failure('inventory', `--director takes NAME=ADDRESS, not ${text}.`, { hint: 'As in dr1=192.0.2.1.' });
    addresses.set(name, [...(addresses.get(name) ?? []), address]);
  }
  return addresses;
}

/** A copy of /etc/keepalived has what it includes beside it; nothing else of this machine is read. */
function included(from: string, pattern: string): readonly NamedFile[] {
  const folder = path.dirname(from);
  const inner = path.resolve(folder, pattern.replace(/^\/etc\/keepalived\//, ''));
  const base = path.dirname(inner);
  if (inner !== folder && !inner.startsWith(`${folder}${path.sep}`)) return [];
  if (!existsSync(base)) return [];
  const last = new RegExp(
    `^${path
      .basename(inner)
      .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  );
  return readdirSync(base)
    .filter((name) => last.test(name))
    .toSorted()
    .map((name) => path.join(base, name))
    .filter((name) => statSync(name).isFile() && statSync(name).size <= MOST_BYTES)
    .map((name) => ({ name, text: readFileSync(name, 'utf8') }));
}

interface NamedFile {
  readonly name: string;
  readonly text: string;
}
