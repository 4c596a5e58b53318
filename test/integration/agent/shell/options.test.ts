import { expect, test } from 'vitest';
import { DEFAULTS, HELP, type Options, parseOptions } from '../../../../src/agent/shell/options.ts';

const understood: readonly (readonly [string, readonly string[], Partial<Options>])[] = [
  ['nothing runs the file of keepalived', [], {}],
  ['-f takes the next word', ['-f', '/tmp/a.conf'], { file: '/tmp/a.conf' }],
  ['a value may follow its letter', ['-f/tmp/a.conf'], { file: '/tmp/a.conf' }],
  ['a value may follow an equals sign', ['--use-file=/tmp/a.conf'], { file: '/tmp/a.conf' }],
  ['letters stand together as keepalived has them', ['-nlDf', '/a'], { detail: true, file: '/a' }],
  ['-t tests the file of -f, whichever comes first', ['-t', '-f', '/a'], { command: 'test', file: '/a' }],
  ['--config-test may name its file', ['--config-test=/a'], { command: 'test', file: '/a' }],
  ['-t takes a file only in the same word', ['-t/a'], { command: 'test', file: '/a' }],
  ['-i chooses lines of the configuration', ['-i', 'dr1'], { configId: 'dr1' }],
  ['-P leaves virtual servers alone', ['-P'], { subsystems: 'vrrp' }],
  ['-C leaves addresses alone', ['--check'], { subsystems: 'check' }],
  ['-V and -I leave things as they are at the end', ['-VI'], { keepAddresses: true, keepTable: true }],
  ['a recording goes to a file', ['--record', '/tmp/r'], { record: '/tmp/r' }],
  ['status asks at another socket', ['status', '-s', '/s'], { command: 'status', statusSocket: '/s' }],
  ['replay takes its file', ['replay', '/tmp/r'], { command: 'replay', file: '/tmp/r' }],
  ['--version wins over what comes before it', ['-f', '/a', '--version'], { command: 'version', file: '/a' }],
];

test.each(understood)('%s', (_, argv, expected) => {
  expect(parseOptions(argv)).toEqual({ ...DEFAULTS, ...expected });
});

const refused: readonly (readonly [readonly string[], string])[] = [
  [['-f'], '-f needs a value'],
  [['--use-file'], '--use-file needs a value'],
  [['--dont-fork=yes'], '--dont-fork takes no value'],
  [['--nonsense'], 'there is no option --nonsense; `lvs-agent --help` lists them'],
  [['-nZ'], 'there is no option -Z; `lvs-agent --help` lists them'],
  [['start'], 'start: nothing is expected here; `lvs-agent --help` says what is'],
  [['-t', '/a.conf'], '/a.conf: -t takes its file in the same word: -t/a.conf, or as -f /a.conf'],
  [['replay'], 'lvs-agent replay needs the file of a recording'],
];

test.each(refused)('%j is refused with a reason', (argv, reason) => {
  expect(parseOptions(argv)).toBe(reason);
});

test('the help says who can read a recording', () => {
  expect(HELP).toContain('with their passwords, and can be read by its owner only');
});
