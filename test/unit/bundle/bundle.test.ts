import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { assert, integer, nat, property, stringMatching } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withAgentsOf } from '../../../src/bundle/agents.ts';
import { filesFor, folderName, partFor, platformsIn, versionIn } from '../../../src/bundle/choose.ts';
import { manifestText, parseManifest } from '../../../src/bundle/manifest.ts';
import { readBundle } from '../../../src/bundle/read-bundle.ts';
import { BLOCK, readTarHeader, tarHeader } from '../../../src/bundle/tar.ts';
import { Failure } from '../../../src/failure.ts';
import { failureOf } from '../../support/failure-of.ts';
import { MANIFEST, PLATFORM, bundleFile, content } from './bundle-file.ts';

describe('a bundle', () => {
  it('has what was written, the same bytes each time', async () => {
    const file = await bundleFile();
    const bundle = readBundle(file);
    expect(bundle.manifest).toEqual(MANIFEST);
    expect(Buffer.from(bundle.read(content('libnl').sha256, 1, 3)).toString()).toBe('ibn');
    expect(readFileSync(file).equals(readFileSync(await bundleFile()))).toBe(true);
  });

  it('names the file that is damaged', async () => {
    const file = await bundleFile();
    const bytes = readFileSync(file);
    const at = bytes.indexOf('libnl', bytes.indexOf(`files/${content('libnl').sha256}`) + BLOCK);
    bytes[at] = 0;
    writeFileSync(file, bytes);
    expect(() => readBundle(file)).toThrow('cluster.bundle: libnl_3_amd64.deb is damaged.');
  });

  it('is refused when any byte of it is another one, or it is cut anywhere', async () => {
    const file = await bundleFile();
    const bytes = readFileSync(file);
    const place = nat({ max: bytes.length - 1 });
    assert(
      property(place, integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = Buffer.from(bytes);
        damaged[at] = (damaged[at] ?? 0) ^ change;
        writeFileSync(file, damaged);
        // Padding behind a file is not content.
        try {
          expect(readBundle(file).manifest).toEqual(MANIFEST);
        } catch (error) {
          expect(error).toBeInstanceOf(Failure);
        }
        writeFileSync(file, bytes.subarray(0, at));
        expect(() => readBundle(file)).toThrow(Failure);
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ['no bundle', 'nothing at all', /cluster.bundle: it ends in the first header/],
    ['another archive', tarHeader({ name: 'etc/passwd', size: 0 }), /: not a bundle of lvsctl\.$/],
    [
      'a manifest without end',
      tarHeader({ name: 'manifest.json', size: 8 ** 10 }),
      /its manifest is larger than any of lvsctl/,
    ],
  ])('is refused when it is %s', async (_, bytes, message) => {
    const file = await bundleFile();
    writeFileSync(file, bytes);
    expect(() => readBundle(file)).toThrow(message);
  });

  it('is refused when something follows', async () => {
    const file = await bundleFile();
    writeFileSync(file, Buffer.concat([readFileSync(file), Buffer.alloc(BLOCK)]));
    expect(() => readBundle(file)).toThrow('something follows the last file of its manifest');
  });

  it('is named when it is not there', async () => {
    const failure = await failureOf(Promise.resolve().then(() => readBundle('/nowhere/cluster.bundle')));
    expect(failure.message).toBe('cluster.bundle: no such file: /nowhere/cluster.bundle.');
    expect(failure.detail.hint).toContain('lvsctl bundle');
  });
});

describe('the agent of a bundle', () => {
  it('is used where lvsctl has none', async () => {
    const bundle = readBundle(await bundleFile());
    const none = { missing: 'not built', fix: undefined };
    const own = { sha256: '0'.repeat(64), size: 1, packed: () => '' };
    expect(withAgentsOf(bundle, () => own)('x86_64')).toBe(own);
    expect(withAgentsOf(bundle, () => none)('aarch64')).toBe(none);
    const carried = withAgentsOf(bundle, () => none)('amd64');
    if ('missing' in carried) throw new Error(carried.missing);
    expect(carried).toMatchObject(content('agent'));
    expect(gunzipSync(Buffer.from(carried.packed(), 'base64')).toString()).toBe('agent');
  });
});

describe('a manifest', () => {
  const changed = (change: object) => parseManifest(JSON.stringify({ ...MANIFEST, ...change }));
  const withFile = (name: string) =>
    changed({ platforms: [{ ...PLATFORM, packages: { curl: [name] }, files: { [name]: content('x') } }] });

  it('is what was written', () => {
    expect(parseManifest(manifestText(MANIFEST))).toEqual(MANIFEST);
  });

  it.each(['../../etc/passwd', '/etc/passwd', '.hidden', '-o', 'a/b', '', 'a\nb', 'a b'])(
    'with a file named %j is refused',
    (name) => {
      expect(withFile(name)).toMatch(/^its manifest is not valid: platforms/);
    },
  );

  it.each([
    [{ version: 2 }, 'its version is 2, and this lvsctl reads version 1'],
    [{ agents: { x86_64: { sha256: 'short', size: 1 } } }, /^its manifest is not valid: agents.x86_64.sha256/],
    [{ agents: { x86_64: { ...content('agent'), size: 2 ** 40 } } }, /^its manifest is not valid: agents.x86_64.size/],
    [{ agents: { x86_64: { ...content('libnl'), size: 4 } } }, /^its manifest has two sizes for /],
    [{ platforms: [{ ...PLATFORM, files: {} }] }, /^its manifest lists keepalived_.* without a checksum$/],
  ])('with %j is refused', (change, message) => {
    expect(changed(change)).toMatch(message);
  });
});

describe('a tar header', () => {
  it('is read only as it was written', () => {
    assert(
      property(stringMatching(/^[a-z0-9/.]{1,100}$/), nat(), nat({ max: BLOCK - 1 }), (name, size, at) => {
        const header = tarHeader({ name, size });
        expect(readTarHeader(header)).toEqual({ name, size });
        header[at] = (header[at] ?? 0) ^ 1;
        expect(readTarHeader(header)).toBeUndefined();
      }),
    );
  });
});

describe('what a host gets', () => {
  const host = { id: 'debian', release: '12', machine: 'x86_64' };

  it('is of its distribution, release, machine and format', () => {
    expect(partFor(MANIFEST, 'deb', host)).toBe(MANIFEST.platforms[0]);
    expect(partFor(MANIFEST, 'rpm', host)).toBeUndefined();
    for (const other of [{ id: 'ubuntu' }, { release: '13' }, { machine: 'aarch64' }])
      expect(partFor(MANIFEST, 'deb', { ...host, ...other })).toBeUndefined();
  });

  it('is what it lacks, with what that needs, once', () => {
    expect(filesFor(PLATFORM, ['ipvsadm']).map(({ name }) => name)).toEqual([
      'ipvsadm_1.31_amd64.deb',
      'libnl_3_amd64.deb',
    ]);
    expect(filesFor(PLATFORM, ['ipvsadm', 'keepalived'])).toHaveLength(3);
    expect(filesFor(PLATFORM, ['nginx', 'constructor'])).toEqual([]);
  });

  it('is in a folder that is named by its content', () => {
    const name = folderName(filesFor(PLATFORM, ['ipvsadm']));
    expect(name).toMatch(/^part-[0-9a-f]{16}$/);
    expect(folderName(filesFor(PLATFORM, ['ipvsadm']).toReversed())).toBe(name);
    expect(folderName(filesFor(PLATFORM, ['keepalived']))).not.toBe(name);
  });

  it('is named in messages', () => {
    expect(platformsIn(MANIFEST)).toBe('debian-12-x86_64 (deb)');
    expect(platformsIn({ ...MANIFEST, platforms: [] })).toBe('no platform');
  });

  it.each([
    ['deb', 'keepalived_1%3a2.2.7-1+b2_amd64.deb', '1:2.2.7-1+b2'],
    ['rpm', 'keepalived-2.2.8-3.el9.x86_64.rpm', '2.2.8-3.el9'],
    ['apk', 'keepalived-2.3.1-r1.apk', '2.3.1-r1'],
    ['pacman', 'keepalived-1:2.3.1-1-x86_64.pkg.tar.zst', '1:2.3.1-1'],
  ] as const)('has a version in %s: %s', (format, file, version) => {
    const part = { ...PLATFORM, format, packages: { keepalived: ['keepalived-extra_9.deb', file] } };
    expect(versionIn(part, 'keepalived', 'keepalived')).toBe(version);
    expect(versionIn(part, 'nginx', 'nginx')).toBeUndefined();
  });
});
