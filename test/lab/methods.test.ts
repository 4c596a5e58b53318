import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ROOT } from '../support/lab.ts';
import { useLabOf } from './use-lab.ts';

/** A cluster goes from one forwarding method to another, and hosts keep nothing of the former one. */

const folder = mkdtempSync(path.join(tmpdir(), 'lvsctl-methods-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Method {
  readonly name: string;
  /** Methods of the virtual servers of IPv4 and of IPv6. */
  readonly kinds: readonly [string, string];
  readonly settings: string;
  /** Scripts on real servers and on directors. */
  readonly scripts: readonly [string, string];
}

const GATEWAYS = "nat: {gateway: [192.168.168.1, 'fd00:168::1'], way_back: source_route}";

const METHODS: readonly Method[] = [
  { name: 'direct routing', kinds: ['DR', 'DR'], settings: '', scripts: ['lvs.dr.sh', ''] },
  { name: 'ipip', kinds: ['TUN', 'TUN'], settings: '', scripts: ['lvs.tun.sh', ''] },
  { name: 'gue', kinds: ['TUN', 'TUN'], settings: 'tun: {type: gue}', scripts: ['lvs.tun.sh', ''] },
  { name: 'NAT', kinds: ['NAT', 'NAT'], settings: GATEWAYS, scripts: ['lvs.nat.sh', 'lvs.nat.sh'] },
  {
    name: 'direct routing beside NAT',
    kinds: ['DR', 'NAT'],
    settings: GATEWAYS,
    scripts: ['lvs.dr.sh lvs.nat.sh', 'lvs.nat.sh'],
  },
  { name: 'direct routing again', kinds: ['DR', 'DR'], settings: '', scripts: ['lvs.dr.sh', ''] },
];

const VIPS = ['192.168.168.12', 'fd00:168::12'];

function overlay({ name, kinds, settings }: Method): string {
  const file = path.join(folder, `${name.replaceAll(' ', '-')}.yml`);
  const servers = VIPS.map((vip, index) => `  - {vip: '${vip}', lb_kind: ${kinds[index] ?? ''}}\n`).join('');
  writeFileSync(file, `virtual_servers:\n${servers}${settings}\n`);
  return file;
}

/** All that a method changes, but for what its presence adds. */
const FORMER = `cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding /proc/sys/net/ipv4/conf/all/send_redirects
ip rule show | grep -c 71[67]; ip -6 rule show | grep -c 71[67]; ip -br link show | grep -c lvs-tun; ip route show; ls /var/lib | grep lvs.nat; true`;

describe('a cluster that changes its method', () => {
  const { lvsctl, on } = useLabOf(path.join(ROOT, 'test/fixtures/inventories/methods.yml'));
  const before = new Map<string, string>();

  it.each(METHODS)('to $name answers both families and keeps nothing else', async (method) => {
    const file = overlay(method);
    if (before.size === 0) for (const host of ['dr1', 'rs1']) before.set(host, await on(host, FORMER));
    const first = await lvsctl('deploy', '--yes', '--allow-removals', '-i', file);
    expect(first.output).toContain('checks passed');
    expect(first.exitCode).toBe(0);
    for (const vip of ['192.168.168.12', '[fd00:168::12]']) {
      const pages = await on('c1', `for i in 1 2 3 4; do curl -g -s -m 5 http://${vip}/; done`);
      for (const name of ['rs1', 'rs2']) expect(pages).toContain(`<h1>${name}</h1>`);
    }
    const scripts = 'cd /usr/local/sbin && ls lvs.*.sh 2>/dev/null | tr "\\n" " "';
    expect((await on('rs1', scripts)).trim()).toBe(method.scripts[0]);
    expect((await on('dr1', scripts)).trim()).toBe(method.scripts[1]);
    if (method.kinds.every((kind) => kind === 'DR'))
      for (const [host, former] of before) expect(await on(host, FORMER)).toBe(former);
  });
});
