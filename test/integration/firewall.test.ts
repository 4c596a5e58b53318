import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FIREWALL_PROBE, parseFirewall } from '../../src/observe/firewall.ts';
import { firewallFile, printedRules } from '../support/firewall-rules.ts';
import { has, root } from '../support/script-namespace.ts';

const NAMES = [
  'workstation.nft',
  'made-for-it.nft',
  'only-some-clients.nft',
  'invalid.nft',
  'server.iptables',
  'chains.iptables',
  'sends-little.nft',
  'sends-little.iptables',
] as const;

/** What the probe prints where these rules are loaded. */
function probed(name: string, shell: readonly [string, ...string[]]): string {
  const load = name.endsWith('.nft') ? 'nft -f "$0"' : 'iptables-restore "$0"';
  const file = firewallFile(name);
  const argv = ['--net', 'sh', '-c', `${load} && exec "$@"`, file, ...shell, '-c', FIREWALL_PROBE.script];
  const { stdout, stderr, status } = spawnSync('unshare', argv, {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  expect([status, stderr]).toEqual([0, '']);
  return stdout;
}

describe.skipIf(!root || !has('nft') || !has('iptables-restore'))('the rules of a firewall', () => {
  it.each(NAMES)('%s are read as they were recorded', (name) => {
    const printed = probed(name, ['dash']);
    // Handles and versions differ between releases of nft.
    if (process.env['UPDATE_GOLDENS'] !== undefined) writeFileSync(`${firewallFile(name)}.txt`, printed);
    expect(parseFirewall(printed)).toEqual(parseFirewall(printedRules(name)));
  });

  it('are read in busybox too', () => {
    expect(parseFirewall(probed('workstation.nft', ['busybox', 'sh']))).toEqual(
      parseFirewall(printedRules('workstation.nft')),
    );
  });

  it('are none in a network without any', () => {
    const { stdout } = spawnSync('unshare', ['--net', 'sh', '-c', FIREWALL_PROBE.script], { encoding: 'utf8' });
    expect(parseFirewall(stdout)).toBeUndefined();
  });

  it('are looked for without a program where no firewall is loaded', () => {
    const probe = FIREWALL_PROBE.script.replaceAll('"/sys/module/$1"', '/nowhere').replace('[ ! -e "$1" ]', 'false');
    const { stdout, status } = spawnSync('unshare', ['--net', 'dash', '-c', `PATH=/nowhere\n${probe}`], {
      encoding: 'utf8',
    });
    expect([stdout, status]).toEqual(['', 0]);
  });
});
