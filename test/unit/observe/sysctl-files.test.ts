import { describe, expect, it } from 'vitest';
import { SYSCTL_FILES_PROBE, parseLaterSysctls } from '../../../src/observe/sysctl-files.ts';
import { SHELLS, runIn } from '../../support/shells.ts';

const found = (lines: readonly string[], init = 'systemd'): readonly string[] =>
  parseLaterSysctls(`${lines.join('\n')}\n`, init).map(
    ({ file, name, value, atBoot }) => `${file} ${name}=${value}${atBoot ? ' at boot' : ''}`,
  );

const IGNORE = 'net.ipv4.conf.all.arp_ignore';

describe('sysctls that are read after those of lvsctl', () => {
  it.each<readonly [string, readonly string[], readonly string[]]>([
    ['are none of files that come before', [`/etc/sysctl.d/99-lan.conf:${IGNORE} = 0`], []],
    ['are none of the file of lvsctl', [`/etc/sysctl.d/zz-lvsctl.conf:${IGNORE} = 1`], []],
    [
      'are of files that come later, in any folder',
      [`/etc/sysctl.d/zzz.conf:${IGNORE}=0`, '/usr/lib/sysctl.d/zz-vendor.conf: -net.ipv4.ip_forward =  0 '],
      [`/etc/sysctl.d/zzz.conf ${IGNORE}=0 at boot`, '/usr/lib/sysctl.d/zz-vendor.conf net.ipv4.ip_forward=0 at boot'],
    ],
    [
      'are of the first of files with one name',
      [`/etc/sysctl.d/zzz.conf:${IGNORE}=2`, `/usr/lib/sysctl.d/zzz.conf:${IGNORE}=0`],
      [`/etc/sysctl.d/zzz.conf ${IGNORE}=2 at boot`],
    ],
    [
      'are of a file of the same name that older releases of procps prefer',
      [`/run/sysctl.d/zz-lvsctl.conf:${IGNORE}=0`],
      [`/run/sysctl.d/zz-lvsctl.conf ${IGNORE}=0 at boot`],
    ],
    [
      'have the last value of a file',
      [`/etc/sysctl.d/zzz.conf:${IGNORE}=0`, `/etc/sysctl.d/zzz.conf:${IGNORE}=1`],
      [`/etc/sysctl.d/zzz.conf ${IGNORE}=1 at boot`],
    ],
    [
      'may be written as paths, with dots in names of interfaces',
      ['/etc/sysctl.conf:net/ipv4/conf/eth0.7/rp_filter=1', '/etc/sysctl.conf:net.ipv4.conf.eth0/8.rp_filter=1'],
      ['/etc/sysctl.conf net.ipv4.conf.eth0/7.rp_filter=1', '/etc/sysctl.conf net.ipv4.conf.eth0/8.rp_filter=1'],
    ],
    ['are none of patterns', ['/etc/sysctl.d/zzz.conf:net.ipv4.conf.*.rp_filter = 2'], []],
    ['are none of ufw where it is off', ['/etc/ufw/sysctl.conf:net/ipv4/conf/all/rp_filter=1'], []],
    [
      'are those of ufw where it is on',
      ['/etc/ufw/ufw.conf:ENABLED=yes', '/etc/ufw/sysctl.conf:net/ipv4/conf/all/rp_filter=1'],
      ['/etc/ufw/sysctl.conf net.ipv4.conf.all.rp_filter=1 at boot'],
    ],
    ['are none of other lines', ['grep: x', '', ':', 'net.ipv4.ip_forward=1', '/etc/sysctl.conf:kernel.panic=1'], []],
  ])('%s', (_name, lines, expected) => {
    expect(found(lines)).toEqual(expected);
  });

  it('are those of /etc/sysctl.conf at boot too, but for systemd', () => {
    const line = `/etc/sysctl.conf:${IGNORE} = 0`;
    expect(found([line])).toEqual([`/etc/sysctl.conf ${IGNORE}=0`]);
    for (const init of ['sysvinit', 'openrc', 'busybox']) {
      expect(found([line], init)).toEqual([`/etc/sysctl.conf ${IGNORE}=0 at boot`]);
    }
  });
});

describe.each(SHELLS)('in %s the probe', (shell) => {
  it('prints nothing but lines of files', () => {
    const { stdout } = runIn(shell, SYSCTL_FILES_PROBE);
    for (const line of stdout.split('\n').filter((one) => one !== '')) expect(line).toMatch(/^\/(?:etc|run|usr|lib)\//);
  });
});
