import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ARTICLE, LAB, lvsctl, onHost } from '../support/lab.ts';
import { useCluster } from './use-lab.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'adopt-'));

describe('a cluster that lvsctl finds', () => {
  useCluster();

  it('is adopted over SSH: nothing but the text of files would change', async () => {
    const inventory = path.join(folder, 'adopted.yml');
    const hosts = ['192.168.168.100', '192.168.168.107'];
    const { stdout } = await lvsctl(['adopt', ...hosts, '-o', inventory, '--lab', LAB]);
    expect(stdout).toContain('It renders the configuration that was adopted.');
    expect(readFileSync(inventory, 'utf8')).toContain('- { name: dr1, address: 192.168.168.100,');
    const changes = stdout.split('\n').filter((line) => /^\s+[~+-] /.test(line));
    expect(changes.filter((line) => !/keepalived\.(?:conf|service)|! nat_mask/.test(line))).toEqual([]);
  });

  it('loses services that no inventory has, on request only', async () => {
    await onHost('dr1', 'ipvsadm -A -t 192.168.168.12:443 -s rr');
    expect((await lvsctl(['verify', ...ARTICLE])).stdout).toContain('--flush-unmanaged');
    expect((await lvsctl(['deploy', ...ARTICLE, '--yes', '--no-verify'])).stdout).toContain('No changes.');
    const { stdout } = await lvsctl(['deploy', ...ARTICLE, '--yes', '--flush-unmanaged']);
    expect(stdout).toContain('192.168.168.12:443');
    expect(await onHost('dr1', 'ipvsadm -Sn')).not.toContain('192.168.168.12:443');
  });

  it('gets the table back that was saved', async () => {
    const tables = path.join(folder, 'tables');
    await lvsctl(['table', 'save', ...ARTICLE, '-o', tables]);
    const saved = readFileSync(path.join(tables, 'dr2.ipvs'), 'utf8');
    expect(saved).toContain('-a -t 192.168.168.12:80 -r 192.168.168.102:80 -g -w 1');
    await onHost(
      'dr2',
      'ipvsadm -e -t 192.168.168.12:80 -r 192.168.168.102:80 -g -w 7; ipvsadm -A -u 10.0.0.1:53 -s rr',
    );
    const { stdout } = await lvsctl(['table', 'restore', tables, ...ARTICLE, '--yes']);
    expect(stdout).toContain('2 changes made.');
    expect(await onHost('dr2', 'ipvsadm -Sn')).toBe(saved.trim());
    writeFileSync(path.join(tables, 'dr1.ipvs'), '-D -t 192.168.168.12:80\n');
    const refused = await lvsctl(['table', 'restore', tables, ...ARTICLE, '--yes']);
    expect(refused.stderr).toContain('dr1.ipvs, line 1:');
  });
});
