import { describe, expect, test } from 'vitest';
import { parseDirector, parseRealServer } from '../../../src/failover/facts.ts';

describe('a director', () => {
  const stdout = `unit keepalived active
unit lvs-agent inactive
systemd
address 1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever
address 2: eth0    inet 192.168.168.100/24 scope global eth0\\       valid_lft forever
address 2: eth0    inet 192.168.168.12/32 scope global eth0\\       valid_lft forever
link 1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 \\    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
link 2: eth0@if6: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 \\    link/ether 02:00:C0:a8:a8:64 brd ff:ff:ff:ff:ff:ff
`;

  test('has its interface by its address, its daemon by what runs', () => {
    expect(parseDirector(stdout, '192.168.168.100')).toEqual({
      engine: 'keepalived',
      systemd: true,
      interface: 'eth0',
      macs: ['02:00:c0:a8:a8:64'],
    });
  });

  test('may have neither', () => {
    const facts = parseDirector('unit keepalived failed\nunit lvs-agent unknown\n', '192.168.168.100');
    expect(facts).toEqual({ engine: undefined, systemd: false, interface: undefined, macs: [] });
  });
});

describe('the unit that listens', () => {
  const listener = (name: string, ...groups: readonly string[]): string =>
    ['systemd', `listener ${name}`, ...groups.map((group) => `cgroup ${group}`), ''].join('\n');

  test('is the last part of the control group, for all of its processes', () => {
    const stdout = listener('nginx', '0::/system.slice/nginx.service', '0::/system.slice/nginx.service');
    expect(parseRealServer(stdout, 80)).toEqual({ unit: 'nginx.service', systemd: true, why: '' });
  });

  test('is found below the prefix of a container, and in the older hierarchy', () => {
    const stdout = listener('httpd', '4:cpu:/elsewhere.service', '1:name=systemd:/lab-rs1/system.slice/httpd.service');
    expect(parseRealServer(stdout, 80).unit).toBe('httpd.service');
  });

  test('is the service when that has groups of its own', () => {
    expect(parseRealServer(listener('app', '0::/system.slice/app.service/worker'), 80).unit).toBe('app.service');
  });

  test.each([
    ['a container', '0::/system.slice/containerd.service/docker-1f.scope'],
    ['a login', '0::/user.slice/user-0.slice/user@0.service/app.slice/run.scope'],
    ['systemd itself, for a socket that waits', '0::/init.scope'],
  ])('is unknown for %s', (_, group) => {
    expect(parseRealServer(listener('thing', group), 80)).toMatchObject({
      unit: undefined,
      why: 'thing, which listens on port 80, is not a systemd service',
    });
  });

  test('is unknown when nobody listens, when several do, and when nobody can say', () => {
    expect(parseRealServer('systemd\n', 80).why).toBe('nothing listens on port 80');
    expect(parseRealServer('systemd\nno ss\n', 80).why).toBe('it has no `ss`, so the listener on port 80 is unknown');
    const two = listener('nginx', '0::/system.slice/nginx.service', '0::/system.slice/other.service');
    expect(parseRealServer(two, 80)).toMatchObject({
      unit: undefined,
      why: 'several units listen on port 80: nginx.service, other.service',
    });
  });
});
