import { describe, expect, it } from 'vitest';
import type { Director, Host } from '../../../src/inventory/cluster.ts';
import { type Facts, parseFacts } from '../../../src/observe/facts.ts';
import { unfit } from '../../../src/observe/fitness.ts';

const host: Host = { name: 'h', address: '10.0.0.1', access: { kind: 'local' } };
const director = (name: string): Director => ({
  ...host,
  state: 'MASTER',
  priority: 100,
  router_id: 'h',
  interface: name,
  engine: 'auto',
});

function facts(given: Partial<Facts> = {}): Facts {
  const links =
    '1: lo: <UP>\\ link/loopback 00:00:00:00:00:00 brd x\n2: eth0: <UP>\\ link/ether 02:00:00:00:00:01 brd x\n';
  const address = '2: eth0    inet 10.0.0.1/24 scope global eth0\n';
  const sections = new Map([
    ['facts', 'PRETTY_NAME="Some OS"\nplatform apt\nsystemd\n'],
    ['links', links],
    ['address', address],
  ]);
  return { ...parseFacts(sections), ...given };
}

describe('a host that lvsctl can work with', () => {
  it('has a package manager, systemd, and an interface with its address', () => {
    expect(unfit(director('auto'), 'director', facts())).toBeUndefined();
    expect(unfit(director('eth0'), 'director', facts())).toBeUndefined();
    expect(unfit(host, 'real-server', facts())).toBeUndefined();
  });

  it('may lack systemd when it is the client', () => {
    expect(unfit(host, 'client', facts({ systemd: false }))).toBeUndefined();
  });

  it('may have its address elsewhere when the interface is named, as behind another network', () => {
    expect(unfit(director('eth0'), 'director', facts({ addresses: [] }))).toBeUndefined();
  });
});

describe('a host that lvsctl cannot work with', () => {
  it.each([
    [
      'no package manager',
      host,
      'client',
      { platform: undefined },
      'h: Some OS has no package manager that lvsctl knows',
    ],
    ['no systemd', host, 'real-server', { systemd: false }, 'h: Some OS does not run systemd'],
    [
      'no interface with the address',
      director('auto'),
      'director',
      { addresses: [] },
      'h: no interface holds 10.0.0.1',
    ],
    ['no interface of that name', director('eth7'), 'director', {}, 'h: there is no interface eth7'],
  ] as const)('has %s, and is told what to do', (_name, which, role, given, message) => {
    const failure = unfit(which, role, facts(given));
    expect([failure?.code, failure?.message]).toEqual(['unsupported', message]);
    expect(failure?.detail.hint).toBeDefined();
  });

  it('is told the interfaces that it has, but lo', () => {
    expect(unfit(director('eth7'), 'director', facts())?.detail.hint).toContain('eth0.');
    expect(unfit(director('eth7'), 'director', facts())?.detail.hint).not.toContain('lo');
  });
});
