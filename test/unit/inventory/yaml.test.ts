import { describe, expect, it } from 'vitest';
import { readInventory } from '../../../src/inventory/read.ts';
import { textOf } from '../../../src/keepalived/write.ts';
import { findings, lines, minimalWith, read, world } from './reading.ts';

describe('what is no inventory', () => {
  it.each([
    ['', 'error - : The file is empty. The smallest inventory has vip, directors and real_servers.'],
    ['# only a comment\n', 'error - : The file is empty. The smallest inventory has vip, directors and real_servers.'],
    ['- a\n', 'error 1 : An inventory is a map of keys, not a list. Start with a line such as `vip: 192.168.168.12`.'],
    [
      '\n12\n',
      'error 2 : An inventory is a map of keys, not a single value. Start with a line such as `vip: 192.168.168.12`.',
    ],
    ['vip: a\n---\nvip: b\n', 'error - : The file holds more than one YAML document. Remove the `---` between them.'],
  ])('%j is distinguished', async (text, expected) => {
    expect(await findings(text)).toEqual([expected]);
  });

  it('YAML mistakes have their line and a hint', async () => {
    expect(await findings('vip: 192.168.168.12\ndirectors: [\n')).toEqual([
      'error 2 : This is not YAML: deficient indentation. Check the indentation of this line and the previous one, and look for an unclosed bracket or quote.',
    ]);
    expect(await findings('vip: 1\nweb:\n\tpackage: nginx\n')).toEqual([
      expect.stringMatching(/^error 3 : This is not YAML: .* Indent with spaces\.$/),
    ]);
    expect(await findings('vip: "192')).toEqual([
      expect.stringMatching(/^error \d : This is not YAML: .* A quote was opened and not closed\.$/),
    ]);
  });

  it('a file that does not exist is named', async () => {
    const reading = await readInventory(['none.yml', 'neither.yml'], world());
    expect(reading.cluster).toBeUndefined();
    expect(reading.diagnostics.map(({ file, what }) => `${file} ${what}`)).toEqual([
      'none.yml The file does not exist.',
      'neither.yml The file does not exist.',
    ]);
  });

  it('bytes that are not UTF-8 are refused', async () => {
    const reading = await readInventory(
      ['a.yml'],
      world({ files: { '/home/ops/a.yml': new Uint8Array([0xff, 0xfe]) } }),
    );
    expect(lines(reading)).toEqual(['error - : The file is not UTF-8 text. Save it as UTF-8.']);
  });
});

describe('what YAML itself lets pass', () => {
  it('a key given twice is an error at the second', async () => {
    expect(await findings(minimalWith('name: a', 'name: b'))).toEqual([
      'error 5 name: `name` is given twice; the first is in line 4. Keep one.',
    ]);
  });

  it('aliases are followed', async () => {
    const { cluster } = await read(
      'vip: 192.168.168.12\ndirectors: [192.168.168.100, 192.168.168.107]\nreal_servers:\n- {address: 192.168.168.102, tcp_check: &c {connect_timeout: 7}}\n- {address: 192.168.168.103, tcp_check: *c}\n',
    );
    expect(cluster?.virtualServers[0]?.pool.map(({ conf }) => textOf(conf).match(/connect_timeout (\d)/)?.[1])).toEqual(
      ['7', '7'],
    );
  });

  it('an alias to nothing, a tag and a key that is no word are errors', async () => {
    expect(await findings(minimalWith('name: *x'))).toContainEqual(
      'error 4 name: The alias *x names an anchor that does not exist above it.',
    );
    expect(await findings(minimalWith('name: !!str x'))).toEqual([
      'error 4 name: YAML tags such as !!str have no meaning here. Remove the tag.',
    ]);
    expect(await findings(minimalWith('? [a]\n: b'))).toEqual(['error 4 : A key must be a word, not a list or a map.']);
  });

  it('aliases that multiply without end are refused', async () => {
    const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 12; i++)
      bomb.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(', ')}]`);
    expect(await findings(bomb.join('\n'))).toEqual([expect.stringContaining('it expands to too many values')]);
  });

  it('a merge key is explained', async () => {
    expect(await findings(minimalWith('web: {<<: x}'))).toEqual([
      'error 4 web.<<: `<<` is not a key that is known here. Merge keys are not read; several `-i` files are laid over each other instead.',
    ]);
  });
});

describe('values stay what was written', () => {
  it.each([
    ['auth_pass: 1111', '1111'],
    ['auth_pass: 0123', '0123'],
    ['auth_pass: 1e3', '1e3'],
    ['auth_pass: yes', 'yes'],
    ['auth_pass: "12.0"', '12.0'],
  ])('%s is %s', async (line, expected) => {
    const { cluster } = await read(minimalWith('vrrp_instance:', '  authentication:', `    ${line}`));
    expect(cluster?.instances[0]?.authentication?.auth_pass.reveal()).toBe(expected);
  });

  it('a number may stand where a name is wanted, and in quotes where a number is', async () => {
    const { cluster } = await read(
      minimalWith('name: 12', 'ssh: {lab: 1}', 'vrrp_instance: {virtual_router_id: "77"}'),
    );
    expect(cluster?.name).toBe('12');
    expect(cluster?.directors[0]?.access).toMatchObject({ kind: 'lab', lab: '1' });
    expect(cluster?.instances[0]?.virtual_router_id).toBe(77);
  });
});

describe('several files', () => {
  it('later ones are laid over earlier ones: maps merge, lists and values are replaced', async () => {
    const files = {
      '/home/ops/a.yml': minimalWith('web: {package: nginx, demo_page: true}', 'name: a'),
      '/home/ops/b.yml': 'web: {package: apache2}\nreal_servers: [192.168.168.110]\n',
    };
    const { cluster, origins } = await readInventory(['a.yml', 'b.yml'], world({ files }));
    expect(cluster).toMatchObject({ name: 'a', web: { package: 'apache2', service: 'apache2', demoPage: true } });
    expect(cluster?.realServers.map(({ address }) => address)).toEqual(['192.168.168.110']);
    expect(origins.get('web.package')?.origin).toBe('b.yml:1');
    expect(origins.get('web.demo_page')?.origin).toBe('a.yml:4');
  });

  it('an error is reported in the file that contains it', async () => {
    const files = {
      '/home/ops/a.yml': minimalWith('name: a b'),
      '/home/ops/b.yml': '\nname: c d\nweb: {packages: x}\n',
    };
    const { diagnostics } = await readInventory(['a.yml', 'b.yml'], world({ files }));
    expect(diagnostics.map(({ file, line, path }) => `${file}:${line} ${path}`)).toEqual([
      'b.yml:2 name',
      'b.yml:3 web.packages',
    ]);
  });

  it('- is standard input', async () => {
    const { cluster, origins } = await readInventory(['-'], world({ standardInput: minimalWith() }));
    expect(cluster?.name).toBe('cluster');
    expect(origins.get('directors[1].address')?.origin).toBe('-:2');
  });
});
