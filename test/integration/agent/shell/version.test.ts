import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { VERSION } from '../../../../src/agent/shell/version.ts';

test('matches the package version', () => {
  const text = readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8');
  expect((JSON.parse(text) as { readonly version: string }).version).toBe(VERSION);
});
