import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { read, said } from './read.ts';

const SAMPLES = '/usr/share/doc/keepalived/samples';

const text = (file: string) => {
  const bytes = readFileSync(path.join(SAMPLES, file));
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
};

/** Mistakes that are in a sample, of which keepalived says the same. */
const MISTAKES: Readonly<Record<string, readonly RegExp[]>> = {
  // Its group has no block of members.
  'keepalived.conf.vrrp.lvs_syncd': [/unknown keyword 'VI_[23]'/, /VG1 has no instances/],
  // Its addresses lack their last number.
  'keepalived.conf.vrrp.rules': [/'192\.168\.[12]00\.\/24' is no address/],
};

const samples = existsSync(SAMPLES) ? readdirSync(SAMPLES).filter((file) => file.startsWith('keepalived.conf')) : [];

it('the samples of the package are installed', () => {
  expect(samples.length, `there is nothing in ${SAMPLES}: apt-get install keepalived`).toBeGreaterThan(20);
});

it.each(samples)('%s is read', (file) => {
  const result = read(text(file), { configId: 'high', tls: true });
  // Warnings, and what the agent does not do, are no mistakes of the sample.
  const mistakes = said(result).filter(
    (line) => line.includes(' error ') && !(MISTAKES[file] ?? []).some((pattern) => pattern.test(line)),
  );
  expect(mistakes).toEqual([]);
});
