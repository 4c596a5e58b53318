import { rmSync, writeFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restoreBuilds } from '../support/kept-builds.ts';
import { type Ended, LAB, labUp, lvsctl, onHost, restarted } from '../support/lab.ts';
import { shapedLabBeside } from '../support/lanes.ts';

const MIXED = shapedLabBeside(LAB);

/**
 * Each init system of the lab, and four keepalived: 2.2.7 from source and as a package, 2.3 of a newer Debian, and the
 * agent. Every image has to be built on a new machine, which takes a minute each.
 */
const DISTRIBUTIONS = {
  dr1: 'rpm',
  dr2: 'openrc',
  dr3: 'busybox',
  dr4: 'debian13',
  rs1: 'openrc',
  rs2: 'rpm',
} as const;
const HOSTS = Object.keys(DISTRIBUTIONS);

/** The director with the tools of busybox is the master, and the one with rpm takes over from it. */
const INVENTORY = `name: mixed
network: 192.168.168.0/24
ssh: { lab: ${MIXED}, connect_timeout: 60 }
directors:
${['dr1', 'dr2', 'dr3', 'dr4']
  .map(
    (name, at) => `  - { name: ${name}, address: 192.168.168.11${at}, priority: ${name === 'dr3' ? 254 : 250 - at} }`,
  )
  .join('\n')}
real_servers:
  - { name: rs1, address: 192.168.168.102 }
  - { name: rs2, address: 192.168.168.103 }
client: { name: c1, address: 192.168.168.200 }
vip: 192.168.168.12
packages:
  local_mount: { path: /mnt/Packages, trusted: true }
  source: { keepalived: { mounted: /mnt/Packages/keepalived-2.2.7.tar.gz }, build_on: dr1 }
  from: [source, local_mount, agent]
web: { package: nginx-light, service: nginx, demo_page: true }
`;

interface Report {
  readonly scenarios: readonly { readonly fault: string; readonly state: string; readonly recovered: boolean }[];
}

