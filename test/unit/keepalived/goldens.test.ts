import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { read, said } from './read.ts';

const ROOT = path.resolve(import.meta.dirname, '../../fixtures/render');
const goldens = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('etc/keepalived/keepalived.conf'))
  .sort();

describe('what lvsctl renders', () => {
  it('is not empty', () => {
    expect(goldens.length).toBeGreaterThan(6);
  });

  it.each(goldens)('%s is read without a word', (file) => {
    const result = read(readFileSync(path.join(ROOT, file), 'utf8'));
    expect(said(result)).toEqual([]);
    expect(result.conf).toBeDefined();
  });
});
