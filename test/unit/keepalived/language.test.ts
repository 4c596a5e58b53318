import type { ConfHost } from '../../../src/keepalived/host.ts';
import { describe, expect, it } from 'vitest';
import { configTestReport, formatDiagnostic } from '../../../src/keepalived/config-test.ts';
import { read, said } from './read.ts';

const MAIN = '/etc/keepalived/keepalived.conf';
const router = (text: string, env = {}) => read(text, env).conf?.global_defs.router_id;
const mails = (lines: string, env = {}) =>
  read(`global_defs {\nnotification_email {\n${lines}\n}\n}`, env).conf?.global_defs.notification_email;

describe('words', () => {
  it.each([
    ['a b', ['a', 'b']],
    ['"a b"  c', ['a b', 'c']],
    ['a"b c"d', ['a', 'b c', 'd']],
    ["'a b'", ["'a", "b'"]],
    ['a # b', ['a']],
    ['"a # b" ! c', ['a # b']],
    ['a#b', ['a']],
    [String.raw`a\#b`, ['a#b']],
    ['"{" "}" a', ['{', '}', 'a']],
    ['""', ['']],
  ])('%s', (line, words) => {
    expect(mails(line)).toEqual(words);
  });
});

describe('conditions', () => {
  it.each([
    ['@main a', ['a']],
    ['@other a', []],
    ['@^other a', ['a']],
    ['@^main a', []],
    ['@ a', []],
    ['@mainly a', []],
    ['$IF=@main\n$IF a\n$IF=@other\n$IF b', ['a']],
    ['@main $A=1\n@other $A=2\n$A', ['1']],
  ])('%j', (lines, words) => {
    expect(mails(lines, { configId: 'main' })).toEqual(words);
  });

  it('compares the host name up to its first dot by default', () => {
    expect(mails('@host a\n@host.example.com b')).toEqual(['a']);
  });
});

describe('parameters', () => {
  it.each([
    ['$A=1\n$A ${A} ${A}2 $A.', ['1', '1', '12', '$A.']],
    ['$A=${B}\n$B=1\n$A\n$B=2\n$A', ['1', '2']],
    ['$A=\nx${A}y', ['xy']],
    ['$A=1 # of a comment\nx${A}y z', ['x1']],
    ['$A= 1  \n${A}2', ['12']],
    ['"$A" $A\n$A=1', ['$A', '$A']],
    ['$M= \\\na \\\nb\n$M', ['a', 'b']],
    ['$M=a \\\nb\n$M', ['a', 'b']],
    ['$N=0\n$M= \\\n$N=1 \\\nb${N}\n$M', ['b1']],
    ['${_INSTANCE} ${_PWD} "${_HASH}${_BANG}"', ['host', '/etc/keepalived', '#!']],
    ['${_RANDOM 5 5} ${_RANDOM} ${_RANDOM 7}', ['5', '0', '7']],
  ])('%j', (lines, words) => {
    expect(mails(lines)).toEqual(words);
  });

  it('uses the given random numbers', () => {
    const random = [0, 0.5, 0.999_999][Symbol.iterator]();
    expect(mails('${_RANDOM 1 3} ${_RANDOM 1 3} ${_RANDOM 1 3}', { random: () => random.next().value ?? 0 })).toEqual([
      '1',
      '2',
      '3',
    ]);
  });

  it('expands a sequence and a list', () => {
    expect(mails('~SEQ(N, 1, 2, 5) a${N}\n~SEQx(X, 0x9, 11) $X\n~LST({A, B}, {1, 2}, {3, 4}) ${A}-${B}')).toEqual([
      'a1',
      'a3',
      'a5',
      '9',
      'a',
      'b',
      '1-2',
      '3-4',
    ]);
  });

  it('expands parameters inside parentheses', () => {
    expect(mails('$END=2\n~SEQ(N, 1, $END) ${N}\n~SEQ(M, ${END}) m${M}')).toEqual(['1', '2', 'm1', 'm2']);
  });
});

