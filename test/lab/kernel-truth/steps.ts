import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../support/lab.ts';

export const FOLDER = path.join(ROOT, 'test/fixtures/agent/truth');

/** One turn of a case: what is done to real servers, and the file that both engines read then; '' leaves the file. */
export interface Step {
  readonly title: string;
  readonly deed: string | undefined;
  readonly conf: string;
}

/** A case is a file of steps, each under a line `=== TITLE` or `=== TITLE [DEED]`. */
export function readSteps(text: string): readonly Step[] {
  return text
    .split(/^=== /m)
    .slice(1)
    .map((part) => {
      const [head = '', ...lines] = part.split('\n');
      const [, title = '', deed] = /^(.*?)(?: \[(.*)\])?$/.exec(head) ?? [];
      return { title, deed, conf: lines.join('\n').trim() };
    });
}

export const CASES = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.conf'))
  .map((name) => ({
    name: path.basename(name, '.conf'),
    steps: readSteps(readFileSync(path.join(FOLDER, name), 'utf8')),
  }));
