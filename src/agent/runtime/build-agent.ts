import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { replaceFile } from '../../disk/replace-file.ts';
import type { Workshop } from '../../lab/ingredients.ts';
import { Failure } from '../../failure.ts';
import { appendScript } from './append-script.ts';
import { type Architecture } from './architecture.ts';
import { bundleForNode, bundleForRuntime, describeFile, type BuiltFile } from './bundle-scripts.ts';
import { compileRuntime, type Runtime } from './compile.ts';
import { compileScript } from './compile-script.ts';
import { licenses } from './licenses.ts';
import { installPackages, missingPackages } from './toolchain.ts';

/** An agent that is one file, and what its runtime was made of. */
export interface BuiltProgram extends BuiltFile {
  readonly made: Runtime['made'];
}

/** `manifest.json`: what was built, for whoever pushes it to a host, and what was not, and why. */
export interface Manifest {
  readonly programs: Readonly<Record<Architecture, BuiltProgram | { readonly missing: string }>>;
  /** The script in each of the programs. */
  readonly bundle: BuiltFile;
  /** The script for Node with koffi. */
  readonly node: BuiltFile;
}

/** Beside the programs, and of them. */
const LICENSES = 'lvs-agent-licenses.txt';

/**
 * Builds the agent: its scripts, and a program of runtime and script for each architecture for which there is a compiler.
 * @param source the folder of the agent's TypeScript and C
 * @param target gets the files, the manifest last
 */
export async function buildAgent(source: string, target: string, workshop: Workshop): Promise<Manifest> {
  await mkdir(target, { recursive: true });
  // It describes files that are about to change.
  await rm(path.join(target, 'manifest.json'), { force: true });
  const put = async (file: string, bytes: Buffer, mode = 0o644): Promise<BuiltFile> => {
    await replaceFile(path.join(target, file), bytes, mode);
    return describeFile(file, bytes);
  };
  const script = await bundleForRuntime(source);
  const bundle = await put('lvs-agent.js', script);
  const node = await put('lvs-agent-node.mjs', await bundleForNode(source));
  const own = path.join(source, 'runtime');
  // One after the other: each compiles on all processors.
  const runtimes = { x64: await runtimeFor(own, 'x64', workshop), arm64: await runtimeFor(own, 'arm64', workshop) };
  const usable = process.arch === 'arm64' ? runtimes.arm64 : runtimes.x64;
  const packed = 'missing' in usable ? script : await compileScript(usable.path, script, workshop.signal);
  const program = async (architecture: Architecture): Promise<Manifest['programs'][Architecture]> => {
    const runtime = runtimes[architecture];
    if ('missing' in runtime) {
      // One of an earlier build would be an agent that the manifest knows nothing of.
      await rm(path.join(target, `lvs-agent-${architecture}`), { force: true });
      return runtime;
    }
    const bytes = appendScript(await readFile(runtime.path), packed);
    return { ...(await put(`lvs-agent-${architecture}`, bytes, 0o755)), made: runtime.made };
  };
  if (Object.values(runtimes).some((runtime) => !('missing' in runtime)))
    await put(LICENSES, Buffer.from(await licenses(workshop)));
  const manifest: Manifest = { programs: { x64: await program('x64'), arm64: await program('arm64') }, bundle, node };
  await put('manifest.json', Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`));
  return manifest;
}

/** A runtime, or why there is none: an agent on Node is better than no build. */
async function runtimeFor(
  own: string,
  architecture: Architecture,
  workshop: Workshop,
): Promise<Runtime | { readonly missing: string }> {
  const none = (missing: string): { readonly missing: string } => {
    workshop.report(`lvs-agent for ${architecture} is not built: ${missing}`);
    return { missing };
  };
  try {
    const packages = missingPackages(architecture);
    if (packages.length > 0 && !workshop.install)
      return none(`it needs ${packages.join(', ')}; \`npm run build -- --install\` installs what it needs`);
    if (packages.length > 0) await installPackages(packages, workshop);
    return await compileRuntime(own, architecture, workshop);
  } catch (error) {
    if (error instanceof Failure && error.code === 'lab') return none(error.message);
    throw error;
  }
}
