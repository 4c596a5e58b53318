import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import path from 'node:path';

/** Identifies a file of the build. */
export interface BuiltFile {
  readonly file: string;
  /** SHA-256 in hexadecimal. */
  readonly sha256: string;
  /** bytes */
  readonly size: number;
}

/**
 * Bundles the agent for the static runtime, which supports only ECMAScript: importing `node:*` is an error. Names and
 * lines are kept for error locations.
 * @param agent folder of its TypeScript
 */
export async function bundleForRuntime(agent: string): Promise<Buffer> {
  return bundle(agent, 'host-static/main.ts', { platform: 'neutral', format: 'iife', target: 'es2023' });
}

/** Bundles the agent for Node, where koffi makes the system calls. */
export async function bundleForNode(agent: string): Promise<Buffer> {
  return bundle(agent, 'host-node/main.ts', {
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['koffi'],
  });
}

export function describeFile(file: string, bytes: Uint8Array): BuiltFile {
  return { file, sha256: createHash('sha256').update(bytes).digest('hex'), size: bytes.length };
}

async function bundle(agent: string, entry: string, options: Parameters<typeof build>[0]): Promise<Buffer> {
  const { outputFiles } = await build({
    ...options,
    entryPoints: [entry],
    // Makes paths in comments relative, for reproducible output.
    absWorkingDir: path.resolve(agent),
    bundle: true,
    write: false,
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'silent',
  });
  return Buffer.from(outputFiles?.[0]?.contents ?? []);
}
