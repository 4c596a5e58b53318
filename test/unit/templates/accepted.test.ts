import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { SHELLS, grammar } from '../../support/shells.ts';

/** What keepalived and systemd say to the rendered files is asked in the lab. */

const goldens = fileURLToPath(new URL('../../fixtures/render/', import.meta.url));
const scripts = readdirSync(goldens, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('/lvs.dr.sh'));

describe.each(SHELLS)('$name', (shell) => {
  it.each(scripts)('can read %s', (path) => {
    expect(grammar(shell, readFileSync(`${goldens}/${path}`, 'utf8'))).toBe('');
  });
});
