import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { useLabOf } from './use-lab.ts';

const folder = mkdtempSync(join(tmpdir(), 'lvsctl-changes-'));
const file = join(folder, 'cluster.yml');
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const BASE = `vip: [192.168.168.12]
directors:
  - {name: dr1, address: 192.168.168.100, addresses: "fd00:168::100"}
  - {name: dr2, address: 192.168.168.107, addresses: "fd00:168::107"}
real_servers:
  - {name: rs1, address: 192.168.168.102, addresses: "fd00:168::102"}
  - {name: rs2, address: 192.168.168.103, addresses: "fd00:168::103"}
  - {name: rs3, address: 192.168.168.104, addresses: "fd00:168::104"}
client: {name: c1, address: 192.168.168.200, addresses: "fd00:168::200"}
vrrp_instance: {virtual_router_id: 51}
pools: {web: {members: [rs1, rs2]}}
virtual_servers:
  - {vip: 192.168.168.12, port: 80, pool: web}
web: {package: nginx-light, demo_page: true}
`;
writeFileSync(file, BASE);

/** What an administrator adds, and removes again. The real servers of the lab have a sshd for the second service. */
const CHANGES: readonly (readonly [what: string, more: (text: string) => string])[] = [
  ['a virtual server', (text) => text.replace(/^web:/m, '  - {vip: 192.168.168.12, port: 22, pool: web}\nweb:')],
  ['a real server', (text) => text.replace('[rs1, rs2]', '[rs1, rs2, rs3]')],
  [
    'a VIP',
    (text) =>
      text
        .replace('[192.168.168.12]', '[192.168.168.12, 192.168.168.13]')
        .replace(/^web:/m, '  - {vip: 192.168.168.13, port: 80, pool: web}\nweb:'),
  ],
  [
    'the other family',
    (text) =>
      text
        .replace('[192.168.168.12]', '[192.168.168.12, "fd00:168::12"]')
        .replace(/^web:/m, '  - {vip: "fd00:168::12", port: 80, pool: web}\nweb:'),
  ],
];

describe('a change under requests', () => {
  const { lvsctl, on } = useLabOf(file);

  /** Deploys while the client sends 20 requests a second; those that were not answered. */
  const lostDuring = async (text: string) => {
    writeFileSync(file, text);
    await on('c1', 'rm -f /tmp/stop /tmp/load');
    const load = on(
      'c1',
      `n=0; while [ ! -e /tmp/stop ] && [ $n -lt 3000 ]; do n=$((n + 1)); { curl -s -m 3 -o /dev/null http://192.168.168.12/ || echo "failed $?"; echo sent; } >>/tmp/load & sleep 0.05; done; wait; grep failed /tmp/load | sort | uniq -c; grep -c sent /tmp/load`,
    );
    const { exitCode, output } = await lvsctl('deploy', '--yes', '--allow-removals');
    await on('c1', 'touch /tmp/stop');
    const lines = (await load).trim().split('\n');
    expect(Number(lines.at(-1))).toBeGreaterThan(50);
    return { exitCode, verified: output.includes('checks passed'), lost: lines.slice(0, -1) };
  };

  it('begins with a verified cluster', async () => {
    const { output, exitCode } = await lvsctl('deploy', '--yes');
    expect(output).toContain('checks passed');
    expect(exitCode).toBe(0);
  });

  it.each(CHANGES)('adds and removes %s without losing a request', async (_, more) => {
    const kept = { exitCode: 0, verified: true, lost: [] };
    expect(await lostDuring(more(BASE))).toEqual(kept);
    expect(await lostDuring(BASE)).toEqual(kept);
    expect((await lvsctl('plan')).stdout).toContain('No changes.');
  });
});
