import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parseHost } from '../../adopt/host-files.ts';
import { collect } from '../../bundle/collect.ts';
import { type Bundle, type BundlePlatform, type Content, type Manifest, contentsOf } from '../../bundle/manifest.ts';
import { readBundle } from '../../bundle/read-bundle.ts';
import { wantedPackages } from '../../bundle/wanted.ts';
import { writeBundle } from '../../bundle/write-bundle.ts';
import { EXIT, type ExitCode, Failure } from '../../failure.ts';
import { type Cluster, hostsOf } from '../../inventory/cluster.ts';
import { connectLocal } from '../../remote/local.ts';
import type { Transport } from '../../remote/transport.ts';
import { bundledAgents } from '../../render/agent-program.ts';
import { bytesText } from '../../text/bytes.ts';
import { connector } from '../connect.ts';
import type { Context, InventoryFlags } from '../context.ts';
import { openInventory } from '../open-inventory.ts';

export interface BundleFlags extends InventoryFlags {
  readonly output?: string;
  readonly on?: readonly string[];
  readonly add?: boolean;
  readonly force?: boolean;
  readonly allowMissing?: boolean;
  readonly list?: string;
}

/** Collects the packages of an inventory's hosts on machines with network, in one file; or shows one. */
export async function bundle(context: Context, argument: string | undefined, flags: BundleFlags): Promise<ExitCode> {
  if (flags.list !== undefined) return show(context, readBundle(path.resolve(context.cwd, flags.list)));
  const opened = await openInventory(context, { argument, flags, afterDeploy: true });
  if (typeof opened === 'number') return opened;
  const { cluster } = opened;
  const file = outputOf(context, cluster, flags);
  const former = flags.add === true && existsSync(file) ? readBundle(file) : undefined;
  const staging = await mkdtemp(path.join(path.dirname(file), '.lvsctl-bundle-'));
  try {
    const platforms: BundlePlatform[] = [];
    for (const host of flags.on ?? [undefined]) {
      const platform = await collectOn(context, cluster, host, staging, flags);
      if (platform === undefined) return EXIT.failed;
      platforms.push(platform);
    }
    await save(file, former, platforms, staging);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return show(context, readBundle(file));
}

function outputOf(context: Context, { packages }: Cluster, { output, add, force }: BundleFlags): string {
  const file = output === undefined ? packages.bundle : path.resolve(context.cwd, output);
  if (file === undefined) {
    throw new Failure('inventory', 'No file to write: the inventory has no packages.bundle.', {
      hint: 'Name one with -o FILE.',
    });
  }
  if (existsSync(file) && add !== true && force !== true) {
    throw new Failure('inventory', `${path.basename(file)} already exists.`, {
      hint: 'Pass --add to add a platform to it, or --force to replace it.',
    });
  }
  return file;
}

/** @returns undefined when packages are missing, which has been reported */
async function collectOn(
  context: Context,
  cluster: Cluster,
  host: string | undefined,
  folder: string,
  { allowMissing }: BundleFlags,
): Promise<BundlePlatform | undefined> {
  const { screen, signal, verbose } = context;
  const report = (line: string): void => {
    if (screen.json) screen.emit({ type: 'collecting', line });
    else if (verbose || /^(?:\S+: collecting|fetching|missing) /.test(line)) screen.line(line);
  };
  const transport = await machine(context, cluster, host);
  try {
    const { platform, missing } = await collect(transport, wantedPackages(cluster), { folder, report, signal });
    if (missing.length === 0 || allowMissing === true) return platform;
    screen.error(`${transport.host}: no repository has ${missing.join(', ')}.`);
    screen.error('  Enable one that has, or pass --allow-missing; hosts then need another source of them.');
    return undefined;
  } finally {
    transport.close();
  }
}

/** A host of the inventory by name or address, another one by its address, or this machine. */
async function machine(context: Context, cluster: Cluster, name: string | undefined): Promise<Transport> {
  if (name === undefined) return connectLocal('this machine');
  const connect = context.connectTo ?? connector();
  const hosts = hostsOf(cluster).map(({ host }) => host);
  const found = hosts.find((host) => host.name === name || host.address === name);
  if (found !== undefined) return connect(found)(context.signal);
  const parsed = parseHost(name);
  const other = hosts.find(({ access }) => access.kind === 'ssh');
  if (parsed === undefined || other?.access.kind !== 'ssh') {
    throw new Failure('inventory', `--on ${name}: neither a host of the inventory nor an address.`, {
      hint: `Its hosts are ${hosts.map((host) => host.name).join(', ')}. Another one is written as in admin@192.0.2.1.`,
    });
  }
  const { address, user = other.access.user } = parsed;
  const access = { ...other.access, host: address, user, proxyCommand: undefined };
  return connect({ ...other, name, address, access })(context.signal);
}

async function save(
  file: string,
  former: Bundle | undefined,
  fresh: readonly BundlePlatform[],
  staging: string,
): Promise<void> {
  const isFresh = ({ name, format }: BundlePlatform): boolean =>
    fresh.some((one) => one.name === name && one.format === format);
  const kept = former?.manifest.platforms.filter((one) => !isFresh(one)) ?? [];
  const platforms = [...kept, ...fresh];
  const programs = agentsFor(platforms);
  const agents = {
    ...former?.manifest.agents,
    ...Object.fromEntries(programs.map(({ machine, content }) => [machine, content])),
  };
  const manifest: Manifest = { version: 1, platforms, agents };
  const sizes = new Map(contentsOf(manifest).map(({ sha256, size }) => [sha256, size]));
  await writeBundle(file, manifest, (sha256) => {
    const program = programs.find(({ content }) => content.sha256 === sha256);
    if (program !== undefined) return [program.bytes()];
    const staged = path.join(staging, sha256);
    return former === undefined || existsSync(staged) ? staged : pieces(former, sha256, sizes.get(sha256) ?? 0);
  });
}

function* pieces({ read }: Bundle, sha256: string, size: number): Generator<Uint8Array> {
  const length = 2 ** 20;
  for (let offset = 0; offset < size; offset += length) yield read(sha256, offset, Math.min(length, size - offset));
}

interface Program {
  readonly machine: string;
  readonly content: Content;
  readonly bytes: () => Uint8Array;
}

/** The agents of this lvsctl for the machines of the platforms; none where they are not built. */
function agentsFor(platforms: readonly BundlePlatform[]): readonly Program[] {
  const agents = bundledAgents();
  return [...new Set(platforms.map(({ machine }) => machine))].flatMap((machine) => {
    const agent = agents(machine);
    if ('missing' in agent) return [];
    const { sha256, size, packed } = agent;
    return [{ machine, content: { sha256, size }, bytes: () => gunzipSync(Buffer.from(packed(), 'base64')) }];
  });
}

function show({ screen }: Context, { name, size, manifest }: Bundle): ExitCode {
  screen.line(`${name}: ${bytesText(size)}`, 'title');
  for (const { name: platform, format, packages, files } of manifest.platforms) {
    const bytes = Object.values(files).reduce((sum, file) => sum + file.size, 0);
    const count = Object.keys(files).length;
    screen.emit({ type: 'bundle', platform, format, packages: Object.keys(packages), files: count, bytes });
    screen.line(`  ${platform} (${format}): ${Object.keys(packages).join(', ')}`, 'plain', 4);
    screen.line(`    ${count} files, ${bytesText(bytes)}`, 'faint');
  }
  for (const [machine, { size: bytes }] of Object.entries(manifest.agents))
    screen.line(`  lvs-agent for ${machine}: ${bytesText(bytes)}`);
  screen.emit({ type: 'result', command: 'bundle', exitCode: EXIT.done });
  return EXIT.done;
}
