import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BundlePlatform, Manifest } from '../../../src/bundle/manifest.ts';
import { writeBundle } from '../../../src/bundle/write-bundle.ts';

export const content = (text: string) => ({
  sha256: createHash('sha256').update(text).digest('hex'),
  size: Buffer.byteLength(text),
});

/** Of a Debian host; texts stand for packages. */
export const PLATFORM: BundlePlatform = {
  name: 'debian-12-x86_64',
  format: 'deb',
  id: 'debian',
  release: '12',
  machine: 'x86_64',
  packages: {
    keepalived: ['keepalived_1%3a2.2.7-1+b2_amd64.deb', 'libnl_3_amd64.deb'],
    ipvsadm: ['ipvsadm_1.31_amd64.deb', 'libnl_3_amd64.deb'],
  },
  files: {
    'keepalived_1%3a2.2.7-1+b2_amd64.deb': content('keepalived'),
    'libnl_3_amd64.deb': content('libnl'),
    'ipvsadm_1.31_amd64.deb': content('ipvsadm'),
  },
};

export const MANIFEST: Manifest = { version: 1, platforms: [PLATFORM], agents: { x86_64: content('agent') } };

const TEXTS = ['keepalived', 'libnl', 'ipvsadm', 'agent'];

/** Writes it to a folder of its own. */
export async function bundleFile(manifest: Manifest = MANIFEST): Promise<string> {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'lvsctl-bundle-test-')), 'cluster.bundle');
  await writeBundle(file, manifest, (sha256) => [
    Buffer.from(TEXTS.find((text) => content(text).sha256 === sha256) ?? ''),
  ]);
  return file;
}
