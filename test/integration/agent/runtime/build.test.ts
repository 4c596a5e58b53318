import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { appendScript } from '../../../../src/agent/runtime/append-script.ts';
import { buildAgent, type Manifest } from '../../../../src/agent/runtime/build-agent.ts';
import { agentCacheFolder } from '../../../../src/agent/runtime/cache-folder.ts';
import { compileRuntime } from '../../../../src/agent/runtime/compile.ts';
import { type Pins, readPins, SOURCE_PACKAGES } from '../../../../src/agent/runtime/pinned-sources.ts';
import { nameOf, sourceTrees } from '../../../../src/agent/runtime/source-trees.ts';
import { missingPackages } from '../../../../src/agent/runtime/toolchain.ts';
import { RUNTIME_SOURCES, runtimePath } from './runtimes.ts';

/** Builds a fake runtime whose compiler prepends a word, and counts the builds. */
const MAKEFILE = `
libraries:
runtime:
	echo made >> $(COUNT)
	if [ $(TRIPLE) = "$(BROKEN)" ]; then echo "error: it does not compile" >&2; exit 1; fi
	printf '#!/bin/sh\\n{ echo compiled; cat "$$2"; } > "$$3"\\n' > runtime
	chmod +x runtime
`;

const source = (name: string, version: string) => ({
  version,
  files: { [`${name}_${version}.orig.tar.xz`]: 'a'.repeat(64) },
});
const PINS: Pins = {
  suite: 'trixie',
  sources: { quickjs: source('quickjs', '1-1'), mbedtls: source('mbedtls', '2-1'), musl: source('musl', '3-1') },
};

let folder = '';
let lines: string[] = [];
const inside = (...names: readonly string[]): string => path.join(folder, ...names);
const context = (): Parameters<typeof buildAgent>[2] => ({
  cache: inside('cache'),
  install: false,
  report: (line) => lines.push(line),
  signal: AbortSignal.timeout(60_000),
});

async function put(name: string, text: string): Promise<void> {
  await mkdir(path.dirname(inside(name)), { recursive: true });
  await writeFile(inside(name), text);
}

/** An agent of three lines, and a cache with the sources of its runtime. */
beforeEach(async () => {
  lines = [];
  folder = await mkdtemp(path.join(tmpdir(), 'lvs-agent-build-'));
  await put('agent/shared.ts', 'export const word: string = "agent of three lines";');
  await put('agent/host-static/main.ts', 'import { word } from "../shared.ts"; host.print(word);');
  await put('agent/host-node/main.ts', 'import { word } from "../shared.ts"; console.log(word);');
  await put('agent/runtime/Makefile', MAKEFILE.replaceAll('$(COUNT)', inside('made')).replace('$(BROKEN)', 'none'));
  await put('agent/runtime/pinned-sources.json', JSON.stringify(PINS));
  const sources = path.join('cache', nameOf(PINS.sources));
  const patched = (name: keyof Pins['sources'], ...patches: readonly string[]) => ({ ...PINS.sources[name], patches });
  await put(
    path.join(sources, 'sources.json'),
    JSON.stringify({ quickjs: patched('quickjs', 'one.patch'), mbedtls: patched('mbedtls'), musl: patched('musl') }),
  );
  for (const licence of ['quickjs/LICENSE', 'mbedtls/LICENSE', 'musl/COPYRIGHT'])
    await put(path.join(sources, licence), `The terms of ${path.dirname(licence)}.\n`);
});
afterEach(async () => rm(folder, { recursive: true }));

const build = async (): Promise<Manifest> => buildAgent(inside('agent'), inside('out'), context());

