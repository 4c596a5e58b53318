import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Segment } from './segment.ts';

export interface FrrRouter {
  readonly version: 2 | 3;
  readonly vrid: number;
  readonly priority: number;
  /** milliseconds, in steps of ten */
  readonly advertMs: number;
  readonly addresses: readonly string[];
  readonly preempt?: boolean;
}

/**
 * Runs FRR's zebra and vrrpd on a host of a segment. Its virtual router lives on a macvlan with the virtual MAC that
 * holds the addresses, and vrrpd takes that interface up and down.
 */
export async function startFrr(
  segment: Segment,
  host: string,
  router: FrrRouter,
): Promise<{ readonly show: () => string; readonly holds: (address: string) => boolean }> {
  const folder = path.join(segment.folder, `frr-${host}`);
  mkdirSync(folder, { mode: 0o755 });
  const [uid = 0, gid = 0] = ['-u', '-g'].map((flag) =>
    Number(execFileSync('id', [flag, 'frr'], { encoding: 'utf8' })),
  );
  // Both daemons drop to this user before they create their sockets.
  for (const name of [segment.folder, folder]) chownSync(name, uid, gid);
  for (const family of [4, 6] as const) {
    const own = router.addresses.filter((address) => address.includes(':') === (family === 6));
    if (own.length === 0) continue;
    const name = `vr${family}-${router.vrid}`;
    const mac = `00:00:5e:00:0${family === 4 ? 1 : 2}:${router.vrid.toString(16).padStart(2, '0')}`;
    const ip = (...argv: readonly string[]): unknown => segment.run(host, 'ip', ...argv);
    ip('link', 'add', name, 'link', 'eth0', 'type', 'macvlan', 'mode', 'bridge');
    ip('link', 'set', 'dev', name, 'address', mac);
    // A link-local address derived from the virtual MAC would be the same on every router.
    ip('link', 'set', 'dev', name, 'addrgenmode', 'random');
    for (const address of own) ip('addr', 'add', `${address}/${family === 4 ? 24 : 64}`, 'dev', name);
    ip('link', 'set', 'dev', name, 'up');
  }
  const common = ['--vty_socket', folder, '-z', path.join(folder, 'zserv'), '-P', '0', '--log', 'stdout'];
  segment.start(host, '/usr/lib/frr/zebra', '-f', '/dev/null', '-i', path.join(folder, 'zebra.pid'), ...common);
  segment.start(host, '/usr/lib/frr/vrrpd', '-f', '/dev/null', '-i', path.join(folder, 'vrrpd.pid'), ...common);
  const vtysh = (...lines: readonly string[]): string =>
    segment.run(host, 'vtysh', '--vty_socket', folder, ...lines.flatMap((line) => ['-c', line])).stdout;
  // vrrpd looks up its macvlan when configured, possibly before it has been notified of the interface.
  const attached = (): boolean =>
    router.addresses.every((address) =>
      vtysh('show vrrp').includes(`vr${address.includes(':') ? 6 : 4}-${router.vrid}`),
    );
  for (let i = 0; i < 20 && !attached(); i += 1) {
    await sleep(400);
    vtysh('configure terminal', 'interface eth0', `no vrrp ${router.vrid}`);
    vtysh('configure terminal', ...configuration(router));
  }
  return {
    show: () => vtysh('show vrrp'),
    // A backup keeps the address on an interface without carrier (protodown).
    holds: (address) =>
      /,UP,LOWER_UP/.test(
        segment.run(host, 'ip', '-o', 'link', 'show', 'dev', `vr${address.includes(':') ? 6 : 4}-${router.vrid}`)
          .stdout,
      ),
  };
}

function configuration({ version, vrid, priority, advertMs, addresses, preempt }: FrrRouter): readonly string[] {
  const own = (line: string): string => ` vrrp ${vrid} ${line}`;
  return [
    'interface eth0',
    own(`version ${version}`),
    own(`priority ${priority}`),
    own(`advertisement-interval ${advertMs}`),
    ...(preempt === false ? [` no vrrp ${vrid} preempt`] : []),
    ...addresses.map((address) => own(`${address.includes(':') ? 'ipv6' : 'ip'} ${address}`)),
  ];
}
