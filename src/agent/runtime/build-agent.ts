import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { replaceFile } from '../../disk/replace-file.ts';
import type { BuildContext } from '../../toolbox/build-context.ts';
import { Failure } from '../../failure.ts';
import { appendScript } from './append-script.ts';
import { type Architecture } from './architecture.ts';
import { bundleForNode, bundleForRuntime, describeFile, type BuiltFile } from './bundle-scripts.ts';
import { compileRuntime, type Runtime } from './compile.ts';
import { billOfMaterials, describeSources } from './bill-of-materials.ts';
import { compileScript } from './compile-script.ts';
import { licenses } from './licenses.ts';
import { readPins, type SourcePackage } from './pinned-sources.ts';
import { sourceTrees, type SourceTrees } from './source-trees.ts';
import { installPackages, missingPackages } from './toolchain.ts';

/** A single-file agent with the Debian versions of its sources and the compiler. */
export interface BuiltProgram extends BuiltFile {
  readonly made: Readonly<Record<SourcePackage | 'compiler', string>>;
}

/** `manifest.json`: what was built, for deployment, and why anything is missing. */
export interface Manifest {
  readonly programs: Readonly<Record<Architecture, BuiltProgram | { readonly missing: string }>>;
  /** The script included in each program. */
  readonly bundle: BuiltFile;
  /** The script for Node and koffi. */
  readonly node: BuiltFile;
}

/** Files that accompany the programs. */
const LICENSES = 'lvs-agent-licenses.txt';
const BILL_OF_MATERIALS = 'lvs-agent.cdx.json';

/**
 * Builds the agent: its scripts, and a program of runtime and script for each architecture with a compiler.
 * @param source folder of the agent's TypeScript and C
 * @param target output folder; the manifest is written last
 * @param locked whether to require exactly the pinned sources
 * @throws UntrustedSource if a source does not match its pin
 */
export async function buildAgent(
  source: string,
  target: string,
  context: BuildContext,
  locked = false,
): Promise<Manifest> {
  await mkdir(target, { recursive: true });
  // Removed first, as it describes files that are about to change.
  await rm(path.join(target, 'manifest.json'), { force: true });
  const put = async (file: string, bytes: Buffer, mode = 0o644): Promise<BuiltFile> => {
    await replaceFile(path.join(target, file), bytes, mode);
    return describeFile(file, bytes);
  };
  const script = await bundleForRuntime(source);
  const bundle = await put('lvs-agent.js', script);
  const node = await put('lvs-agent-node.mjs', await bundleForNode(source));
  const own = path.join(source, 'runtime');
  const pins = await readPins(own);
  let fetched: Promise<SourceTrees> | undefined;
  // Sources are needed only with a compiler.
  const trees = (): Promise<SourceTrees> => (fetched ??= sourceTrees(pins, locked, context));
  // Sequential, as each compilation uses all processors.
  const runtimes = {
    x64: await runtimeFor(own, 'x64', trees, context),
    arm64: await runtimeFor(own, 'arm64', trees, context),
  };
  const usable = process.arch === 'arm64' ? runtimes.arm64 : runtimes.x64;
  const packed = 'missing' in usable ? script : await compileScript(usable.path, script, context.signal);
  const program = async (architecture: Architecture): Promise<Manifest['programs'][Architecture]> => {
    const runtime = runtimes[architecture];
    if ('missing' in runtime) {
      // A program of an earlier build would not be in the manifest.
      await rm(path.join(target, `lvs-agent-${architecture}`), { force: true });
      return runtime;
    }
    const bytes = appendScript(await readFile(runtime.path), packed);
    const { quickjs, mbedtls, musl } = (await trees()).sources;
    const { compiler } = runtime;
    const made = { quickjs: quickjs.version, mbedtls: mbedtls.version, musl: musl.version, compiler };
    return { ...(await put(`lvs-agent-${architecture}`, bytes, 0o755)), made };
  };
  const manifest: Manifest = { programs: { x64: await program('x64'), arm64: await program('arm64') }, bundle, node };
  const built = Object.values(manifest.programs).flatMap((one) => ('missing' in one ? [] : [one]));
  if (built.length > 0) {
    const { sources } = await trees();
    await put(LICENSES, Buffer.from(await licenses(await trees())));
    const listed = built.map(({ made, ...file }) => ({ ...file, compiler: made.compiler }));
    await put(BILL_OF_MATERIALS, Buffer.from(billOfMaterials(listed, sources, pins.suite)));
    context.report(`${built.map(({ file }) => file).join(', ')}: ${describeSources(sources)}`);
  }
  await put('manifest.json', Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`));
  return manifest;
}

/** A runtime, or why there is none. The build continues, as the agent on Node is still useful. */
async function runtimeFor(
  own: string,
  architecture: Architecture,
  trees: () => Promise<SourceTrees>,
  context: BuildContext,
): Promise<Runtime | { readonly missing: string }> {
  const none = (missing: string): { readonly missing: string } => {
    context.report(`lvs-agent for ${architecture} is not built: ${missing}`);
    return { missing };
  };
  try {
    const packages = missingPackages(architecture);
    if (packages.length > 0 && !context.install)
      return none(`missing ${packages.join(', ')}; \`npm run build -- --install\` installs them`);
    if (packages.length > 0) await installPackages(packages, context);
    return await compileRuntime(own, architecture, await trees(), context);
  } catch (error) {
    if (error instanceof Failure && error.code === 'lab') {
      const { hint } = error.detail;
      return none(hint === undefined ? error.message : `${error.message}. ${hint}`);
    }
    throw error;
  }
}
