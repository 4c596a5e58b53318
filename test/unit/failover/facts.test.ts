import { describe, expect, it } from 'vitest';
import { factsIn } from '../../../src/failover/facts.ts';
import { observed } from '../../support/observed.ts';
import { systemd } from '../../../src/platforms/systemd.ts';
import { clusterOf } from './cluster.ts';

const { directors, virtualServers } = clusterOf();
const pool = virtualServers[0]?.pool ?? [];
const [dr1] = directors;
const [server] = pool;
if (dr1 === undefined || server === undefined) throw new Error('no cluster');

const factsOf = (host: string, sections: Readonly<Record<string, string>>) =>
  factsIn({ directors }, pool, { hosts: new Map([[host, observed(host, sections)]]), unreadable: [] });

describe('a director', () => {
  const sections = {
    faults: 'timers systemd\n',
    service: `Names=keepalived.service
LoadState=loaded
ActiveState=inactive

Names=lvs-agent.service
LoadState=loaded
ActiveState=active
`,
    address: `1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever
2: eth0    inet ${dr1.address}/24 scope global eth0\\       valid_lft forever
2: eth0    inet 192.168.168.12/32 scope global eth0\\       valid_lft forever
`,
    links: `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 \\    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
2: eth0@if6: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 \\    link/ether 02:00:c0:a8:a8:64 brd ff:ff:ff:ff:ff:ff
`,
  };

  it('has the interface with its address, and the running daemon', () => {
    expect(factsOf(dr1.name, sections).directors.get(dr1.name)).toEqual({
      engine: 'lvs-agent',
      init: systemd,
      devices: new Map([
        ['127.0.0.1', 'lo'],
        [dr1.address, 'eth0'],
        ['192.168.168.12', 'eth0'],
      ]),
      macs: ['02:00:c0:a8:a8:64'],
    });
  });

  it('may have neither of them', () => {
    const facts = factsOf(dr1.name, { service: 'Names=keepalived.service\nActiveState=failed\n' });
    expect(facts.directors.get(dr1.name)).toEqual({
      engine: undefined,
      init: undefined,
      devices: new Map(),
      macs: [],
    });
  });
});

describe('the unit that listens', () => {
  const parse = (faults: string) => factsOf(server.name, { faults }).realServers.get(server.name);

  const listener = (name: string, ...groups: readonly string[]): string =>
    [
      'timers systemd',
      'port 80 192.168.168.102 192.168.168.12',
      'socket LISTEN 0 511 *:80',
      `listener ${name}`,
      ...groups.map((group) => `cgroup ${group}`),
      '',
    ].join('\n');

  it('is the last part of the control group, for all of its processes', () => {
    const stdout = listener('nginx', '0::/system.slice/nginx.service', '0::/system.slice/nginx.service');
    expect(parse(stdout)).toEqual({ unit: 'nginx.service', init: systemd, why: '' });
  });

  it('is found below the prefix of a container, and in the older hierarchy', () => {
    const stdout = listener('httpd', '4:cpu:/elsewhere.service', '1:name=systemd:/lab-rs1/system.slice/httpd.service');
    expect(parse(stdout)?.unit).toBe('httpd.service');
  });

  it('is the service even if that has subgroups', () => {
    expect(parse(listener('app', '0::/system.slice/app.service/worker'))?.unit).toBe('app.service');
  });

  it.each([
    ['a container', '0::/system.slice/containerd.service/docker-1f.scope'],
    ['a login', '0::/user.slice/user-0.slice/user@0.service/app.slice/run.scope'],
    ['systemd itself, for a socket that waits', '0::/init.scope'],
  ])('is unknown for %s', (_, group) => {
    expect(parse(listener('thing', group))).toMatchObject({
      unit: undefined,
      why: 'thing, which listens on port 80, is not a service of an init system',
    });
  });

  it('is the one that listens on the address of the service, not on another one', () => {
    const other = `socket LISTEN 0 9 127.0.0.1:80
listener other
cgroup 0::/system.slice/other.service
`;
    const probed = `${other}${listener('nginx', '0::/system.slice/nginx.service')}`;
    expect(parse(probed)?.unit).toBe('nginx.service');
    expect(parse(probed.replace('*:80', '192.168.168.12:80'))?.unit).toBe('nginx.service');
    expect(parse(probed.replace('*:80', '[::ffff:192.168.168.102]:80'))?.unit).toBe('nginx.service');
    expect(parse(probed.replace('*:80', '192.168.168.99:80'))?.why).toBe('nothing listens on port 80');
  });

  it('is unknown without a listener, with several, and without ss', () => {
    expect(parse('timers systemd\nport 80\n')?.why).toBe('nothing listens on port 80');
    expect(parse('timers systemd\nport 80\nno ss\n')?.why).toBe(
      'it has no `ss`, so the listener on port 80 is unknown',
    );
    const two = listener('nginx', '0::/system.slice/nginx.service', '0::/system.slice/other.service');
    expect(parse(two)).toMatchObject({
      unit: undefined,
      why: 'several units listen on port 80: nginx.service, other.service',
    });
  });
});
