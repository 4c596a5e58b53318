import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Failure } from '../../../src/failure.ts';
import { load } from '../../../src/inventory/load.ts';
import type { Node } from '../../../src/inventory/node.ts';
import { originRows } from '../../../src/inventory/origins.ts';
import { readInventory } from '../../../src/inventory/read.ts';
import type { InventoryEnvironment } from '../../../src/inventory/source.ts';
import { openKeyring } from '../../../src/secrets/cipher.ts';
import { type World, lines, minimalWith, world } from './reading.ts';

const KEY = 'the key of this test';
let token: string;
let other: string;

beforeAll(async () => {
  token = await openKeyring(KEY).encrypt('enc-word');
  other = await openKeyring('another key').encrypt('x');
});

function read(text: string, more: Partial<InventoryEnvironment> = {}, given: World = {}) {
  const files = { ...given.files, '/home/ops/a.yml': text };
  return readInventory(['a.yml'], { ...world({ ...given, files }), ...more });
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('a value from elsewhere', () => {
  it('may stand for any text, is a secret, and is not shown among the values', async () => {
    const ran: (readonly string[])[] = [];
    const text = minimalWith(
      'name: {env: NAME}',
      'web: {service: {file: web}, demo_page: {env: DEMO}}',
      'global_defs: {notification_email: [a@example.org, {exec: [pass, mail]}], smtp_server: {exec: [pass, mail]}}',
      `vrrp_instance: {authentication: {auth_pass: {encrypted: ${token}}}}`,
      'raw: {file: raw.conf}',
    );
    const { cluster, diagnostics, secrets, origins } = await read(
      text,
      {
        secretKey: async () => Promise.resolve(KEY),
        runProgram: async (argv, folder) => {
          ran.push([...argv, folder]);
          return Promise.resolve({ stdout: bytes('10.0.0.25\n') });
        },
      },
      {
        variables: { NAME: 'env-word', DEMO: 'true' },
        files: { '/home/ops/web': 'file-word\n', '/home/ops/raw.conf': 'vrrp_strict_word\n  second_line\n' },
      },
    );
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(cluster?.name).toBe('env-word');
    expect(cluster?.web).toMatchObject({ service: 'file-word', demoPage: true });
    expect(cluster?.global_defs).toMatchObject({ smtp_server: '10.0.0.25' });
    expect(cluster?.instances[0]?.authentication?.auth_pass.reveal()).toBe('enc-word');
    expect(ran).toEqual([['pass', 'mail', '/home/ops']]);
    for (const word of ['env-word', 'file-word', 'enc-word', '10.0.0.25', 'true', 'second_line'])
      expect(secrets).toContain(word);
    const shown = JSON.stringify(originRows(origins));
    for (const word of ['env-word', 'file-word', 'enc-word', '10.0.0.25', 'second_line'])
      expect(shown).not.toContain(word);
    expect(shown).toContain('"web.demo_page","value":"[secret]"');
  });

  it.each([
    [
      'name: {env: NOT_SET}',
      'error 4 name: The environment variable NOT_SET, which holds `name`, is not set. Set it: export NOT_SET=...',
    ],
    ['vip: {file: none}', 'error 4 vip: `vip` could not be read from /home/ops/none: The file does not exist.'],
    ['name: {exec: [pass]}', 'error 4 name: The program pass, which prints `name`, exited with code 1: no.'],
    ['name: {exec: [long]}', 'error 4 name: `name`: the output of the program has more than 64 KiB.'],
    ['name: {exec: [binary]}', 'error 4 name: `name`: the output of the program is not UTF-8 text.'],
    ['name: {exec: [empty]}', 'error 4 name: `name`: the output of the program is empty.'],
    [
      'name: {encrypted: nonsense}',
      'error 4 name: `name` holds no encrypted value that this release can read. Make one with `lvsctl secret encrypt`.',
    ],
  ])('has one message when it cannot be had: %s', async (line, message) => {
    const printed: Readonly<Record<string, Uint8Array>> = {
      long: new Uint8Array(64 * 1024 + 1).fill(97),
      binary: Uint8Array.of(255),
      empty: bytes('\n'),
    };
    const text = line.startsWith('vip')
      ? `# a\n# b\n# c\n${line}\ndirectors: [10.0.0.1, 10.0.0.2]\nreal_servers: [10.0.0.3]`
      : minimalWith(line);
    const reading = await read(text, {
      secretKey: async () => Promise.resolve(KEY),
      runProgram: async ([program = '']) => {
        const stdout = printed[program];
        return Promise.resolve(stdout === undefined ? { problem: 'exited with code 1: no' } : { stdout });
      },
    });
    expect(lines(reading).filter((one) => one.startsWith('error'))).toEqual([message]);
  });

  it('that is encrypted with another key is named, each', async () => {
    const text = minimalWith(`name: {encrypted: ${other}}`, `web: {service: {encrypted: ${other}}}`);
    const reading = await read(text, { secretKey: async () => Promise.resolve(KEY) });
    expect(lines(reading)).toEqual([
      'error 4 name: `name` cannot be decrypted: it was encrypted with another key, or changed since. Pass the key with --secret-key-file or $LVSCTL_SECRET_KEY_FILE.',
      'error 5 web.service: `service` cannot be decrypted: it was encrypted with another key, or changed since. Pass the key with --secret-key-file or $LVSCTL_SECRET_KEY_FILE.',
    ]);
  });

  it('asks for a key once, and says once that there is none', async () => {
    let asked = 0;
    const text = minimalWith(`name: {encrypted: ${token}}`, `web: {service: {encrypted: ${token}}}`);
    const reading = await read(text, {
      secretKey: async () => {
        asked += 1;
        return Promise.reject(new Failure('inventory', 'There is no key.', { hint: 'Make one.' }));
      },
    });
    expect([asked, lines(reading)]).toEqual([1, ['error 4 name: There is no key. Make one.']]);
    await read(minimalWith('name: x'), { secretKey: async () => Promise.reject(new Error('not needed')) });
  });

  it('is replaced by a later file as a whole, and not asked for then', async () => {
    const reading = await readInventory(
      ['a.yml', 'b.yml'],
      world({
        files: {
          '/home/ops/a.yml': minimalWith('name: {env: NOT_SET}'),
          '/home/ops/b.yml': 'name: {file: n}',
          '/home/ops/n': 'from-b',
        },
      }),
    );
    expect(reading.cluster?.name).toBe('from-b');
  });
});

describe('a map of the inventory itself', () => {
  const roots = ['../../../inventories', '../../fixtures'].map((one) => path.join(import.meta.dirname, one));
  const files = roots.flatMap((root) =>
    readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.ya?ml$/.test(name))
      .map((name) => path.join(root, name)),
  );

  const sourcesIn = (node: Node): number => {
    if (node.kind === 'scalar') return node.source === undefined ? 0 : 1;
    const inner = node.kind === 'list' ? node.items : [...node.entries.values()].map(({ value }) => value);
    return inner.reduce((sum, one) => sum + sourcesIn(one), 0);
  };

  it.each(files)('is no value from elsewhere in %s', async (file) => {
    const text = readFileSync(file, 'utf8');
    const expected = text.match(/\{ *(?:env|exec|encrypted): /g)?.length ?? 0;
    const { root } = await load(['a.yml'], world({ files: { '/home/ops/a.yml': text } }));
    if (root !== undefined)
      expect(sourcesIn(root)).toBeLessThanOrEqual(expected + (text.match(/auth_pass: \{ *file/g)?.length ?? 0));
  });

  it('such as a tracked file keeps its key', async () => {
    const { diagnostics, secrets } = await read(
      minimalWith('vrrp_track_file: {watched: {file: /run/watched}}', 'vrrp_instance: {track_file: watched}'),
    );
    expect([diagnostics.filter(({ severity }) => severity === 'error'), secrets]).toEqual([[], []]);
  });
});
