import { createHash } from 'node:crypto';
import { Failure } from '../failure.ts';
import type { PackageManager } from '../platforms/package-manager.ts';
import { causeIn, packageManagerOf } from '../platforms/package-managers.ts';
import { type Command, lines, sh } from '../remote/command.ts';
import type { Result, Transport } from '../remote/transport.ts';
import { treeOf } from '../resources/built.ts';
import type { Build } from '../resources/resource.ts';
import { saneLines } from '../text/lines.ts';
import { STEP, installPackages, buildScript, logOf, treeProbe } from './build-script.ts';

/** milliseconds; keepalived takes half a minute on two processors */
const BUILD_TIMEOUT = 30 * 60_000;
const INSTALL_TIMEOUT = 30 * 60_000;
const STEP_TIMEOUT = 10 * 60_000;

/** bytes of an archive; that of keepalived has a million */
const LARGEST = 64 * 2 ** 20;

/** MiB that one script fetches */
const PIECE = 4;

/** The archive of a built program on a host. */
export interface Tree {
  readonly sha256: string;
  /** bytes */
  readonly size: number;
}

export interface Building {
  /** Receives a sentence for each step. */
  readonly report: (text: string) => void;
  readonly signal: AbortSignal;
  /** Records on the host that it lacked packages, before they are installed. */
  readonly recordAbsent: (packages: readonly string[]) => Command;
}

/** The archive of a build that a host has already. */
export async function findTree(transport: Transport, build: Build, signal: AbortSignal): Promise<Tree | undefined> {
  const result = await transport.run(treeProbe(build), { timeoutMs: STEP_TIMEOUT, signal });
  if (result.exitCode !== 0) throw failed(transport, build, result);
  return treeIn(result.stdout);
}

/**
 * Builds a program on a host, where its tarball is, with packages that are installed there.
 * @throws Failure of the transport, or `command` with the end of what the build printed
 */
export async function buildTree(transport: Transport, build: Build, building: Building): Promise<Tree> {
  const manager = packageManagerOf(build.platform);
  if (manager === undefined)
    throw new Failure('unsupported', `${transport.host}: its package manager is not supported`, {
      host: transport.host,
      hint: 'Name another host with packages.source.build_on.',
    });
  const { report, signal } = building;
  const onLine = (line: string): void => {
    if (line.startsWith(STEP)) report(`${build.program} ${build.version}: ${line.slice(STEP.length).trim()}`);
  };
  await installMissing(transport, manager, build, { ...building, onLine });
  const script = lines([buildScript(build), treeProbe(build)]);
  const result = await transport.run(script, { timeoutMs: BUILD_TIMEOUT, signal, onLine });
  const tree = result.exitCode === 0 ? treeIn(result.stdout) : undefined;
  if (tree === undefined) throw failed(transport, build, result);
  return tree;
}

async function installMissing(
  transport: Transport,
  manager: PackageManager,
  build: Build,
  { recordAbsent, signal, onLine }: Building & { readonly onLine: (line: string) => void },
): Promise<void> {
  const queried = await transport.run(manager.query(build.packages), { timeoutMs: STEP_TIMEOUT, signal });
  const have = new Set(saneLines(queried.stdout).map((line) => line.split(' ', 1)[0]));
  const missing = build.packages.filter((name) => !have.has(name));
  if (missing.length === 0) return;
  const installed = await transport.run(lines([recordAbsent(missing), installPackages(manager, missing, build)]), {
    timeoutMs: INSTALL_TIMEOUT,
    signal,
    onLine,
    onGiveUp: 'leave',
  });
  if (installed.exitCode !== 0) throw withoutPackages(transport, installed);
}

function treeIn(output: string): Tree | undefined {
  const [, sha256, size] =
    saneLines(output)
      .map((line) => /^tree ([0-9a-f]{64}) +(\d{1,12})$/.exec(line))
      .find((found) => found !== null) ?? [];
  return sha256 === undefined ? undefined : { sha256, size: Number(size) };
}

function withoutPackages({ host }: Transport, { stdout, stderr, exitCode }: Result): Failure {
  const cause = causeIn(saneLines(`${stdout}\n${stderr}`).filter((line) => line.trim() !== ''));
  return new Failure(
    'command',
    `${host}: packages for building cannot be installed: ${cause ?? `exit code ${exitCode}`}`,
    {
      host,
      exitCode,
      stderr: stdout + stderr,
      hint: 'Install a compiler, make and the headers of OpenSSL and libnl there, or name another host with packages.source.build_on.',
    },
  );
}

/** What a failing build says it lacks: of configure, of a compiler, of a shell. */
const MISSING = /configure: error: |fatal error: |: command not found|: not found$|cannot find -l/;

function failed({ host }: Transport, build: Build, { stderr, exitCode }: Result): Failure {
  const said = saneLines(stderr).filter((line) => line.trim() !== '');
  const missing = said.findLast((line) => MISSING.test(line));
  const why = (missing ?? said.at(-1) ?? `exit code ${exitCode}`).trim();
  return new Failure('command', `${host}: ${build.program} ${build.version} cannot be built: ${why}`, {
    host,
    exitCode,
    stderr,
    hint: `The whole output is in ${logOf(build)} on ${host}. ${missing === undefined ? 'Correct packages.source, then run the command again.' : 'Install what is missing there, or leave the feature out with packages.source.' + build.program + '.configure.'}`,
  });
}

/** Reads an archive into memory, to be sent to other hosts. @throws Failure when it is not what the host said it was */
export async function fetchTree(
  transport: Transport,
  build: Build,
  { sha256, size }: Tree,
  signal: AbortSignal,
): Promise<Buffer> {
  const from = treeOf(build);
  const refused = (why: string): Failure =>
    new Failure('command', `${transport.host}: ${from} ${why}`, {
      host: transport.host,
      hint: 'Run the command again.',
    });
  if (size > LARGEST) throw refused('is larger than 64 MiB');
  const pieces: Buffer[] = [];
  for (let skip = 0; skip * 2 ** 20 < size; skip += PIECE) {
    const script: Command = sh`dd if=${from} bs=1048576 skip=${skip} count=${PIECE} 2>/dev/null | base64`;
    const { exitCode, stdout } = await transport.run(script, { timeoutMs: STEP_TIMEOUT, signal });
    if (exitCode !== 0) throw refused('cannot be read');
    pieces.push(Buffer.from(stdout, 'base64'));
  }
  const bytes = Buffer.concat(pieces);
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) throw refused('changed while it was fetched');
  return bytes;
}
