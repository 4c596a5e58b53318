import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { Failure } from '../failure.ts';
import type { PackageManager } from '../platforms/package-manager.ts';
import { causeIn, nameIn } from '../platforms/package-managers.ts';
import { ALL_PLATFORMS, type Platforms } from '../platforms/platforms.ts';
import { RELEASE_PROBE, type Release, parseRelease, releaseName } from '../platforms/release.ts';
import { type Command, lines, sh } from '../remote/command.ts';
import type { Transport } from '../remote/transport.ts';
import { bytesText } from '../text/bytes.ts';
import { saneLines } from '../text/lines.ts';
import { type BundlePlatform, type Content, LIMITS } from './manifest.ts';

/** milliseconds: mirrors can be slow */
const COLLECT_TIMEOUT = 60 * 60_000;
const STEP_TIMEOUT = 10 * 60_000;

/** MiB that one script fetches */
const PIECE = 8;

export interface Collecting {
  /** A folder of this machine that receives the files, named by their digests. */
  readonly folder: string;
  readonly platforms?: Platforms;
  readonly report: (line: string) => void;
  readonly signal: AbortSignal;
}

export interface Collected {
  readonly platform: BundlePlatform;
  /** Packages that no repository of the machine has, by Debian's names. */
  readonly missing: readonly string[];
}

/**
 * Collects packages and all that they need on a machine with network, and fetches them. Nothing is left on it.
 * @param wanted Debian's names
 * @throws Failure of the transport; `unsupported` or `command` when the machine cannot collect them
 */
export async function collect(
  transport: Transport,
  wanted: readonly string[],
  { folder, platforms = ALL_PLATFORMS, report, signal }: Collecting,
): Promise<Collected> {
  const { manager, release } = await examine(transport, platforms, signal);
  report(`${releaseName(release)}: collecting ${wanted.join(', ')} with ${manager.title}`);
  const work = (await run(transport, sh`mktemp -d /var/tmp/lvsctl-bundle-XXXXXXXX`, signal)).trim();
  if (!/^\/var\/tmp\/lvsctl-bundle-\w{8}$/.test(work))
    throw refused(transport, 'cannot make a folder in /var/tmp', 'Free space there.');
  try {
    const missing = await download(transport, manager, wanted, work, { report, signal });
    const listed = await list(transport, work, signal);
    const files = await fetchAll(transport, work, listed.files, { folder, report, signal });
    const packages = Object.fromEntries(
      wanted.flatMap((name): readonly [string, string[]][] => {
        const closure = listed.closures.get(nameIn(manager, name)) ?? [];
        return closure.length === 0 ? [] : [[name, [...closure].sort()]];
      }),
    );
    const used = new Set(Object.values(packages).flat());
    const kept = Object.fromEntries([...files].filter(([name]) => used.has(name)));
    const absent = [...used].find((name) => !Object.hasOwn(kept, name));
    if (absent !== undefined) throw refused(transport, `${absent} was not downloaded`, 'Run the command again.');
    const platform = { name: releaseName(release), format: manager.format, ...release, packages, files: kept };
    return { platform, missing };
  } finally {
    // Not with the signal of the run, which may be why it ended.
    await transport
      .run(sh`rm -rf ${work}`, { timeoutMs: STEP_TIMEOUT, signal: new AbortController().signal })
      .catch(() => undefined);
  }
}

async function run(transport: Transport, command: Command, signal: AbortSignal): Promise<string> {
  const { exitCode, stdout, stderr } = await transport.run(command, { timeoutMs: STEP_TIMEOUT, signal });
  if (exitCode === 0) return stdout;
  throw new Failure('command', `${transport.host}: ${stderr.trim().split('\n').at(-1) ?? 'a command failed'}`, {
    host: transport.host,
    exitCode,
    stderr,
  });
}

function refused({ host }: Transport, why: string, hint: string): Failure {
  return new Failure('unsupported', `${host}: ${why}`, { host, hint });
}

async function examine(
  transport: Transport,
  { packageManagers }: Platforms,
  signal: AbortSignal,
): Promise<{ readonly manager: PackageManager; readonly release: Release }> {
  const detects = packageManagers.map(({ detect, id }) => sh`if ${detect}; then echo ${`manager ${id}`}; fi`);
  const output = await run(transport, lines([RELEASE_PROBE, ...detects]), signal);
  const first = saneLines(output).find((line) => line.startsWith('manager '));
  const manager = packageManagers.find(({ id }) => first === `manager ${id}`);
  const release = parseRelease(output);
  if (manager !== undefined && release !== undefined) return { manager, release };
  const hint = 'Name another machine with --on HOST.';
  throw refused(transport, 'neither a supported package manager nor a name of the distribution was found', hint);
}