describe('places', () => {
  it('reports the line and column of a word', () => {
    expect(
      said(read('vrrp_instance VI_1 {\n  interface eth0\n  virtual_router_id 51\n    virtual_ipadress {\n  }\n}')),
    ).toContain("4:5 error unknown keyword 'virtual_ipadress' in vrrp_instance");
  });

  it('reports an error in a value where the parameter is used', () => {
    expect(said(read('$P=300\nvrrp_instance VI_1 {\n  priority  $P\n}'))[0]).toBe(
      "3:13 error priority takes a whole number from 1 to 255, not '300'",
    );
  });

  it('reports an error in a multi-line definition at its line there', () => {
    expect(said(read('$M= \\\nglobal_defs { \\\n  router_di x \\\n}\n\n$M'))).toEqual([
      "3:3 error unknown keyword 'router_di' in global_defs",
    ]);
  });

  it('reports the name of an included file', () => {
    const { diagnostics, files } = read({ [MAIN]: 'include conf.d/*.conf', '/etc/keepalived/conf.d/a.conf': '\nwhat' });
    expect(diagnostics.flatMap(formatDiagnostic)).toEqual([
      "/etc/keepalived/conf.d/a.conf:2:1: unknown keyword 'what' in the configuration",
    ]);
    expect(files).toEqual([MAIN, '/etc/keepalived/conf.d/a.conf']);
  });

  it('suggests the nearest keyword', () => {
    const { diagnostics } = read('global_defs {\n  ruoter_id x\n}');
    expect(diagnostics.flatMap(formatDiagnostic)).toEqual([
      `${MAIN}:2:3: unknown keyword 'ruoter_id' in global_defs`,
      '  did you mean router_id?',
    ]);
  });

  it('suggests nothing for a word that resembles none', () => {
    expect(read('global_defs {\n  xyzzy x\n}').diagnostics[0]?.hint).toBeUndefined();
  });

  it('reports the block of an unknown keyword once', () => {
    expect(said(read('unheard_of {\n  a b\n  c {\n    d\n  }\n}'))).toHaveLength(1);
  });
});

describe('includes', () => {
  it('resolves names relative to the including file', () => {
    const { conf } = read({
      [MAIN]: 'include conf.d/a.conf',
      '/etc/keepalived/conf.d/a.conf': 'include b.conf',
      '/etc/keepalived/conf.d/b.conf': 'global_defs {\nrouter_id ${_PWD}\n}',
    });
    expect(conf?.global_defs.router_id).toBe('/etc/keepalived/conf.d');
  });

  it('reports a loop', () => {
    const result = read({ [MAIN]: 'include a.conf', '/etc/keepalived/a.conf': 'include keepalived.conf' });
    expect(said(result)).toEqual([`1:1 error ${MAIN} includes itself`]);
  });

  it.each([
    ['include', 'none.conf', 0],
    ['includer', 'none.conf', 0],
    ['includem', 'none.conf', 6],
    ['includew', 'none-*.conf', 6],
    ['includea', 'none.conf', 6],
  ])('%s %s', (keyword, name, exit) => {
    const { diagnostics, conf } = read(`${keyword} ${name}\nglobal_defs {\n}`);
    expect(diagnostics.map((one) => one.exit)).toEqual([exit]);
    expect(conf === undefined).toBe(exit === 6);
  });

  it('applies include_check to later includes of the same file', () => {
    const strict = 'global_defs {\ninclude_check match\n}\ninclude none.conf';
    expect(read(strict).conf).toBeUndefined();
    const outer = {
      [MAIN]: 'include a.conf\ninclude none.conf',
      '/etc/keepalived/a.conf': 'global_defs {\ninclude_check\n}',
    };
    expect(read(outer).conf).toBeDefined();
  });

  it('reports a missing main file', () => {
    expect(said(read({}))).toHaveLength(1);
  });
});

describe('what would fill the memory ends with a mistake', () => {
  it.each([
    ['a parameter in itself', '$A=${A}x\n${A}'],
    [
      'parameters that double',
      `$A0=xxxxxxxxxx\n${Array.from({ length: 40 }, (_, n) => `$A${n + 1}=\${A${n}}\${A${n}}`).join('\n')}\n\${A40}`,
    ],
    ['a long sequence', '~SEQ(A, 1, 1000000000) x${A}'],
    ['sequences in sequences', '~SEQ(A, 9999) ~SEQ(B, 9999) ~SEQ(C, 9999) x'],
    ['a body in itself', '$M= \\\n$M \\\nx\n$M'],
    [
      'bodies that double',
      `$B0= \\\nx \\\nx\n${Array.from({ length: 30 }, (_, n) => `$B${n + 1}= \\\n$B${n} \\\n$B${n}`).join('\n')}\n$B30`,
    ],
    [
      'bodies of nothing that double',
      `$B0= \\\n \\\n # \n${Array.from({ length: 30 }, (_, n) => `$B${n + 1}= \\\n$B${n} \\\n$B${n}`).join('\n')}\n$B30`,
    ],
    ['braces without an end', '{ '.repeat(50_000)],
    ['blocks in blocks', 'a { '.repeat(50_000)],
  ])(
    '%s',
    (_, text) => {
      const started = process.cpuUsage();
      const { conf, diagnostics } = read(text);
      expect(conf).toBeUndefined();
      expect(diagnostics.some(({ severity }) => severity === 'error')).toBe(true);
      expect(process.cpuUsage(started).user).toBeLessThan(5_000_000);
    },
    60_000,
  );
});