it('builds a program per architecture, the scripts, and a manifest', async () => {
  const manifest = await build();
  expect(JSON.parse(await readFile(inside('out/manifest.json'), 'utf8'))).toEqual(manifest);
  const { x64, arm64 } = manifest.programs;
  if ('missing' in x64 || 'missing' in arm64) throw new Error(lines.join('\n'));
  expect(x64.made).toEqual({
    quickjs: '1-1',
    mbedtls: '2-1',
    musl: '3-1',
    compiler: expect.stringMatching(/^gcc \d+\./),
  });
  for (const { file, sha256, size } of [x64, arm64, manifest.bundle, manifest.node]) {
    const bytes = await readFile(inside('out', file));
    expect([size, sha256]).toEqual([bytes.length, createHash('sha256').update(bytes).digest('hex')]);
    expect(bytes.toString('latin1')).toContain('agent of three lines');
  }
  expect(await readFile(inside('out', x64.file), 'latin1')).toMatch(/^#!\/bin\/sh\n[^]*compiled\n[^]*lvsagent$/);
});

it('includes the licences of the programs', async () => {
  await build();
  const text = await readFile(inside('out/lvs-agent-licenses.txt'), 'utf8');
  for (const name of SOURCE_PACKAGES) expect(text).toContain(`The terms of ${name}.`);
});

it('writes and prints a bill of materials', async () => {
  const { programs } = await build();
  const bill: unknown = JSON.parse(await readFile(inside('out/lvs-agent.cdx.json'), 'utf8'));
  const { x64, arm64 } = programs;
  if ('missing' in x64 || 'missing' in arm64) throw new Error(lines.join('\n'));
  expect(bill).toMatchObject({
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    metadata: {
      component: {
        name: 'lvs-agent',
        components: [
          { name: 'lvs-agent-x64', hashes: [{ alg: 'SHA-256', content: x64.sha256 }] },
          { name: 'lvs-agent-arm64', hashes: [{ alg: 'SHA-256', content: arm64.sha256 }] },
        ],
      },
    },
    components: [
      {
        name: 'quickjs',
        version: '1-1',
        licenses: [{ expression: 'MIT' }],
        purl: 'pkg:deb/debian/quickjs@1-1?arch=source&distro=trixie',
        externalReferences: [{ url: 'quickjs_1-1.orig.tar.xz', hashes: [{ alg: 'SHA-256', content: 'a'.repeat(64) }] }],
        pedigree: { patches: [{ diff: { url: 'debian/patches/one.patch' } }] },
      },
      { name: 'mbedtls', version: '2-1' },
      { name: 'musl', version: '3-1' },
    ],
  });
  expect(lines).toContain(
    'lvs-agent-x64, lvs-agent-arm64: quickjs 1-1 (1 patch), mbedtls 2-1 (0 patches), musl 3-1 (0 patches)',
  );
});

it('recompiles a runtime when a pin changes', async () => {
  await build();
  const moved = { ...PINS, sources: { ...PINS.sources, musl: source('musl', '3-2') } };
  await put('agent/runtime/pinned-sources.json', JSON.stringify(moved));
  await cp(inside('cache', nameOf(PINS.sources)), inside('cache', nameOf(moved.sources)), { recursive: true });
  await build();
  expect(await readFile(inside('made'), 'utf8')).toBe('made\n'.repeat(4));
});

it('does not recompile unchanged sources, nor for a new script', async () => {
  const first = await build();
  expect(await build()).toEqual(first);
  await put('agent/shared.ts', 'export const word: string = "another agent";');
  const second = await build();
  expect(second.programs.x64).not.toEqual(first.programs.x64);
  expect(await readFile(inside('made'), 'utf8')).toBe('made\nmade\n');
});

it('builds the other architecture if one does not compile, and reports why', async () => {
  const makefile = MAKEFILE.replaceAll('$(COUNT)', inside('made')).replace('$(BROKEN)', 'aarch64-linux-gnu');
  await put('agent/runtime/Makefile', makefile);
  await put('out/lvs-agent-arm64', 'of an earlier build');
  const { programs } = await build();
  expect(programs.x64).toHaveProperty('sha256');
  expect(programs.arm64).toEqual({ missing: 'make failed: error: it does not compile' });
  expect(lines.filter((line) => line.includes('arm64 is not built'))).toEqual([
    'lvs-agent for arm64 is not built: make failed: error: it does not compile',
  ]);
  expect(existsSync(inside('out/lvs-agent-arm64'))).toBe(false);
});

it('fails without a manifest if a script cannot be bundled', async () => {
  await put('agent/host-static/main.ts', 'import { readFileSync } from "node:fs"; readFileSync("x");');
  await expect(build()).rejects.toThrow('node:fs');
  expect(existsSync(inside('out/manifest.json'))).toBe(false);
});

it('lists missing packages', () => {
  const own = process.arch === 'arm64' ? 'arm64' : 'x64';
  const other = own === 'x64' ? 'arm64' : 'x64';
  const cross = { arm64: 'gcc-aarch64-linux-gnu', x64: 'gcc-x86-64-linux-gnu' };
  expect(missingPackages(own, () => false)).toEqual(['make', 'tar', 'xz-utils', 'bzip2', 'patch', 'gcc']);
  expect(missingPackages(other, () => false)).toEqual(['make', 'tar', 'xz-utils', 'bzip2', 'patch', cross[other]]);
  expect(missingPackages(other, (file) => !file.includes('gcc'))).toEqual([cross[other]]);
  expect(missingPackages(own, (file) => file.startsWith('/usr/bin/'))).toEqual([]);
});

it('appends the script with its length and a magic word', () => {
  const program = appendScript(Buffer.from('runtime'), Buffer.from('script'));
  expect(program.toString('latin1')).toBe('runtimescript\u0006\0\0\0\0\0\0\0lvsagent');
});

it('builds the runtime reproducibly in different folders', { timeout: 600_000 }, async () => {
  const first = await runtimePath(process.arch === 'arm64' ? 'arm64' : 'x64');
  await cp(RUNTIME_SOURCES, inside('elsewhere/own'), { recursive: true });
  const sharedCache = agentCacheFolder(process.env);
  const cache = inside('another/cache');
  await mkdir(cache, { recursive: true });
  for (const name of await readdir(sharedCache))
    if (/^(source|libraries)-/.test(name)) await symlink(path.join(sharedCache, name), path.join(cache, name));
  const own = inside('elsewhere/own');
  const elsewhere = { ...context(), cache };
  const trees = await sourceTrees(await readPins(own), true, elsewhere);
  const second = await compileRuntime(own, process.arch === 'arm64' ? 'arm64' : 'x64', trees, elsewhere);
  expect(second.path).not.toBe(first);
  expect((await readFile(second.path)).equals(await readFile(first))).toBe(true);
});
