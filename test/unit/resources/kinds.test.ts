import { describe, expect, it } from 'vitest';
import { sh } from '../../../src/remote/command.ts';
import { type AddressWant, address } from '../../../src/resources/address.ts';
import { kernelModule } from '../../../src/resources/kernel-module.ts';
import { KINDS, KIND_NAMES, resourceOf } from '../../../src/resources/kinds.ts';
import { type SysctlWant, sysctl } from '../../../src/resources/sysctl.ts';
import { SHELLS, runIn } from '../../support/shells.ts';

describe('the kinds', () => {
  it('have the name that their wants have', () => {
    for (const name of KIND_NAMES) expect(KINDS[name].kind).toBe(name);
  });

  it('are found by their wants', () => {
    expect(resourceOf({ kind: 'module', name: 'ip_vs', shows: '/x' })).toMatchObject({ kind: 'module', key: 'ip_vs' });
  });

  it.each(KIND_NAMES)('can be asked for no %s at all', (name) => {
    for (const shell of SHELLS) expect(runIn(shell, sh`(${KINDS[name].probe([])})`).stderr).toBe('');
    expect(KINDS[name].parse('').size).toBe(name === 'packages' ? 1 : 0);
  });
});

describe('a kernel parameter', () => {
  const want = (name: string, value: string, optional = false): SysctlWant => ({
    kind: 'sysctl',
    name,
    value,
    optional,
  });

  it('is read with all others by one process', () => {
    expect(sysctl.probe(['net.ipv4.conf.eth0/100.arp_ignore', 'kernel.ostype']).script).toBe(
      'grep -s . /proc/sys/net/ipv4/conf/eth0.100/arp_ignore /proc/sys/kernel/ostype /dev/null',
    );
  });

  it.each(SHELLS)('is read for real in $name, alone or with one that is not there', (shell) => {
    const { stdout } = runIn(shell, sysctl.probe(['kernel.ostype', 'net.no.such']));
    expect([...sysctl.parse(stdout)]).toEqual([['kernel.ostype', 'Linux']]);
  });

  it.each(SHELLS)('that cannot be written fails in $name', (shell) => {
    const [step] = sysctl.steps(want('no.such', '1'), { action: 'update', disruptive: false, fields: [] });
    expect(
      runIn(
        shell,
        sh`set -e
${step ?? sh`:`}
echo not reached`,
      ),
    ).toMatchObject({ stdout: '' });
  });
});

describe('a kernel module', () => {
  const want = (name: string, shows: string) => ({ kind: 'module', name, shows }) as const;

  it.each(SHELLS)('is there when what it shows is there, in $name', (shell) => {
    const wants = [want('ip_vs', '/no/such'), want('proc', '/proc/self'), want('none', '/nor this')];
    expect([...kernelModule.parse(runIn(shell, kernelModule.probe(wants)).stdout).keys()]).toEqual(['proc']);
  });
});

describe('an address', () => {
  const want = (given: Partial<AddressWant> = {}): AddressWant => ({
    kind: 'address',
    address: '192.168.168.12/32',
    device: 'lo',
    present: true,
    reason: 'why',
    ...given,
  });

  const output = `1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever
1: lo    inet 192.168.168.12/32 scope global lo\\       valid_lft forever preferred_lft forever
2: eth0    inet 192.168.168.12/24 brd 192.168.168.255 scope global eth0\\       valid_lft forever
2: eth0    inet 192.168.168.12/32 scope global secondary eth0:vip\\       valid_lft forever
3: tun0    inet 10.0.0.1 peer 10.0.0.2/32 scope global tun0\\       valid_lft forever
4: eth0.100    inet6 fe80::1/64 scope link \\       valid_lft forever
`;

  it('is known by itself and its interface, with every prefix that it has there', () => {
    expect(Object.fromEntries(address.parse(output))).toEqual({
      '127.0.0.1 lo': ['8'],
      '192.168.168.12 lo': ['32'],
      '192.168.168.12 eth0': ['24', '32'],
      '10.0.0.1 tun0': [''],
      'fe80::1 eth0.100': ['64'],
    });
    expect(address.key(want())).toBe('192.168.168.12 lo');
  });
});