it('reads a large configuration quickly', () => {
  const text = `vrrp_instance A {
interface eth0
virtual_router_id 1
virtual_ipaddress {
~SEQ(X, 1, 80) ~SEQ(Y, 1, 250) 10.0.\${X}.\${Y}
}
}
virtual_server 10.1.0.1 80 {
lb_algo rr
lb_kind DR
protocol TCP
~SEQ(V, 1, 40) ~SEQ(W, 1, 250) real_server 10.2.\${V}.\${W} 80 { }
}`;
  const started = process.cpuUsage();
  const { conf } = read(text);
  expect(conf?.vrrp.vrrp_instance[0]?.virtual_ipaddress).toHaveLength(20_000);
  expect(conf?.check.virtual_server[0]?.real_server).toHaveLength(10_000);
  expect(process.cpuUsage(started).user).toBeLessThan(10_000_000);
}, 60_000);

it('limits the diagnostics of a file with many errors', () => {
  const { conf, diagnostics } = read('~SEQ(N, 1, 9999) wrong${N}');
  expect(conf?.vrrp.vrrp_instance).toEqual([]);
  expect(diagnostics).toHaveLength(51);
  expect(diagnostics.at(-1)?.text).toBe('9949 more messages are not shown');
});

it('counts omitted diagnostics for the exit code', () => {
  const warnings = 'global_defs {\n~SEQ(N, 1, 100) nftables_counters\n}\n';
  const exitOf = (more: string) => configTestReport(read(`${warnings}${more}`).diagnostics).exit;
  expect(exitOf('')).toBe(0);
  expect(exitOf('global_defs {\nchecker_priority 99\n}')).toBe(5);
  expect(exitOf('global_defs {\nvrrp_version\n}')).toBe(2);
});

it('truncates and escapes words of the file in messages', () => {
  const [line] = said(read(`${'x'.repeat(900)}\u001b[2J\u202e`));
  expect(line?.length).toBeLessThan(120);
  expect(line).not.toMatch(/[\u001b\u202e]/);
});

it('ends a line at a NUL', () => {
  expect(router('global_defs {\nrouter_id a\0b\n\0bogus\n}')).toBe('a');
  expect(said(read('\0bogus\n'))).toEqual([]);
});

it('limits nested blocks of a file that is checked against a host', () => {
  const host: ConfHost = { hasInterface: () => false, hasAccount: () => true, program: () => 'runs' };
  expect(read('vrrp_instance A {\n'.repeat(60_000), { host }).conf).toBeUndefined();
});

describe('large files are read in time that grows with their size', () => {
  it.each([
    ['a line of 1 MB', 'x'.repeat(1_000_000)],
    ['1 MB of words on a line', 'x '.repeat(500_000)],
    ['1 MB of statements', 'vrrp_instance A {\n'.repeat(60_000)],
    ['10 MB of comments', '# xxxxxxxxxxxxxxxxxxxx\n'.repeat(450_000)],
    ['100,000 blocks in blocks', 'a {\n'.repeat(100_000)],
    ['100,000 braces on a line', '{ '.repeat(100_000)],
  ])(
    '%s',
    (_, text) => {
      const started = process.cpuUsage();
      read(text);
      expect(process.cpuUsage(started).user).toBeLessThan(20_000_000);
    },
    120_000,
  );
});

it('shows no secrets in messages', () => {
  const text =
    'vrrp_instance VI_1 {\n  authentication {\n    auth_type PASS\n    auth_pass s3cretWord and more s3cret2\n  }\n}';
  const { diagnostics } = read(text);
  expect(diagnostics.length).toBeGreaterThan(0);
  expect(JSON.stringify(diagnostics)).not.toMatch(/s3cret/);
});

it('names the router after the host by default', () => {
  expect(router('')).toBe('host.example.com');
});