describe('a cluster of hosts of many distributions', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'lvsctl-mixed-'));
  const inventory = path.join(folder, 'mixed.yml');
  const on = (name: string, script: string): Promise<string> => onHost(name, script, MIXED);
  const run = (verb: string, ...more: readonly string[]): Promise<Ended> =>
    lvsctl([verb, '-i', inventory, `--lab=${MIXED}`, ...more]);

  beforeAll(async () => {
    writeFileSync(inventory, INVENTORY);
    const distro = Object.entries(DISTRIBUTIONS).map(([name, id]) => `${name}=${id}`);
    await lvsctl(['lab', 'down', '--name', MIXED]);
    await labUp(MIXED, inventory, '--distro', distro.join(','));
    await restoreBuilds('dr1', MIXED);
  }, 900_000);
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await lvsctl(['lab', 'down', '--name', MIXED]);
  });

  it('has the distribution of each host, and is up for no other choice', async () => {
    const { stdout } = await lvsctl(['lab', 'status', '--name', MIXED]);
    for (const [name, id] of Object.entries(DISTRIBUTIONS))
      expect(stdout).toMatch(new RegExp(`${name} +192\\S+ +${id} +answers`));
    const other = await lvsctl(['lab', 'up', inventory, '--name', MIXED, '--distro', 'dr2=rpm']);
    expect(other.stderr).toContain('with other distributions');
    expect(await on('dr1', 'rpm -q lab-base; command -v apt-get dpkg systemctl || :; readlink /proc/1/exe')).toBe(
      'lab-base-1-1.noarch\n/usr/sbin/init',
    );
  });

  it('is verified after the first deploy, and has nothing to change in a second', async () => {
    const { output, exitCode } = await run('deploy', '--yes');
    expect(output).toContain('checks passed');
    expect(exitCode).toBe(0);
    expect(output).toContain('dr3: engine agent (the host has no supported package manager)');
    expect((await run('deploy', '--yes')).stdout).toContain('No changes.');
  });

  it('has a keepalived of each kind, with the same configuration but for names and priorities', async () => {
    const version = async (name: string) =>
      /v(\d+\.\d+)/.exec(await on(name, 'keepalived --version 2>&1 | head -n 1'))?.[1];
    expect(await Promise.all(['dr1', 'dr2', 'dr4'].map(version))).toEqual(['2.2', '2.2', '2.3']);
    expect(await on('dr1', 'command -v keepalived; rpm -q keepalived || :')).toBe(
      '/usr/local/sbin/keepalived\npackage keepalived is not installed',
    );
    const common = 'grep -vE "router_id|priority|state|interface|dr[1-4]" /etc/keepalived/keepalived.conf';
    const [first, ...others] = await Promise.all(['dr1', 'dr2', 'dr3', 'dr4'].map((name) => on(name, common)));
    expect(first).toContain('virtual_server 192.168.168.12 80');
    expect(others).toEqual([first, first, first]);
  });

  // The web server is one of a host with OpenRC.
  it('survives every fault', async () => {
    const faults = ['daemon', 'cable', 'web'];
    const { output, stdout } = await run('failover-test', '--yes', '--json', '--rate', '20', '--cut', '1');
    const { report } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { readonly report: Report };
    expect(
      report.scenarios.map(({ fault, state, recovered }) => ({ fault, state, recovered })),
      output,
    ).toEqual(faults.map((fault) => ({ fault, state: 'measured', recovered: true })));
  });

  it('is the same after all hosts were restarted at once', async () => {
    await Promise.all(HOSTS.map((name) => restarted(name, MIXED)));
    const { output, exitCode } = await run('verify', '--wait', '120');
    expect(output).toContain('checks passed');
    expect(exitCode).toBe(0);
    expect((await run('plan')).stdout).toContain('No changes.');
  });

  it('starts web servers after the virtual address', async () => {
    expect(await on('rs2', 'cd /etc/rc2.d && ls | grep -E "lvs-dr|nginx"')).toMatch(/^S01lvs-dr\nS0[2-9]nginx$/);
    // OpenRC has the states of services in files that it makes when they start.
    expect(await on('rs1', 'cd /run/openrc/started && stat -c %Z lvs-dr nginx | sort -c && ls lvs-dr nginx')).toBe(
      'lvs-dr\nnginx',
    );
  });

  it('refuses a host whose init system it does not find, unless the inventory names it', async () => {
    await on('dr1', 'mv /usr/sbin/update-rc.d /usr/sbin/update-rc.d.hidden');
    try {
      const { output, exitCode } = await run('deploy', '--yes');
      expect(output).toContain("dr1: rpm and sysvinit on Debian's files has no supported init system");
      expect(exitCode).not.toBe(0);
      const named = INVENTORY.replace('name: dr1,', 'name: dr1, platform: { init: sysvinit },');
      writeFileSync(inventory, named);
      expect((await run('deploy', '--yes')).stdout).toContain('No changes.');
    } finally {
      await on('dr1', 'mv /usr/sbin/update-rc.d.hidden /usr/sbin/update-rc.d');
    }
  });

  it('is as before lvsctl after a reset', async () => {
    const traces = `ls -d /etc/init.d/lvs-* /etc/rc?.d/*lvs* /etc/runlevels/*/lvs-* /usr/local/sbin/lvs* /etc/sysctl.d/*lvsctl* /var/lib/lvs* 2>/dev/null || :
command -v keepalived ipvsadm || :
cat /proc/sys/net/ipv4/conf/all/arp_ignore
ip -o addr show | grep -F 192.168.168.12/ || :`;
    const { output, exitCode } = await run('reset', '--yes');
    expect(output).toContain('Observed again: the hosts are as before lvsctl.');
    expect(exitCode).toBe(0);
    expect(await Promise.all(HOSTS.map((name) => on(name, traces)))).toEqual(HOSTS.map(() => '0'));
  });
});
