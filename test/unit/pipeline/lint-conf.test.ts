import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readInventory } from '../../../src/inventory/read.ts';
import { keepalivedConf } from '../../../src/pipeline/lint-conf.ts';
import { lines, minimalWith, world } from '../inventory/reading.ts';

const linted = (text: string) =>
  readInventory(['a.yml'], world({ files: { '/home/ops/a.yml': text } }), [keepalivedConf]);

const told = async (...more: readonly string[]) => lines(await linted(minimalWith(...more)));

const raw = (...block: readonly string[]): string =>
  `vrrp_instance:\n  raw: |\n${block.map((line) => `    ${line}`).join('\n')}`;

describe('the raw blocks of an inventory, read as the engines read them', () => {
  it('are good when keepalived knows what they say', async () => {
    expect(await told(raw('garp_master_delay 5', 'track_interface {', '  eth1', '}'))).toEqual([]);
  });

  it('are told with the place of the block and its line, once for all directors', async () => {
    expect(await told(raw('garp_master_delay 5', 'no_such_keyword 1'))).toEqual([
      "error 5 vrrp_instance.raw: unknown keyword 'no_such_keyword' in vrrp_instance: line 2 of the raw block.",
    ]);
  });

  it('are told of the right block when several have a mistake', async () => {
    const found = await told('global_defs: {raw: "wrong_here 1"}', raw('wrong_there 2'));
    expect(found.map((line) => line.split(':')[0])).toEqual(['error 4 global_defs.raw', 'error 6 vrrp_instance.raw']);
  });

  it.each([
    ['agent', /^error 6 vrrp_instance\.raw: The bundled agent cannot do this\. vrf/],
    ['auto', /^warning 6 vrrp_instance\.raw: A director that gets the bundled agent will refuse this\. vrf/],
  ])('that the agent does not support are told for engine %s', async (engine, what) => {
    const found = await told(`engine: ${engine}`, raw('vrf blue'));
    expect(found).toEqual([expect.stringMatching(what)]);
  });

  it('that the agent does not support are nobody else’s business', async () => {
    expect(await told('engine: keepalived', raw('vrf blue'))).toEqual([]);
  });

  it('are left to the hosts when they include files of theirs', async () => {
    expect(await told(raw('include /etc/keepalived/more.conf', 'no_such_keyword 1'))).toEqual([]);
  });

  it('never make lint fall over, whatever they hold', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme-ascii' }), async (block) => {
        await linted(minimalWith(`vrrp_instance: {raw: ${JSON.stringify(block)}}`));
      }),
    );
  });
});

describe('the inventories that come with lvsctl', () => {
  const root = fileURLToPath(new URL('../../../', import.meta.url));
  const files = ['inventories', 'test/fixtures/inventories'].flatMap((folder) =>
    readdirSync(`${root}${folder}`)
      .filter((name) => name.endsWith('.yml'))
      .map((name) => `${folder}/${name}`),
  );

  it.each(files)('%s renders to what both engines understand', async (name) => {
    const files = { '/home/ops/a.yml': readFileSync(`${root}${name}`, 'utf8') };
    const { diagnostics } = await readInventory(['a.yml'], world({ files }), [keepalivedConf]);
    expect(diagnostics.filter(({ severity, path }) => severity === 'error' || path.includes('raw'))).toEqual([]);
  });
});
