import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import path from 'node:path';

/** A file of the build, by what tells it from others. */
export interface BuiltFile {
  readonly file: string;
  /** Of its bytes, in hexadecimal. */
  readonly sha256: string;
  /** bytes */
  readonly size: number;
}

/**
 * One file of the agent for the static runtime, which has nothing but ECMAScript: importing `node:*` is an error here.
 * Names and lines are kept for the places in messages.
 * @param agent the folder of its TypeScript
 */
export async function bundleForRuntime(agent: string): Promise<Buffer> {
  return bundle(agent, 'host-static/main.ts', { platform: 'neutral', format: 'iife', target: 'es2023' });
}

/** The same for Node, where koffi makes the system calls. */
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
    // Paths in comments are relative to it: the same bytes in any folder.
    absWorkingDir: path.resolve(agent),
    bundle: true,
    write: false,
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'silent',
  });
  return Buffer.from(outputFiles?.[0]?.contents ?? []);
}
