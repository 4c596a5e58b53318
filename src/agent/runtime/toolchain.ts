import { existsSync } from 'node:fs';
import type { BuildContext } from '../../toolbox/build-context.ts';
import { run } from '../../toolbox/run.ts';
import { TRIPLES, type Architecture } from './architecture.ts';

/** A program required to compile a runtime, and its Debian package. */
interface Tool {
  readonly program: string;
  readonly package: string;
}

const TOOLS: readonly Tool[] = [
  { program: 'make', package: 'make' },
  { program: 'tar', package: 'tar' },
  { program: 'xz', package: 'xz-utils' },
  { program: 'bzip2', package: 'bzip2' },
  { program: 'patch', package: 'patch' },
];

const FOLDERS = ['/usr/local/bin', '/usr/bin', '/bin'];

/** Packages missing on this machine to compile for an architecture. */
export function missingPackages(
  architecture: Architecture,
  exists: (file: string) => boolean = existsSync,
): readonly string[] {
  return [...TOOLS, compiler(architecture)]
    .filter(({ program }) => !FOLDERS.some((folder) => exists(`${folder}/${program}`)))
    .map((tool) => tool.package);
}

/** For example "gcc 12.2.0". */
export async function compilerVersion(architecture: Architecture, signal: AbortSignal): Promise<string> {
  const { stdout } = await run(compiler(architecture).program, ['-dumpfullversion'], { signal });
  return `gcc ${stdout.trim()}`;
}

/** @throws Failure `lab` if apt cannot install them */
export async function installPackages(packages: readonly string[], { report, signal }: BuildContext): Promise<void> {
  report(`installing ${packages.join(', ')} with apt`);
  const install = ['install', '-y', '-qq', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120', ...packages];
  try {
    await run('apt-get', install, { signal });
  } catch (error) {
    if (signal.aborted) throw error;
    // The package lists may be missing or outdated: update them and retry once.
    await run('apt-get', ['update', '-qq'], { signal });
    await run('apt-get', install, { signal });
  }
}

/** The native compiler is also available under the name with its triple. */
function compiler(architecture: Architecture): Tool {
  const triple = TRIPLES[architecture];
  const isOwn = process.arch === architecture;
  return { program: `${triple}-gcc`, package: isOwn ? 'gcc' : `gcc-${triple.replaceAll('_', '-')}` };
}
