import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { layOut, type Wish } from '../../src/lab/lay-out.ts';
import { labDown, labUp } from '../../src/lab/lab.ts';
import { labPaths } from '../../src/lab/paths.ts';
import { LAB, lvsctl, onHost, restarted } from '../support/lab.ts';
import { shapedLabBeside } from '../support/lanes.ts';
import { DUAL_STACK, NAT, TUN } from '../unit/lab/wishes.ts';

const SHAPED = shapedLabBeside(LAB);

/** A documentation address (RFC 5737, RFC 3849), which no lab has. */
const OUTSIDE = { 4: '192.0.2.1', 6: '2001:db8::1' };

interface Shape {
  readonly name: string;
  readonly wish: Wish;
  /** From a host to an address, and whether it gets there. */
  readonly reached: readonly (readonly [string, string, boolean])[];
}

const SHAPES: readonly Shape[] = [
  {
    name: 'NAT: directors between two segments',
    wish: NAT,
    reached: [
      ['c1', '192.168.168.100', true],
      ['dr1', '10.0.0.102', true],
      ['rs1', '10.0.0.100', true],
      ['rs1', '10.0.0.103', true],
      ['c1', '10.0.0.102', false],
      ['rs1', '192.168.168.200', false],
    ],
  },
  {
    name: 'TUN: real servers in segments of their own, with a router between',
    wish: TUN,
    reached: [
      ['c1', '192.168.168.100', true],
      ['dr1', '10.1.0.102', true],
      ['dr1', '10.2.0.103', true],
      ['rs1', '192.168.168.200', true],
      ['rs1', '10.2.0.103', true],
    ],
  },
  {
    name: 'both families in two segments, with a host that is director and real server',
    wish: DUAL_STACK,
    reached: [
      ['c1', 'fd00::100', true],
      ['rs1', 'fd00:1::100', true],
      ['c1', 'fd00:1::102', false],
      ['c1', '10.0.0.102', false],
    ],
  },
];

/** The devices, addresses and routes of this machine, which no lab changes. */
function ownNetwork(): string {
  const show = (...args: readonly string[]): string => execFileSync('ip', args, { encoding: 'utf8' });
  return show('-br', 'link') + show('-br', 'address') + show('-4', 'route') + show('-6', 'route');
}

describe.each(SHAPES)('a lab for $name', ({ wish, reached }) => {
  const topology = layOut(wish);
  const hosts = topology.hosts.map(({ name }) => name);
  const on = (host: string, script: string): Promise<string> => onHost(host, script, SHAPED);

  let before = '';

  beforeAll(async () => {
    await labDown(SHAPED, () => undefined);
    before = ownNetwork();
    const report = (): void => undefined;
    await labUp({ name: SHAPED, kernel: 'auto', install: true, topology }, report, new AbortController().signal);
  });
  afterAll(() => labDown(SHAPED, () => undefined));

  it('has every address at once, and a name for each', async () => {
    for (const { name, nics } of topology.hosts) {
      const seen = await on(name, 'ip -o address show scope global; cat /etc/hosts');
      expect(seen).not.toContain('tentative');
      for (const { name: device, addresses } of nics)
        for (const address of addresses) expect(seen).toMatch(new RegExp(`${device} +inet6? ${address} `));
    }
    expect(await on('dr1', 'getent hosts rs1')).toContain('rs1');
  });

  it.each(reached)('%s to %s: %s', async (from, to, expected) => {
    expect(await on(from, `ping -n -q -c 1 -W 2 ${to} >/dev/null 2>&1 && echo true || echo false`)).toBe(
      String(expected),
    );
  });

  it('lets nothing out: no default route, a control namespace that does not forward, an unchanged machine', async () => {
    for (const host of hosts) {
      expect(await on(host, 'ip -4 route show default; ip -6 route show default')).toBe('');
      for (const address of Object.values(OUTSIDE))
        expect(await on(host, `ip route get ${address} 2>&1 || :`)).toContain('unreachable');
    }
    const control = (script: string): string =>
      execFileSync('nsenter', [`--net=${labPaths(SHAPED).controlNamespace}`, 'sh', '-c', script], { encoding: 'utf8' });
    expect(control('ip -4 route show default; ip -6 route show default')).toBe('');
    expect(control('cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding')).toBe('0\n0\n');
    expect(ownNetwork()).toBe(before);
  });

  if (wish !== TUN) return;

  it('has the routes of a host after a reboot, and a router that forwards', async () => {
    await restarted('router', SHAPED);
    await restarted('rs1', SHAPED);
    expect(await onHost('rs1', 'ping -n -q -c 1 -W 2 192.168.168.200 >/dev/null && echo reached', SHAPED)).toBe(
      'reached',
    );
  });

  it('is left by `lab up` without an inventory, and not replaced by other hosts', async () => {
    const again = await lvsctl(['lab', 'up', '--name', SHAPED]);
    expect(again.stdout).toContain('already up');
    expect(again.exitCode).toBe(0);
    const other = await lvsctl(['lab', 'up', '--name', SHAPED, 'inventories/article.yml']);
    expect(other.stderr).toContain('with other hosts or networks');
    expect(other.stderr).toContain(`lvsctl lab down --name ${SHAPED}`);
    expect(other.exitCode).toBe(1);
  });
});
