import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const templates = fileURLToPath(new URL('../../../templates/', import.meta.url));
const sources = fileURLToPath(new URL('../../../src/', import.meta.url));

/** The command `eval`, as opposed to an option or a part of another word. */
const EVAL = /(?<![\w-])eval(?![\w-])/;

function withEval(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && EVAL.test(readFileSync(`${entry.parentPath}/${entry.name}`, 'utf8')))
    .map((entry) => `${entry.parentPath.slice(folder.length)}/${entry.name}`);
}

describe('shell code', () => {
  it('evaluates no data in templates', () => {
    expect(withEval(templates)).toEqual([]);
  });

  it('evaluates no data in commands; only the completion of the user’s own shell asks for it', () => {
    expect(withEval(sources).filter((file) => !file.startsWith('cli/'))).toEqual([]);
  });
});
