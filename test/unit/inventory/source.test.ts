import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { read as readText } from './reading.ts';

const GZIP = Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]);
const SHA256 = createHash('sha256').update(GZIP).digest('hex');

async function read(packages: string) {
  const text = `vip: 192.168.168.12
directors: [192.168.168.100, 192.168.168.107]
real_servers: [192.168.168.102]
packages: ${packages}
`;
  const files = {
    '/home/ops/keepalived-2.2.7.tar.gz': GZIP,
    '/home/ops/ipvsadm_1.31.orig.tar.gz': GZIP,
    '/home/ops/keepalived-2.3.4.tar.xz': GZIP,
    '/home/ops/source.tar.gz': GZIP,
  };
  const { cluster, diagnostics } = await readText(text, { files });
  return { packages: cluster?.packages, mistakes: diagnostics.map(({ path, what }) => `${path}: ${what}`) };
}

describe('a tarball', () => {
  it('is a file beside the inventory, whose name says its version', async () => {
    const { packages, mistakes } = await read(
      '{source: {keepalived: keepalived-2.2.7.tar.gz, ipvsadm: ipvsadm_1.31.orig.tar.gz, build_on: dr1}}',
    );
    expect(mistakes).toEqual([]);
    expect(packages?.source?.buildOn).toEqual(['dr1']);
    expect(packages?.source?.tarballs).toMatchObject([
      { program: 'keepalived', version: '2.2.7', sha256: SHA256, size: GZIP.length, mounted: false, configure: [] },
      { program: 'ipvsadm', version: '1.31' },
    ]);
  });

  it('can be on the hosts', async () => {
    const { packages, mistakes } = await read(
      '{source: {keepalived: {mounted: /mnt/keepalived-2.3.4.tar.xz, configure: [--disable-dbus]}, build_on: dr1}}',
    );
    expect(mistakes).toEqual([]);
    expect(packages?.source?.tarballs).toEqual([
      {
        program: 'keepalived',
        version: '2.3.4',
        path: '/mnt/keepalived-2.3.4.tar.xz',
        mounted: true,
        sha256: undefined,
        size: 0,
        configure: ['--disable-dbus'],
      },
    ]);
  });

  it.each([
    [
      'keepalived-9.9.9.tar.gz',
      'packages.source.keepalived: /home/ops/keepalived-9.9.9.tar.gz cannot be read: The file does not exist.',
    ],
    ['source.tar.gz', 'packages.source.keepalived: source.tar.gz is not named as a tarball of keepalived.'],
    ['keepalived-2.3.4.tar.xz', 'is not compressed as its name says.'],
    [
      `{tarball: keepalived-2.2.7.tar.gz, sha256: ${'0'.repeat(64)}}`,
      `keepalived-2.2.7.tar.gz has another digest: ${SHA256}.`,
    ],
    [
      '{tarball: keepalived-2.2.7.tar.gz, mounted: /mnt/keepalived-2.2.7.tar.gz}',
      'names a file on this machine and one on the hosts',
    ],
    ['{configure: [--disable-dbus]}', 'The source of keepalived names no file.'],
    ['{tarball: keepalived-2.2.7.tar.gz, configure: ["--prefix=/x; rm"]}', 'must be an argument of configure'],
  ])('is refused: %s', async (tarball, mistake) => {
    const { mistakes } = await read(`{source: {keepalived: ${tarball}, build_on: dr1}}`);
    expect(mistakes.join('\n')).toContain(mistake);
  });

  it('is built by a host that is named', async () => {
    const { mistakes } = await read('{source: {keepalived: keepalived-2.2.7.tar.gz}}');
    expect(mistakes).toEqual(['packages.source.build_on: No host builds the tarballs.']);
  });

  it('is built by a host of the inventory, and is the pinned version', async () => {
    const { mistakes } = await read(
      '{versions: {keepalived: "2.3"}, source: {keepalived: keepalived-2.2.7.tar.gz, build_on: dr7}}',
    );
    expect(mistakes).toEqual([
      'packages.source.build_on: No host of this inventory is called dr7.',
      'packages.versions.keepalived: The tarball of keepalived is 2.2.7, and 2.3 is pinned.',
    ]);
  });
});

describe('the order of sources', () => {
  it.each([
    ['{from: [distribution, agent]}', undefined],
    ['{local_mount: /mnt, from: [agent, local_mount]}', undefined],
    ['{from: [distribution, distribution]}', 'A source is named twice.'],
    ['{local_mount: /mnt, from: [distribution, local_mount]}', 'distribution, local_mount cannot be kept.'],
    ['{local_mount: /mnt, from: [distribution]}', 'It leaves out packages.local_mount, which is given.'],
    ['{from: [source, distribution]}', 'There is no packages.source.'],
    ['{from: [tarball]}', 'must be one of local_mount, bundle, distribution, source, agent'],
  ])('%s', async (packages, mistake) => {
    const { mistakes } = await read(packages);
    if (mistake === undefined) expect(mistakes).toEqual([]);
    else expect(mistakes.join('\n')).toContain(mistake);
  });
});
