// Runs a benchmark written in TypeScript: node test/bench/run.js NAME [ARGUMENTS…]
import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const ROOT = path.dirname(path.dirname(import.meta.dirname));
const [name = '', ...args] = process.argv.slice(2);
if (!/^[a-z-]+$/.test(name)) {
  console.error('usage: node test/bench/run.js takeover|false-takeover|routers|health|steady-adverts|large');
  process.exit(3);
}
// Inside the tree, so that unbundled packages can be resolved.
const folder = mkdtempSync(path.join(ROOT, 'node_modules/.bench-'));
try {
  const outfile = path.join(folder, 'bench.mjs');
  await build({
    entryPoints: [path.join(ROOT, `test/bench/${name}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    define: { 'import.meta.dirname': '__dirname_of_support' },
    banner: { js: `const __dirname_of_support = ${JSON.stringify(path.join(ROOT, 'test/support'))};` },
    logLevel: 'warning',
  });
  process.argv = [process.argv[0] ?? '', name, ...args];
  await import(pathToFileURL(outfile).href);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
