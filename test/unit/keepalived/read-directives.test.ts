import { describe, expect, it } from 'vitest';
import { VRRP_INSTANCE } from '../../../src/keepalived/keywords/vrrp.ts';
import { type PlacedDirective, readDirectives } from '../../../src/keepalived/read-directives.ts';
import { ENV, sourceOf } from './read.ts';

/** `LINE:COLUMN keyword words`, indented as it is nested. */
function outline(directives: readonly PlacedDirective[], indent = ''): readonly string[] {
  return directives.flatMap(({ keyword, words, block, position: { line, column } }) => [
    `${indent}${line}:${column} ${[keyword, ...words].join(' ')}`,
    ...outline(block ?? [], `${indent}  `),
  ]);
}

describe('a keepalived.conf as directives', () => {
  it.each<[string, string | Readonly<Record<string, string>>, readonly string[]]>([
    [
      'keeps unknown keywords with their blocks',
      'virtual_server 192.0.2.1 80 {\n  nat_mask 255.255.255.0\n  odd {\n    a b\n  }\n}\n',
      ['1:1 virtual_server 192.0.2.1 80', '  2:3 nat_mask 255.255.255.0', '  3:3 odd', '    4:5 a b'],
    ],
    [
      'resolves definitions, conditions and sequences',
      '$VIP=192.0.2.1\n~SEQ(i, 2) vrrp_script s$i { interval $i }\n@host static_routes { $VIP }\n@other static_rules { x }\n',
      [
        '2:12 vrrp_script s1',
        '  2:30 interval 1',
        '2:12 vrrp_script s2',
        '  2:30 interval 2',
        '3:7 static_routes',
        '  3:23 192.0.2.1',
      ],
    ],
    [
      'reads what is included',
      { '/etc/keepalived/keepalived.conf': 'include sub.conf\n', '/etc/keepalived/sub.conf': '\nglobal_defs {\n}\n' },
      ['2:1 global_defs'],
    ],
    [
      'reads quotes and backslashes in a command and a pattern only',
      String.raw`vrrp_script s {
  script '/bin/a b' "c \"d\""
}
track_file t {
  file 'a b'
}`,
      [String.raw`1:1 vrrp_script s`, `  2:3 script /bin/a b c "d"`, '4:1 track_file t', "  5:3 file 'a b'"],
    ],
  ])('%s', (_name, files, expected) => {
    const { directives, diagnostics } = readDirectives(sourceOf(files), ENV);
    expect(diagnostics).toEqual([]);
    expect(outline(directives)).toEqual(expected);
  });

  it('reports unreadable parts and keeps the rest', () => {
    const { directives, diagnostics, complete } = readDirectives(sourceOf('global_defs {\n  router_id a\n'), ENV);
    expect(outline(directives)).toEqual(['1:1 global_defs', '  2:3 router_id a']);
    expect(diagnostics.map(({ text }) => text)).toEqual(['unclosed block of global_defs']);
    expect(complete).toBe(true);
  });

  it('reads the lines of one block by the table of that block', () => {
    const { directives } = readDirectives(sourceOf(`notify_master "/bin/up \\"a\\""`), ENV, VRRP_INSTANCE);
    expect(directives).toMatchObject([{ keyword: 'notify_master', words: ['/bin/up "a"'], escaped: true }]);
  });
});
