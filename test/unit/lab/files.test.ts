import { describe, expect, it } from 'vitest';
import { load } from 'js-yaml';
import { inventoryText, sshConfigText } from '../../../src/lab/connection.ts';
import { labPaths } from '../../../src/lab/paths.ts';
import { labConf } from '../../../src/lab/seed.ts';

const PROXY = 'nsenter --net=/run/lvsctl-lab/demo/net/control busybox nc %h %p';

describe('the files of a lab', () => {
  it('include an inventory that is ready to use, and useless without its proxy command', () => {
    expect(load(inventoryText(labPaths('demo')))).toEqual({
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
      packages: { local_mount: '/mnt/Packages' },
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
    const text = sshConfigText(labPaths('demo'));
    expect(text).toContain(`  ProxyCommand ${PROXY}\n`);
    expect(text).toContain('  StrictHostKeyChecking yes\n');
    expect(text).toContain('Host rs2\n  HostName 192.168.168.103\n');
  });

  it('list the hosts and those without packages for the scripts', () => {
    const conf = labConf('demo', {
      work: '/run/lab',
      lower: '/',
      packages: '/mnt/Packages',
      modules: '',
      capabilities: 'all',
      writable: 'yes',
      withoutPackages: ['rs2'],
    });
    expect(conf).toContain("HOSTS='dr1 192.168.168.100 /mnt/Packages\n");
    expect(conf).toContain('\nrs2 192.168.168.103 none\n');
    expect(conf).toContain("MODULES=''\n");
    expect(conf).toContain('CONTROL=192.168.168.1\n');
  });

  it('are in a folder named like the lab, which must be a plain word', () => {
    expect(labPaths('t-1').folder).toBe('/run/lvsctl-lab/t-1');
    for (const name of ['', '..', 'a/b', 'A', '-a', '1a', 'a b', 'a'.repeat(21)]) {
      expect(() => labPaths(name), name).toThrow('cannot be the name of a lab');
    }
  });
});
