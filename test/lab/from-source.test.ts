import { gzipSync } from 'node:zlib';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keepBuilds } from '../support/kept-builds.ts';
import { type Ended, LAB, ROOT, labUp, lvsctl, onHost, restarted } from '../support/lab.ts';
import { shapedLabBeside } from '../support/lanes.ts';

const NAME = shapedLabBeside(LAB);
const ARTICLE = path.join(ROOT, 'inventories/article-rhel.yml');

const IN_LAB = `ssh: { lab: ${NAME}, connect_timeout: 60 }
`;

// The directors of the article: ipvsadm by rpm from the mount, keepalived from its tarball, scripts of SysV init.
describe('keepalived from source', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'lvsctl-source-'));
  const overlay = path.join(folder, 'lab.yml');
  const run = (verb: string, ...more: readonly string[]): Promise<Ended> =>
    lvsctl([verb, '-i', ARTICLE, '-i', overlay, `--lab=${NAME}`, ...more]);
  /** The article's inventory with another source of keepalived. */
  const withSource = (keepalived: string): Promise<Ended> => {
    const other = path.join(folder, 'article-rhel.yml');
    const text = readFileSync(ARTICLE, 'utf8');
    writeFileSync(other, text.replace(/(^ +keepalived: ).*/m, `$1${keepalived}`));
    return lvsctl(['deploy', '-i', other, '-i', overlay, `--lab=${NAME}`, '--yes']);
  };
  const on = (host: string, script: string): Promise<string> => onHost(host, script, NAME);

  beforeAll(async () => {
    writeFileSync(overlay, IN_LAB);
    await lvsctl(['lab', 'down', '--name', NAME]);
    await labUp(NAME, ARTICLE, '--distro', 'directors=rpm,real_servers=rpm');
  }, 900_000);
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await lvsctl(['lab', 'down', '--name', NAME]);
  });

  it('is not built from another file, and nothing changes then', async () => {
    const mounted = '/mnt/Packages/keepalived-2.2.7.tar.gz';
    const { output, exitCode } = await withSource(`{ mounted: ${mounted}, sha256: ${'0'.repeat(64)} }`);
    expect(output).toContain(`${mounted} has another digest than the inventory says`);
    expect(exitCode).toBe(1);
    writeFileSync(path.join(folder, 'keepalived-2.2.7.tar.gz'), gzipSync('no archive'));
    const broken = await withSource('keepalived-2.2.7.tar.gz');
    expect(broken.output).toMatch(/dr1: keepalived 2\.2\.7 cannot be built: the tarball does not hold one folder/);
    expect(await on('dr1', 'ls /etc/keepalived /var/tmp 2>&1; command -v keepalived || echo none')).toMatch(/none$/);
  });

  it('is built once, and runs on both directors', async () => {
    const { output, exitCode } = await run('deploy', '--yes');
    expect(output).toContain('checks passed');
    expect(exitCode).toBe(0);
    expect(output.match(/keepalived 2\.2\.7: make/g)).toHaveLength(1);
    await keepBuilds('dr1', NAME);
    expect((await run('deploy', '--yes')).stdout).toContain('No changes.');
    const sum = 'sha256sum /usr/local/sbin/keepalived; rpm -q keepalived gcc ipvsadm | sed "s/-[0-9].*//"';
    const [first, second] = await Promise.all(['dr1', 'dr2'].map((name) => on(name, sum)));
    expect(first).toMatch(/package keepalived is not installed\ngcc\nipvsadm$/);
    expect(second).toMatch(/package keepalived is not installed\npackage gcc is not installed\nipvsadm$/);
    expect(first?.split('\n')[0]).toBe(second?.split('\n')[0]);
  });

  it('is put back where a file of it changes, and starts again', async () => {
    await on('dr2', 'cd /usr/local/sbin && cp keepalived other && echo >> other && mv other keepalived');
    const { output, exitCode } = await run('deploy', '--yes');
    expect(output).toContain('changed or missing: /usr/local/sbin/keepalived');
    expect(output).toContain('checks passed');
    expect(exitCode).toBe(0);
  });

  it('survives a cut cable, and a restart of all hosts', async () => {
    const { output, exitCode } = await run('failover-test', '--yes', '--fault', 'cable', '--cut', '1');
    expect(exitCode, output).toBe(0);
    await Promise.all(['dr1', 'dr2', 'rs1', 'rs2'].map((name) => restarted(name, NAME)));
    const verified = await run('verify', '--wait', '120');
    expect(verified.exitCode, verified.output).toBe(0);
    expect((await run('plan')).stdout).toContain('No changes.');
  });

  it('is as before lvsctl after a reset, the compiler included', async () => {
    const { output, exitCode } = await run('reset', '--yes');
    expect(output).toContain('Observed again: the hosts are as before lvsctl.');
    expect(exitCode).toBe(0);
    const traces = `rpm -q gcc make ipvsadm httpd | grep -v 'is not installed' || :
ls -d /usr/local/sbin/* /etc/init.d/lvs-* /etc/init.d/keepalived /etc/rc?.d/*keepalived /var/lib/lvs* 2>/dev/null || :
ip -o addr show | grep -F 192.168.168.12/ || :`;
    for (const name of ['dr1', 'dr2', 'rs1', 'rs2']) expect(await on(name, traces), name).toBe('');
  });
});
