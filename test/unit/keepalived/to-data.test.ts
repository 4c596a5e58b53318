import { readdirSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Data, fromMap } from '../../../src/keepalived/from-data.ts';
import { TOP } from '../../../src/keepalived/keywords/top.ts';
import { readConf } from '../../../src/keepalived/read-conf.ts';
import { readDirectives } from '../../../src/keepalived/read-directives.ts';
import { type ToData, keysOfTable, toData } from '../../../src/keepalived/to-data.ts';
import { writeEntries } from '../../../src/keepalived/write.ts';
import { fileSource } from './files.ts';
import { ENV, read, sourceOf } from './read.ts';

const KEYS = keysOfTable(TOP);

function dataOf(text: string): ToData {
  return toData(readDirectives(sourceOf(text), ENV).directives, KEYS, 'the configuration');
}

function textOf(data: { readonly [key: string]: Data }): string {
  const { directives, mistakes } = fromMap(data, TOP, 'the configuration');
  expect(mistakes).toEqual([]);
  return writeEntries(directives)
    .map(({ text }) => `${text}\n`)
    .join('');
}

describe('directives as data', () => {
  it.each<[string, string, { readonly [key: string]: Data }]>([
    [
      'flags, numbers, words',
      'vrrp_instance VI_1 {\n nopreempt\n advert_int 1 s\n smtp_alert\n}\n',
      { vrrp_instance: { VI_1: { nopreempt: 'true', advert_int: '1', smtp_alert: 'true' } } },
    ],
    [
      'lines of several blocks in one list',
      'static_routes {\n 10.0.0.0/8 via 192.0.2.1\n}\nstatic_routes {\n "10.1.0.0/16"\n}\n',
      { static_routes: ['10.0.0.0/8 via 192.0.2.1', '10.1.0.0/16'] },
    ],
    [
      'blocks that repeat as a list',
      'virtual_server 192.0.2.1 80 {\n real_server 192.0.2.2 80 {\n HTTP_GET {\n url {\n path /\n }\n url {\n path /b\n status_code 200\n status_code 301\n }\n }\n }\n}\n',
      {
        virtual_server: {
          '192.0.2.1 80': {
            real_server: {
              '192.0.2.2 80': { HTTP_GET: { url: [{ path: '/' }, { path: '/b', status_code: '200 301' }] } },
            },
          },
        },
      },
    ],
    [
      'a command with its user, and a quoted one',
      `vrrp_script s {\n script "/bin/sh -c 'a \\"b\\"'"\n user daemon\n}\nvrrp_sync_group g {\n group {\n VI_1\n }\n notify "/bin/n x" daemon\n}\n`,
      {
        vrrp_script: { s: { script: `/bin/sh -c 'a "b"'`, user: 'daemon' } },
        vrrp_sync_group: { g: { group: ['VI_1'], notify: ['/bin/n x', 'daemon'] } },
      },
    ],
  ])('%s', (_name, text, expected) => {
    expect(dataOf(text)).toEqual({ data: expected, omitted: [] });
  });

  it.each<[string, string, string]>([
    ['an unknown keyword', 'nat_mask 255.255.255.0', 'unknown: keepalived does not know nat_mask in virtual_server'],
    ['an invalid value', 'delay_loop soon', 'invalid: delay_loop takes seconds'],
    ['a keyword without the value it needs', 'quorum_up', 'invalid: it has no value'],
    ['a keyword twice', 'lb_algo rr\n lb_algo wrr', 'repeated: lb_algo occurs more than once in virtual_server'],
    ['a control character', 'quorum_up "/bin/a\\n"', 'unwritable: quorum_up has a control character or a line break'],
    ['a block where none can be', 'quorum {\n}', 'invalid: quorum has no block'],
  ])('omits %s', (_name, line, expected) => {
    const { data, omitted } = dataOf(`virtual_server 192.0.2.1 80 {\n ${line}\n}\n`);
    expect(omitted.map(({ why, text }) => `${why}: ${text}`).join('\n')).toContain(expected);
    const kept = line.includes('wrr') ? { lb_algo: 'wrr' } : {};
    expect(data).toEqual({ virtual_server: { '192.0.2.1 80': kept } });
  });
});

const CORPUS = path.join(import.meta.dirname, '../../fixtures/keepalived/corpus');
/** Data has no order of keywords, no names with blanks and no files; and one value for a keyword. */
const APART: ReadonlySet<string> = new Set([
  'broken/a-brace-in-quotes-ends-a-block.conf',
  'broken/a-file-that-may-be-executed-has-to-be-included.conf',
  'broken/a-group-of-services-has-two-names.conf',
  'broken/a-master-is-said-to-be-a-backup.conf',
  'broken/a-method-is-said-below-a-real-server.conf',
  'broken/a-needed-file-is-missing.conf',
  'broken/a-reply-to-UDP-is-empty.conf',
  'broken/all-needed-files-are-missing.conf',
  'good/a-quoted-name-has-a-space-in-it.conf',
  'good/an-empty-path-of-a-program-counts-for-nothing.conf',
]);

const corpus = ['broken', 'good', 'refused'].flatMap((folder) =>
  readdirSync(path.join(CORPUS, folder))
    .filter((name) => name.endsWith('.conf'))
    .map((name) => `${folder}/${name}`),
);

describe('a configuration that went through data', () => {
  it.each(corpus.filter((file) => !APART.has(file)))('%s means the same', (file) => {
    const env = { ...ENV, tls: true };
    const source = fileSource(path.join(CORPUS, file));
    const { directives } = readDirectives(source, env);
    const { data } = toData(directives, KEYS, 'the configuration');
    expect(read(textOf(data), env).understood).toEqual(readConf(source, env).understood);
  });

  const scalar = fc.stringMatching(/^[ -~]{1,12}$/);
  const line = fc.stringMatching(/^[a-z0-9./ "-]{1,12}$/);
  const block = fc.dictionary(
    fc.constantFrom('weight', 'notify_up', 'virtualhost', 'inhibit_on_failure', 'delay_loop'),
    scalar,
  );

  it('is the same data again', () => {
    fc.assert(
      fc.property(
        fc.record({
          static_routes: fc.array(line, { minLength: 1, maxLength: 3 }),
          virtual_server: fc.record({
            '192.0.2.1 80': fc.record({ real_server: fc.record({ '192.0.2.2 80': block }) }),
          }),
        }),
        (given) => {
          const { directives } = fromMap(given, TOP, 'the configuration');
          const text = writeEntries(directives)
            .map(({ text }) => `${text}\n`)
            .join('');
          const { data } = dataOf(text);
          expect(dataOf(textOf(data)).data).toEqual(data);
        },
      ),
      { numRuns: 300 },
    );
  });
});
