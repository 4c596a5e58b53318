import { describe, expect, it } from 'vitest';
import { planProbe } from '../../../src/failover/probe.ts';
import { DEFAULT_OPTIONS } from '../../../src/failover/options.ts';
import { askedService, titleOf } from '../../../src/failover/service.ts';
import { kernelService } from '../../../src/failover/watch.ts';
import { shape, type SHAPES } from './shapes.ts';

type Shape = keyof typeof SHAPES;

/** The name given, what the report calls it, what the client requests, and the line of the kernel's table. */
const ASKED: readonly (readonly [Shape, string | undefined, string, string, string])[] = [
  ['dualStack', undefined, '192.168.168.12:80', 'http://192.168.168.12:80/', 'C0A8A80C:0050'],
  [
    'dualStack',
    '[fd00::12]:443',
    '[fd00::12]:443',
    'https://[fd00::12]:443/',
    '[fd00:0000:0000:0000:0000:0000:0000:0012]:01BB',
  ],
  [
    'dualStack',
    '[fd00::12]:3306',
    '[fd00::12]:3306',
    'telnet://[fd00::12]:3306',
    '[fd00:0000:0000:0000:0000:0000:0000:0012]:0CEA',
  ],
  ['twoMasters', undefined, 'fwmark 80 (192.168.168.12:80)', 'http://192.168.168.12:80/', '00000050'],
  ['twoMasters', '192.168.168.12:443', 'fwmark 80 (192.168.168.12:443)', 'https://192.168.168.12:443/', '00000050'],
  ['twoMasters', '192.168.168.13:9000', '192.168.168.13:9000', 'https://192.168.168.13:9000/', 'C0A8A80D:2328'],
  ['twoMasters', '192.168.168.13:9001', '192.168.168.13:9001', 'http://192.168.168.13:9001/', 'C0A8A80D:2329'],
  ['groups', 'group web', 'group web (192.168.168.12:8080)', 'http://192.168.168.12:8080/', 'C0A8A80C:1F90'],
];

describe('the virtual server that is asked', () => {
  it.each(ASKED)('%s, %s: %s by %s, in the table as %s', async (name, wanted, title, url, line) => {
    const service = askedService(await shape(name), wanted);
    expect(titleOf(service)).toBe(title);
    expect(planProbe(DEFAULT_OPTIONS, service, 60).url).toBe(url);
    expect(kernelService(service, service)).toBe(line);
  });

  it.each<readonly [Shape, string | undefined, string]>([
    [
      'dualStack',
      '192.168.168.12:53/udp',
      '--virtual-server: cannot ask 192.168.168.12:53/udp: a test cannot know what a service over UDP answers.',
    ],
    ['dualStack', '192.168.168.12:81', '--virtual-server: there is no virtual server "192.168.168.12:81".'],
    [
      'ownMarks',
      undefined,
      'Cannot test failover: no virtual server can be asked: fwmark 3 (the inventory does not say which addresses and ports have this mark).',
    ],
  ])('%s, %s: refused', async (name, wanted, message) => {
    const cluster = await shape(name);
    expect(() => askedService(cluster, wanted)).toThrow(message);
  });
});
