import { describe, expect, it } from 'vitest';
import { dr } from '../../../src/forwarding/dr.ts';
import type { HostView } from '../../../src/forwarding/view.ts';
import { CONF, SERVICE_6, partOf, viewOf } from './part.ts';

describe('a real server of direct routing', () => {
  it('is silent only where it has an address of IPv4', () => {
    const side = dr.host(partOf({ isRealServer: true, services: [SERVICE_6] }));
    expect(side.sysctls).toEqual([]);
    expect(side.addresses[0]).toMatchObject({ address: 'fd00::12/128', present: true });
  });
});

describe('a director that is a real server too', () => {
  const part = partOf({ isRealServer: true, isDirector: true });

  it('keeps the virtual address on its interface when it is master', () => {
    const side = dr.host(part);
    expect(side.addresses).toMatchObject([{ on: { device: 'lo' }, present: true }]);
    expect(side.files[0]?.view).toMatchObject({ is_director: 'yes' });
    const held = ['lo', 'eth0'].map((device) => ({ device, address: '192.168.168.12', prefix: 32 }));
    const [onLo] = side.checks(viewOf({ held }));
    expect(onLo).toMatchObject({ check: 'vip-on-lo', fix: undefined });
  });
});

describe('verify under direct routing', () => {
  const silent = { ...CONF, arp_ignore: 1, arp_announce: 2 };
  const held = [
    { device: 'eth0', address: '10.0.0.102', prefix: 24 },
    { device: 'lo', address: '192.168.168.12', prefix: 32 },
  ];
  const conf = new Map([
    ['all', silent],
    ['eth0', { ...CONF, rp_filter: 1 }],
  ]);
  const route = (via: string, device: string) => ({
    defaults: [{ family: 'ipv4' as const, table: 'main', metric: 0, via, device }],
    rules: [],
  });
  const failures = (view: Partial<HostView>) =>
    dr
      .host(partOf({ isRealServer: true }))
      .checks(viewOf({ held, conf, ...view }))
      .flatMap(({ check, actual, fix }) => (fix === undefined ? [] : [`${check}: ${actual}`]));

  it('finds nothing where all is well', () => {
    expect(failures({ routing: route('10.0.0.254', 'eth0') })).toEqual([]);
  });

  it.each(['10.0.0.107', '10.0.0.1'])('fails a default route through a director, %s', (via) => {
    expect(failures({ routing: route(via, 'eth0') })).toEqual([`default-route: the default route goes through ${via}`]);
  });

  it('fails a strict filter on the segment while replies leave elsewhere', () => {
    expect(failures({ routing: route('172.16.0.1', 'eth1') })).toEqual([
      'rp-filter: rp_filter 1, and the default route leaves through eth1',
    ]);
    const loose = new Map([...conf, ['eth0', { ...CONF, rp_filter: 2 }]]);
    expect(failures({ conf: loose, routing: route('172.16.0.1', 'eth1') })).toEqual([]);
  });
});
