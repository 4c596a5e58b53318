import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { ROOT } from '../support/lab.ts';

const written: string[] = [];

afterEach(() => {
  for (const file of written.splice(0)) rmSync(file, { force: true });
});

/** What lint says of a file that stands at a place of src while it runs. */
function lint(place: string, text: string): { readonly passed: boolean; readonly output: string } {
  const file = path.join(ROOT, 'src', place);
  written.push(file);
  writeFileSync(file, text);
  const { status, stdout } = spawnSync('node_modules/.bin/oxlint', ['-c', '.oxlint.config.js', file], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return { passed: status === 0, output: stdout };
}

it.each([
  ['upward', 'plan/lint-probe.ts', "export { open } from '../pipeline/session.ts';\n", /src\/plan may import from/],
  [
    'out of the agent',
    'agent/core/vrrp/lint-probe.ts',
    "export { sh } from '../../../remote/command.ts';\n",
    /keepalived/,
  ],
  ['into the agent', 'lab/lint-probe.ts', "export { VERSION } from '../agent/shell/version.ts';\n", /src\/lab may/],
  [
    'of what only people read into the agent',
    'keepalived/build/lint-probe.ts',
    "export { MEANINGS } from '../keywords/meanings.ts';\n",
    /no part of the agent/,
  ],
  ['when a file is needed', 'remote/lint-probe.ts', "export const x = import('../lab/lab.ts');\n", /src\/remote may/],
  ['to I/O from a pure room', 'desired/lint-probe.ts', "export { readFileSync } from 'node:fs';\n", /pure/],
])('lint fails on an import %s', (_name, place, text, expected) => {
  const { passed, output } = lint(place, text);
  expect(output).toMatch(expected);
  expect(passed).toBe(false);
});

it('lint takes an import that goes down', () => {
  expect(lint('plan/lint-probe.ts', "export { REDACTED } from '../text/secret.ts';\n")).toMatchObject({ passed: true });
});
