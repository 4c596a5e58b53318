import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { bundledAgents } from '../../../src/render/agent-program.ts';
import { temporaryFolder } from '../../support/shells.ts';

/** A build that has an agent for one architecture, and says why it has none for the other. */
function built() {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'lvs-agent-x64'), 'the program');
  const programs = {
    x64: { file: 'lvs-agent-x64', sha256: 'f'.repeat(64), size: 11, made: {} },
    arm64: { missing: 'compiling its runtime needs gcc-aarch64-linux-gnu' },
  };
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ programs, bundle: {}, node: {} }));
  return bundledAgents(pathToFileURL(join(folder, 'manifest.json')));
}

describe('the agents that lvsctl was built with', () => {
  it('are found by the output of `uname -m`, and packed unchanged', () => {
    const agent = built()('x86_64');
    if ('missing' in agent) throw new Error(agent.missing);
    expect([agent.sha256, agent.size]).toEqual(['f'.repeat(64), 11]);
    expect(gunzipSync(Buffer.from(agent.packed(), 'base64')).toString()).toBe('the program');
  });

  it.each([
    ['aarch64', /not built for aarch64: compiling its runtime needs gcc-aarch64-linux-gnu$/, /`npm run build`/],
    ['i686', /^no build for i686, only for x86_64 and aarch64$/, undefined],
    ['armv7l', /^no build for armv7l, only for x86_64 and aarch64$/, undefined],
    ['riscv64', /^no build for riscv64, only for x86_64 and aarch64$/, undefined],
    ['constructor', /^no build for constructor,/, undefined],
  ])('are missing for %s, with reason and hint', (machine, missing, fix) => {
    expect(built()(machine)).toEqual({
      missing: expect.stringMatching(missing) as string,
      fix: fix && (expect.stringMatching(fix) as string),
    });
  });

  it.each([
    ['nothing', undefined],
    ['a torn manifest', '{"programs": {'],
  ])('are missing with %s, with the file and the command', (_, text) => {
    const manifest = join(temporaryFolder(), 'manifest.json');
    if (text !== undefined) writeFileSync(manifest, text);
    expect(bundledAgents(pathToFileURL(manifest))('x86_64')).toEqual({
      missing: `not built: ${manifest} is missing or invalid`,
      fix: 'Build it with `npm run build`; add `-- --install` to install compilers.',
    });
  });
});
