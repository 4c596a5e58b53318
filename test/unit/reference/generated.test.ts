import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { generatedFiles } from '../../../src/reference/pages.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const files = await generatedFiles();

it.each([...files])('%s is what `npm run generate` writes', (name, text) => {
  expect(readFileSync(path.join(root, name), 'utf8')).toBe(text);
});
