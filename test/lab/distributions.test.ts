import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labDown, labUp } from '../../src/lab/lab.ts';
import { layOut } from '../../src/lab/lay-out.ts';
import { LAB, lvsctl, onHost, restarted } from '../support/lab.ts';
import { shapedLabBeside } from '../support/lanes.ts';

const MIXED = shapedLabBeside(LAB);

const host = (name: string, address: string): Parameters<typeof layOut>[0]['hosts'][number] => ({
  name,
  addresses: [address],
  roles: ['director'],
  interfaces: [],
  services: [],
});

describe('a lab with hosts of two distributions', () => {
  const on = (name: string, script: string): Promise<string> => onHost(name, script, MIXED);

  beforeAll(async () => {
    const topology = layOut({
      networks: [{ name: 'lan', cidr: '192.168.168.0/24' }],
      hosts: [host('dr1', '192.168.168.100'), host('dr2', '192.168.168.107')],
      reach: [],
      vips: [],
      reserved: [],
      added: [],
    });
    await labDown(MIXED, () => undefined);
    await labUp(
      { name: MIXED, kernel: 'auto', install: true, topology, distro: [{ hosts: 'dr1', distribution: 'rpm' }] },
      () => undefined,
      new AbortController().signal,
    );
  });
  afterAll(() => labDown(MIXED, () => undefined));

  it('names the distribution of each host, and is up for no other choice', async () => {
    const { stdout } = await lvsctl(['lab', 'status', '--name', MIXED]);
    expect(stdout).toMatch(/dr1 +192\.168\.168\.100 +rpm +answers/);
    expect(stdout).toMatch(/dr2 +192\.168\.168\.107 +debian\S+ +answers/);
    const other = await lvsctl(['lab', 'up', '--name', MIXED, '--distro', 'dr2=rpm']);
    expect(other.stderr).toContain('with other distributions');
  });

  it('has the tools of each, and nothing of the other', async () => {
    expect(await on('dr1', 'rpm -q lab-base; command -v apt-get dpkg systemctl || :; readlink /proc/1/exe')).toBe(
      'lab-base-1-1.noarch\n/usr/sbin/init',
    );
    expect(await on('dr2', 'command -v rpm || :; test -d /run/systemd/system && echo systemd')).toBe('systemd');
  });

  it('installs packages of its format with what they need', async () => {
    expect(await on('dr1', 'dnf -q -y install keepalived >/dev/null 2>&1; rpm -q --qf "%{NAME}\n" keepalived')).toBe(
      'keepalived',
    );
    expect(await on('dr1', 'ldd /usr/sbin/keepalived | grep -c "not found"; service keepalived status || :')).toBe(
      '0\nkeepalived is stopped',
    );
    expect(await on('dr1', 'ls /mnt/Packages | grep -c "^keepalived.*\\.tar\\."')).toBe('1');
  });

  it('keeps its files and its services over a reboot', async () => {
    await on('dr1', 'update-rc.d keepalived enable; touch /root/kept');
    await restarted('dr1', MIXED);
    expect(await on('dr1', 'ls /root/kept; ls /etc/rc2.d | grep -c "^S.*keepalived"')).toBe('/root/kept\n1');
  });
});
