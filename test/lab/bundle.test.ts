import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LAB, labUp, lvsctl, onHost, startLvsctl } from '../support/lab.ts';
import { shapedLabBeside } from '../support/lanes.ts';

const NAME = shapedLabBeside(LAB);

const INVENTORY = `vip: 192.168.168.12
directors: [{name: dr1, address: 192.168.168.100}]
real_servers: [{name: rs1, address: 192.168.168.102}]
web: {package: nginx-light, service: nginx, demo_page: true}
packages: {bundle: cluster.bundle}
`;

// The hosts have neither network nor a folder of packages.
describe('a bundle', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'lvsctl-bundle-lab-'));
  const inventory = path.join(folder, 'inventory.yml');
  const deploy = ['deploy', inventory, `--lab=${NAME}`, '--yes'];

  beforeAll(async () => {
    writeFileSync(inventory, INVENTORY);
    await lvsctl(['lab', 'down', '--name', NAME]);
    const { exitCode, output } = await lvsctl(['bundle', inventory]);
    expect(exitCode, output).toBe(0);
    await labUp(NAME, inventory, '--without-packages', 'dr1,rs1');
  });
  afterAll(async () => {
    await lvsctl(['lab', 'down', '--name', NAME]);
    rmSync(folder, { recursive: true });
  });

  it('is shown with its platform', async () => {
    const { stdout } = await lvsctl(['bundle', '--list', path.join(folder, 'cluster.bundle')]);
    expect(stdout).toMatch(/debian-\d+-x86_64 \(deb\): ipvsadm, keepalived, nginx-light/);
  });

  it('builds a cluster, and goes on where a run was killed that sent it', async () => {
    const planned = await lvsctl(['plan', inventory, `--lab=${NAME}`]);
    expect(planned.stdout).toMatch(/from: cluster\.bundle, \d+ files, [\d.]+ MB\n +to send: [\d.]+ MB/);
    const killed = startLvsctl(deploy);
    await killed.seen(/dr1: [\d.]+ MB of [\d.]+ MB sent/);
    killed.signal('SIGKILL');
    await killed.ended;
    const files = '/var/lib/lvsctl/bundle/files';
    const arrived = await onHost('dr1', `cd ${files} && stat -c '%n %i' * | grep -v part`, NAME);
    expect(arrived).not.toBe('');
    expect(await onHost('dr1', 'command -v keepalived || echo none', NAME)).toBe('none');
    const { exitCode, output } = await lvsctl(deploy);
    expect(exitCode, output).toBe(0);
    // What had arrived is the same file still.
    const now = (await onHost('dr1', `cd ${files} && stat -c '%n %i' *`, NAME)).split('\n');
    for (const file of arrived.split('\n')) expect(now).toContain(file);
    expect((await lvsctl(['plan', inventory, `--lab=${NAME}`])).exitCode).toBe(0);
  });
});
