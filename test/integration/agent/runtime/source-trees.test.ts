import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Pins,
  readPins,
  SOURCE_PACKAGES,
  type SourceVersion,
  writePins,
} from '../../../../src/agent/runtime/pinned-sources.ts';
import { sourceTrees, type SourceTrees } from '../../../../src/agent/runtime/source-trees.ts';
import { updatePins } from '../../../../src/agent/runtime/update-pins.ts';

// Uses the real apt with a local archive instead of the network.

let folder = '';
let lines: string[] = [];
const inside = (...names: readonly string[]): string => path.join(folder, ...names);
const context = () => ({
  cache: inside('cache'),
  install: false,
  report: (line: string) => void lines.push(line),
  signal: AbortSignal.timeout(60_000),
});
const archive = (): Promise<readonly string[]> =>
  Promise.resolve([`deb-src [trusted=yes] file:${inside('archive')} ./`]);

beforeEach(() => {
  lines = [];
  folder = mkdtempSync(path.join(tmpdir(), 'lvsctl-source-trees-'));
  mkdirSync(inside('archive'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const digest = (algorithm: string, file: string): string =>
  createHash(algorithm).update(readFileSync(file)).digest('hex');

const GOOD_PATCH = `--- a/text
+++ b/text
@@ -1 +1 @@
-the author's
+Debian's
`;

/** Adds a source package to the archive. @returns its pin */
function publish(name: string, version: string, patch = GOOD_PATCH): SourceVersion {
  const work = mkdtempSync(path.join(folder, 'work-'));
  mkdirSync(path.join(work, `${name}-1`));
  writeFileSync(path.join(work, `${name}-1`, 'text'), "the author's\n");
  mkdirSync(path.join(work, 'debian/patches'), { recursive: true });
  writeFileSync(path.join(work, 'debian/patches/first.patch'), patch);
  writeFileSync(
    path.join(work, 'debian/patches/second.patch'),
    GOOD_PATCH.replace("the author's", "Debian's").replace("+Debian's", '+secure'),
  );
  writeFileSync(path.join(work, 'debian/patches/series'), '# in this order\nfirst.patch\nsecond.patch -p1\n\n');
  const names = [`${name}_${version}.dsc`, `${name}_1.orig.tar.gz`, `${name}_${version}.debian.tar.gz`] as const;
  const [dsc, orig, debian] = names.map((file) => inside('archive', file));
  // Reproducible, so that the second version has the same original.
  const tar = ['--mtime=@0', '--use-compress-program=gzip -n', '--create', '--directory', work, '--file'];
  execFileSync('tar', [...tar, orig ?? '', `${name}-1`]);
  execFileSync('tar', [...tar, debian ?? '', 'debian']);
  writeFileSync(dsc ?? '', `Format: 3.0 (quilt)\nSource: ${name}\nVersion: ${version}\n`);
  const list = (algorithm: string): string =>
    names
      .map((file) => {
        const place = inside('archive', file);
        return ` ${digest(algorithm, place)} ${readFileSync(place).length} ${file}\n`;
      })
      .join('');
  const fields = `Package: ${name}\nFormat: 3.0 (quilt)\nBinary: ${name}\nArchitecture: any\nVersion: ${version}\nDirectory: .\n`;
  const sums = `Files:\n${list('md5')}Checksums-Sha256:\n${list('sha256')}`;
  writeFileSync(inside('archive/Sources'), `${fields}${sums}\n`, { flag: 'a' });
  return { version, files: Object.fromEntries(names.map((file) => [file, digest('sha256', inside('archive', file))])) };
}

function publishAll(version = '1-1'): Pins {
  const [quickjs, mbedtls, musl] = [publish('quickjs', version), publish('mbedtls', version), publish('musl', version)];
  return { suite: 'trixie', sources: { quickjs, mbedtls, musl } };
}

const trees = (pins: Pins, locked = false): Promise<SourceTrees> => sourceTrees(pins, locked, context(), archive);
const cachedNames = (): readonly string[] => readdirSync(inside('cache'));
const withMusl = (pins: Pins, musl: SourceVersion): Pins => ({ ...pins, sources: { ...pins.sources, musl } });
const textOf = ({ folder: place }: SourceTrees): string => readFileSync(path.join(place, 'musl/text'), 'utf8');

describe('the sources of a runtime', () => {
  it('are the pinned versions with Debian patches applied in order', async () => {
    const found = await trees(publishAll(), true);
    for (const name of SOURCE_PACKAGES)
      expect(readFileSync(path.join(found.folder, name, 'text'), 'utf8')).toBe('secure\n');
    expect(found.sources.musl).toMatchObject({
      version: '1-1',
      isPinned: true,
      patches: ['first.patch', 'second.patch'],
    });
    expect(lines.filter((line) => line.startsWith('warning'))).toEqual([]);
  });

  it('are cached', async () => {
    const pins = publishAll();
    const first = await trees(pins);
    rmSync(inside('archive'), { recursive: true });
    expect(await trees(pins, true)).toEqual(first);
  });

  it('are refused without a trace if the pinned version has other content', async () => {
    const pins = publishAll();
    const files = { ...pins.sources.musl.files, 'musl_1.orig.tar.gz': '0'.repeat(64) };
    await expect(trees(withMusl(pins, { version: '1-1', files }))).rejects.toMatchObject({
      name: 'UntrustedSource',
      message: "musl 1-1: the archive's musl_1.orig.tar.gz is not the pinned one",
    });
    expect(() => cachedNames()).toThrow('ENOENT');
  });

  it('are refused without a trace if a file does not match the index', async () => {
    const pins = publishAll();
    const file = inside('archive/musl_1-1.debian.tar.gz');
    const bytes = readFileSync(file);
    bytes[bytes.length - 1] = 255 - (bytes.at(-1) ?? 0);
    writeFileSync(file, bytes);
    await expect(trees(pins)).rejects.toThrow();
    expect(cachedNames()).toEqual([]);
  });

  it('are a newer version, with a warning, if it replaced the pinned one', async () => {
    const pins = publishAll('1-1+deb13u2');
    const older = { version: '1-1+deb13u1', files: pins.sources.musl.files };
    const found = await trees(withMusl(pins, older));
    expect(found.sources.musl).toMatchObject({ version: '1-1+deb13u2', isPinned: false });
    expect(textOf(found)).toBe('secure\n');
    expect(lines.filter((line) => line.startsWith('warning'))).toEqual([
      'warning: musl: Debian trixie has 1-1+deb13u2, newer than the pinned 1-1+deb13u1; building 1-1+deb13u2. Take it with `npm run build -- --update-pins`, run the tests, and commit pinned-sources.json.',
    ]);
  });

  it('are the pinned version, with a warning, while the archive has both', async () => {
    const pins = publishAll('1-1');
    publish('musl', '1-2');
    expect((await trees(pins, true)).sources.musl).toMatchObject({ version: '1-1', isPinned: true });
    expect(lines.join('\n')).toMatch(/warning: musl: .* 1-2, newer than the pinned 1-1; building 1-1\./);
  });

  it('are refused with --locked if a newer version replaced the pinned one', async () => {
    const pins = publishAll('1-2');
    const older = { version: '1-1', files: pins.sources.musl.files };
    await expect(trees(withMusl(pins, older), true)).rejects.toMatchObject({ name: 'UntrustedSource' });
  });

  it('are refused if the archive is older than the pin', async () => {
    const pins = publishAll('1-1');
    const newer = { version: '1-1+deb13u1', files: pins.sources.musl.files };
    await expect(trees(withMusl(pins, newer))).rejects.toMatchObject({
      name: 'UntrustedSource',
      message: 'musl: the archive has 1-1, older than the pinned 1-1+deb13u1',
    });
  });

  it('are refused if a patch does not apply', async () => {
    const [quickjs, mbedtls] = [publish('quickjs', '1-1'), publish('mbedtls', '1-1')];
    const musl = publish('musl', '1-1', GOOD_PATCH.replace("the author's", "another author's"));
    await expect(trees({ suite: 'trixie', sources: { quickjs, mbedtls, musl } })).rejects.toMatchObject({
      name: 'UntrustedSource',
      message: "musl 1-1: Debian's patch first.patch does not apply",
    });
    expect(cachedNames()).toEqual([]);
  });

  it('are repinned to the newest version', async () => {
    const pins = publishAll('1-9');
    const newest = publish('musl', '1-10');
    await writePins(folder, pins);
    await updatePins(folder, context(), archive);
    expect(await readPins(folder)).toEqual(withMusl(pins, newest));
    expect(lines).toEqual(['quickjs 1-9', 'mbedtls 1-9', 'musl 1-9 → 1-10']);
  });

  it('are refused with damaged pins', async () => {
    writeFileSync(inside('pinned-sources.json'), '{"suite":"trixie","sources":{"quickjs":{"version":"1"}}}');
    await expect(readPins(folder)).rejects.toMatchObject({ name: 'UntrustedSource' });
  });
});
