import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { VERSION } from '../../../../src/agent/shell/version.ts';

it('matches the package version', () => {
  const text = readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8');
  expect((JSON.parse(text) as { readonly version: string }).version).toBe(VERSION);
});
