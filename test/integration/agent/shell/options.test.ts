import { expect, it } from 'vitest';
import { DEFAULTS, HELP, type Options, parseOptions } from '../../../../src/agent/shell/options.ts';

const understood: readonly (readonly [string, readonly string[], Partial<Options>])[] = [
  ['defaults to the configuration of keepalived', [], {}],
  ['-f takes the next word', ['-f', '/tmp/a.conf'], { file: '/tmp/a.conf' }],
  ['accepts a value attached to its option', ['-f/tmp/a.conf'], { file: '/tmp/a.conf' }],
  ['accepts a value after an equals sign', ['--use-file=/tmp/a.conf'], { file: '/tmp/a.conf' }],
  ['accepts combined short options', ['-nlDf', '/a'], { detail: true, file: '/a' }],
  ['-t tests the file of -f in any order', ['-t', '-f', '/a'], { command: 'test', file: '/a' }],
  ['--config-test takes a file', ['--config-test=/a'], { command: 'test', file: '/a' }],
  ['-t takes a file only in the same word', ['-t/a'], { command: 'test', file: '/a' }],
  ['-i sets the configuration id', ['-i', 'dr1'], { configId: 'dr1' }],
  ['-P disables virtual servers', ['-P'], { subsystems: 'vrrp' }],
  ['-C disables VRRP', ['--check'], { subsystems: 'check' }],
  ['-V and -I keep addresses and table', ['-VI'], { keepAddresses: true, keepTable: true }],
  ['--record takes a file', ['--record', '/tmp/r'], { record: '/tmp/r' }],
  ['status takes a socket', ['status', '-s', '/s'], { command: 'status', statusSocket: '/s' }],
  ['replay takes a file', ['replay', '/tmp/r'], { command: 'replay', file: '/tmp/r' }],
  ['--version overrides earlier options', ['-f', '/a', '--version'], { command: 'version', file: '/a' }],
];

it.each(understood)('%s', (_, argv, expected) => {
  expect(parseOptions(argv)).toEqual({ ...DEFAULTS, ...expected });
});

const refused: readonly (readonly [readonly string[], string])[] = [
  [['-f'], '-f requires a value'],
  [['--use-file'], '--use-file requires a value'],
  [['--dont-fork=yes'], '--dont-fork takes no value'],
  [['--nonsense'], 'unknown option --nonsense; see `lvs-agent --help`'],
  [['-nZ'], 'unknown option -Z; see `lvs-agent --help`'],
  [['start'], 'unexpected argument start; see `lvs-agent --help`'],
  [['-t', '/a.conf'], '/a.conf: -t requires its file in the same word; use -t/a.conf or -f /a.conf'],
  [['replay'], 'lvs-agent replay requires a recording'],
];

it.each(refused)('rejects %j with a reason', (argv, reason) => {
  expect(parseOptions(argv)).toBe(reason);
});

it('mentions the permissions of recordings in the help', () => {
  expect(HELP).toContain('passwords, and is readable by its owner only');
});
