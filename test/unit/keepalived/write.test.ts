import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Data, fromData, fromMap } from '../../../src/keepalived/from-data.ts';
import type { Keywords, Shape } from '../../../src/keepalived/keywords/keyword.ts';
import { TOP } from '../../../src/keepalived/keywords/top.ts';
import { VRRP_INSTANCE } from '../../../src/keepalived/keywords/vrrp.ts';
import { readDirectives } from '../../../src/keepalived/read-directives.ts';
import { type Directive, writeEntries } from '../../../src/keepalived/write.ts';
import { ENV, read } from './read.ts';

function linesOf(directives: readonly Directive[]): readonly string[] {
  return writeEntries(directives).map(({ text }) => text);
}

/** What a reader makes of the lines, without positions. */
function readBack(lines: readonly string[], table: Keywords): readonly unknown[] {
  const name = 'keepalived.conf';
  const source = { main: name, read: () => [{ name, text: lines.join('\n') }] };
  const { directives, diagnostics, complete } = readDirectives(source, ENV, table);
  expect(diagnostics).toEqual([]);
  expect(complete).toBe(true);
  return directives.map(bare);
}

function bare({ keyword, words, block, escaped }: Directive): unknown {
  return { keyword, words, block: block?.map(bare), escaped };
}

/** A word that a person could write in an inventory: blanks, quotes, backslashes, braces and comment signs too. */
const anyWord = fc
  .stringMatching(/^[ -!#-~]{1,20}$/)
  .filter((text) => text.trim() !== '' && text !== '}' && !text.includes('$'));
const anyScript = fc.stringMatching(/^[ -~]{1,30}$/).filter((text) => text.trim() !== '' && text !== '}');

function wordsOf(shape: Shape): fc.Arbitrary<Pick<Directive, 'words' | 'escaped'>> {
  if (shape.kind === 'flag' || shape.kind === 'lines') return fc.constant({ words: [] });
  if (shape.kind === 'script' || shape.kind === 'quoted')
    return fc.array(anyScript, { minLength: 1, maxLength: 3 }).map((words) => ({ words, escaped: true as const }));
  const word = shape.kind === 'block' ? fc.stringMatching(/^[A-Za-z0-9_.:-]{1,15}$/) : anyWord;
  return fc.array(word, { maxLength: 4 }).map((words) => ({ words }));
}

function directive(table: Keywords, depth: number): fc.Arbitrary<Directive> {
  return fc.constantFrom(...Object.entries(table)).chain(([keyword, { shape }]) =>
    fc.record({ words: wordsOf(shape), block: blockOf(shape, depth) }).map(({ words, block }) => ({
      keyword,
      ...words,
      ...(block !== undefined && { block }),
    })),
  );
}

function blockOf(shape: Shape, depth: number): fc.Arbitrary<readonly Directive[] | undefined> {
  if (shape.kind === 'block' && shape.of !== undefined)
    return depth === 0 ? fc.constant([]) : fc.array(directive(shape.of, depth - 1), { maxLength: 4 });
  if (shape.kind !== 'lines' && shape.kind !== 'block') return fc.constant(undefined);
  const line = fc.record({
    keyword: anyWord,
    words: fc.array(anyWord, { maxLength: 4 }),
  });
  return fc.array(line, { maxLength: 4 });
}

describe('written directives', () => {
  it('read back unchanged', () => {
    fc.assert(
      fc.property(fc.array(directive(TOP, 4), { maxLength: 5 }), (directives) => {
        expect(readBack(linesOf(directives), TOP)).toEqual(directives.map(bare));
      }),
      { numRuns: 500 },
    );
  });
});

/** The lines of a map of keywords, and its errors. */
function written(data: { readonly [key: string]: Data }, table: Keywords = TOP): readonly string[] {
  const { directives, mistakes } = fromMap(data, table, 'the configuration');
  return [...linesOf(directives), ...mistakes.map(({ at, what }) => `${at.join('.')}: ${what}`)];
}

describe('keywords as data', () => {
  it.each<[string, { readonly [key: string]: Data }, readonly string[]]>([
    ['a flag', { nopreempt: 'true', accept: 'false' }, ['nopreempt']],
    ['a bool', { smtp_alert: 'Yes', strict_mode: 'off' }, ['smtp_alert yes', 'strict_mode off']],
    [
      'a number and a time',
      { garp_master_delay: '5', preempt_delay: '2.5' },
      ['garp_master_delay 5', 'preempt_delay 2.5'],
    ],
    [
      'a block of lines',
      { track_interface: ['eth1', 'eth2 weight -5'], unicast_peer: '192.0.2.2' },
      ['track_interface {', '  eth1', '  eth2 weight -5', '}', 'unicast_peer {', '  192.0.2.2', '}'],
    ],
    [
      'a command, alone and with its user',
      { notify_master: '/usr/local/bin/up "a b"', notify: ['/bin/n', 'nobody'] },
      [String.raw`notify_master "/usr/local/bin/up \x22a b\x22"`, 'notify /bin/n nobody'],
    ],
    ['a block', { authentication: { auth_type: 'PASS' } }, ['authentication {', '  auth_type PASS', '}']],
  ])('%s', (_name, data, expected) => {
    expect(written(data, VRRP_INSTANCE)).toEqual(expected);
  });

  it('reads named blocks as a map, and repeated ones as lists', () => {
    expect(
      written({
        vrrp_script: { chk: { script: '/usr/bin/pgrep nginx', interval: '2', weight: '-20' } },
        virtual_server: {
          '192.0.2.1 80': {
            real_server: {
              '192.0.2.2 80': { HTTP_GET: { url: [{ path: '/' }, { path: '/b', status_code: '200 301' }] } },
            },
          },
        },
        virtual_server_group: { web: ['192.0.2.1 80', 'fwmark 1'] },
      }),
    ).toEqual([
      'vrrp_script chk {',
      '  script "/usr/bin/pgrep nginx"',
      '  interval 2',
      '  weight -20',
      '}',
      'virtual_server 192.0.2.1 80 {',
      '  real_server 192.0.2.2 80 {',
      '    HTTP_GET {',
      '      url {',
      '        path /',
      '      }',
      '      url {',
      '        path /b',
      '        status_code 200 301',
      '      }',
      '    }',
      '  }',
      '}',
      'virtual_server_group web {',
      '  192.0.2.1 80',
      '  fwmark 1',
      '}',
    ]);
  });

  it.each<[string, { readonly [key: string]: Data }, string]>([
    [
      'a value out of its range',
      { virtual_router_id: '256' },
      'virtual_router_id: virtual_router_id takes a whole number from 1 to 255',
    ],
    ['a flag with a word', { nopreempt: 'maybe' }, 'nopreempt: nopreempt must be true or false'],
    [
      'a map in the place of lines',
      { track_interface: [{ eth0: '1' }] },
      'track_interface.0: track_interface must be a list of lines',
    ],
    ['a wrong word in a list of choices', { state: 'SLAVE' }, "state: state takes MASTER, BACKUP, not 'SLAVE'"],
    [
      'a key that is nowhere',
      { authentication: { auth_user: 'x' } },
      'authentication.auth_user: auth_user is not a keyword',
    ],
    ['nothing', { garp_master_delay: null }, 'garp_master_delay: garp_master_delay has no value'],
    ['a double quote where none can be', { mcast_src_ip: '"' }, 'mcast_src_ip: mcast_src_ip has a double quote'],
    ['a closing brace alone', { mcast_src_ip: '}' }, 'mcast_src_ip: mcast_src_ip is a closing brace'],
  ])('refuses %s', (_name, data, expected) => {
    expect(written(data, VRRP_INSTANCE).join('\n')).toContain(expected);
  });

  it('keeps the place of each directive', () => {
    const { shape } = TOP['vrrp_script'] ?? {};
    expect(shape).toBeDefined();
    const entry = TOP['vrrp_script'];
    if (entry === undefined) throw new Error('vrrp_script is not in the table');
    const { directives } = fromData('vrrp_script', { chk: { script: '/bin/true', interval: '2' } }, entry, 'here');
    expect(directives[0]?.block?.map(({ at }) => at)).toEqual([
      ['vrrp_script', 'chk', 'script'],
      ['vrrp_script', 'chk', 'interval'],
    ]);
  });
});

it('keeps the arguments of a command', () => {
  const { directives } = fromMap(
    { vrrp_script: { chk: { script: String.raw`/bin/sh -c 'echo "a b" \\ {}'` } } },
    TOP,
    'the configuration',
  );
  const { understood } = read(linesOf(directives).join('\n'));
  expect(understood?.vrrp.vrrp_script[0]?.script.argv).toEqual(['/bin/sh', '-c', String.raw`echo "a b" \ {}`]);
});
