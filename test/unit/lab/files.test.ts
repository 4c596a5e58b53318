import { describe, expect, it } from 'vitest';
import { load } from 'js-yaml';
import { ARTICLE } from '../../../src/lab/article.ts';
import { inventoryText, overlayText, sshConfigText } from '../../../src/lab/connection.ts';
import { labPaths } from '../../../src/lab/paths.ts';
import { labConf } from '../../../src/lab/seed.ts';
import { NAT, WITHOUT_CLIENT } from './wishes.ts';
import { layOut } from '../../../src/lab/lay-out.ts';

const PROXY = 'nsenter --net=/run/lvsctl-lab/demo/net/control busybox nc %h %p';

describe('the files of a lab', () => {
  it('include an inventory that is ready to use, and useless without its proxy command', () => {
    expect(load(inventoryText(labPaths('demo'), ARTICLE))).toEqual({
      vip: '192.168.168.12',
      directors: [
        { name: 'dr1', address: '192.168.168.100' },
        { name: 'dr2', address: '192.168.168.107' },
      ],
      real_servers: [
        { name: 'rs1', address: '192.168.168.102' },
        { name: 'rs2', address: '192.168.168.103' },
      ],
      client: { name: 'c1', address: '192.168.168.200' },
      web: { package: 'nginx-light', service: 'nginx', demo_page: true },
      packages: { local_mount: { path: '/mnt/Packages', trusted: true } },
      ssh: {
        user: 'root',
        identity_file: '/run/lvsctl-lab/demo/key',
        known_hosts: '/run/lvsctl-lab/demo/known_hosts',
        proxy_command: PROXY,
        connect_timeout: 30,
      },
    });
  });

  it('include an ssh configuration that goes the same way and trusts the same keys only', () => {
    const text = sshConfigText(labPaths('demo'), ARTICLE);
    expect(text).toContain(`  ProxyCommand ${PROXY}\n`);
    expect(text).toContain('  StrictHostKeyChecking yes\n');
    expect(text).toContain('Host rs2\n  HostName 192.168.168.103\n');
  });

  it('include what puts the hosts of any inventory into it, with a client where there is none', () => {
    const overlay = (wish: Parameters<typeof layOut>[0]): unknown => load(overlayText(labPaths('demo'), layOut(wish)));
    const ssh = { lab: 'demo', connect_timeout: 30 };
    expect(overlay(NAT)).toEqual({ ssh });
    expect(overlay(WITHOUT_CLIENT)).toEqual({
      ssh,
      client: { name: 'c1', address: '10.0.0.200', addresses: ['fd00::200'] },
    });
  });

  it('list the hosts with their distributions, their cards and those without packages for the scripts', () => {
    const conf = labConf('demo', layOut(NAT), {
      work: '/run/lab',
      base: 'debian12',
      systems: {
        debian12: { init: 'systemd', root: '/', packages: '/mnt/Packages' },
        rpm: { init: 'sysvinit', root: '/run/d/rpm/root', packages: '/run/d/rpm/packages' },
      },
      disks: [{ folder: '/run/d/rpm', letter: 'e' }],
      distributions: { dr1: 'rpm', rs2: 'rpm' },
      modules: '',
      capabilities: 'all',
      writable: 'yes',
      withoutPackages: ['rs2'],
    });
    expect(conf).toContain(`
MODULES=''
CAPABILITIES=all
WRITABLE=yes
DISK=80%
SEGMENTS='br0 02:fe:00:00:00:00 192.168.168.254/24
br1 02:fe:00:00:00:01 10.0.0.254/24'
DISKS='e /run/d/rpm'
HOSTS='dr1 sysvinit /run/d/rpm/root /run/d/rpm/packages
dr2 systemd / /mnt/Packages
rs1 systemd / /mnt/Packages
rs2 sysvinit /run/d/rpm/root none
c1 systemd / /mnt/Packages'
NICS='dr1 eth0 br0 p0-0 02:00:c0:a8:a8:64 192.168.168.100/24
dr1 eth1 br1 p0-1 02:00:0a:00:00:64 10.0.0.100/24
`);
    expect(conf).toContain("\nROUTES=''\nROUTERS=''\nSERVICES=''\nADDRESSES='192.168.168.100 dr1\n10.0.0.100 dr1\n");
  });

  it('are in a folder named like the lab, which must be a plain word', () => {
    expect(labPaths('t-1').folder).toBe('/run/lvsctl-lab/t-1');
    for (const name of ['', '..', 'a/b', 'A', '-a', '1a', 'a b', 'a'.repeat(21)]) {
      expect(() => labPaths(name), name).toThrow('invalid lab name');
    }
  });
});