/** @returns missing packages, by Debian's names */
async function download(
  transport: Transport,
  manager: PackageManager,
  wanted: readonly string[],
  work: string,
  { report, signal }: Pick<Collecting, 'report' | 'signal'>,
): Promise<readonly string[]> {
  const names = [...new Set(wanted.map((name) => nameIn(manager, name)))];
  const { exitCode, stdout } = await transport.run(manager.collect(names, work), {
    timeoutMs: COLLECT_TIMEOUT,
    signal,
    onLine: report,
  });
  const said = saneLines(stdout).map((line) => line.trim());
  if (exitCode !== 0) {
    const cause = causeIn(said.filter((line) => line !== '')) ?? `exit code ${exitCode}`;
    throw new Failure('command', `${transport.host}: packages cannot be collected: ${cause}`, {
      host: transport.host,
      exitCode,
      stderr: stdout,
      hint: 'The machine needs network and working repositories. Name another one with --on HOST.',
    });
  }
  const missing = new Set(said.flatMap((line) => (line.startsWith('missing ') ? [line.slice(8)] : [])));
  return wanted.filter((name) => missing.has(nameIn(manager, name)));
}

interface Listed {
  /** The files of each package, by its own name. */
  readonly closures: ReadonlyMap<string, readonly string[]>;
  readonly files: ReadonlyMap<string, Content>;
}

async function list(transport: Transport, work: string, signal: AbortSignal): Promise<Listed> {
  const output = await run(
    transport,
    sh`cd ${work}
for f in *; do [ ! -f "$f" ] || printf 'file %s %s %s\\n' "$(sha256sum < "$f" | cut -c 1-64)" "$(wc -c < "$f")" "$f"; done
cd .closure
for f in *; do [ ! -f "$f" ] || while IFS= read -r file; do printf 'closure %s %s\\n' "$f" "$file"; done < "$f"; done`,
    signal,
  );
  const closures = new Map<string, string[]>();
  const files = new Map<string, Content>();
  for (const line of saneLines(output)) {
    const [, sha256, size, name] = /^file ([0-9a-f]{64}) +(\d{1,12}) ([^/]+)$/.exec(line) ?? [];
    if (sha256 !== undefined && name !== undefined) files.set(name, { sha256, size: Number(size) });
    const [, root, file] = /^closure (\S+) ([^/]+)$/.exec(line) ?? [];
    if (root !== undefined && file !== undefined) closures.set(root, [...(closures.get(root) ?? []), file]);
  }
  return { closures, files };
}

async function fetchAll(
  transport: Transport,
  work: string,
  files: Listed['files'],
  { folder, report, signal }: Pick<Collecting, 'folder' | 'report' | 'signal'>,
): Promise<ReadonlyMap<string, Content>> {
  const total = [...files.values()].reduce((sum, { size }) => sum + size, 0);
  if (files.size > LIMITS.files || total > LIMITS.bundle)
    throw refused(transport, `${files.size} files of ${bytesText(total)} are more than a bundle holds`, '');
  report(`fetching ${files.size} files, ${bytesText(total)}`);
  for (const [name, content] of files) await fetchFile(transport, `${work}/${name}`, content, folder, signal);
  return files;
}

/** Into a file that is named by its digest. */
async function fetchFile(
  transport: Transport,
  from: string,
  { sha256, size }: Content,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const hash = createHash('sha256');
  const handle = await open(path.join(folder, sha256), 'w', 0o600);
  try {
    for (let skip = 0; skip * 2 ** 20 < size; skip += PIECE) {
      const script = sh`dd if=${from} bs=1048576 skip=${skip} count=${PIECE} 2>/dev/null | base64`;
      const bytes = Buffer.from(await run(transport, script, signal), 'base64');
      hash.update(bytes);
      await handle.write(bytes);
    }
  } finally {
    await handle.close();
  }
  if (hash.digest('hex') !== sha256) throw refused(transport, `${from} changed while it was fetched`, 'Run it again.');
}
