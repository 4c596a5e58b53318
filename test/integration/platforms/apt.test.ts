import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { apt } from '../../../src/platforms/apt.ts';
import type { PackageFolder, WantedPackage } from '../../../src/platforms/package-manager.ts';
import { causeIn } from '../../../src/platforms/package-managers.ts';
import { sh } from '../../../src/remote/command.ts';
import { DEB_REPOSITORY } from '../../support/deb-repository.ts';
import { trustedFolder, untrustedFolder, wanted } from '../../support/packages.ts';
import { type ThrowawayRoot, throwawayRoot } from '../../support/throwaway-root.ts';

// The real apt, on this machine's Debian, with packages that it does not have.

let root: ThrowawayRoot;
beforeAll(async () => {
  root = await throwawayRoot();
  const { stderr, exitCode } = root.run(DEB_REPOSITORY);
  expect(exitCode, stderr).toBe(0);
});
afterAll(() => root.end());
beforeEach(() => {
  root.run(
    'dpkg -P lab-ipvsadm 2>/dev/null; rm -rf /var/lib/apt/lists/* /etc/apt/sources.list.d/* /etc/apt/sources.list',
  );
});

function install(packages: readonly WantedPackage[], folder?: PackageFolder) {
  const { exitCode, stdout } = root.run(sh`(
set -e
${apt.install(packages, folder)}
)`);
  const lines = stdout.split('\n').filter((line) => line !== '');
  return { exitCode, cause: exitCode === 0 ? undefined : causeIn(lines) };
}

const REPOSITORY = "echo 'deb [trusted=yes] file:/mnt/plain ./' > /etc/apt/sources.list";
const installed = () => root.run(apt.query(['lab-ipvsadm'])).stdout;

describe('a version that is asked of apt', () => {
  it('is among those on offer, once the lists are read', () => {
    expect(root.run(apt.versions('lab-ipvsadm', undefined)).stdout).toBe('');
    root.run(REPOSITORY);
    expect(root.run(apt.versions('lab-ipvsadm', undefined)).stdout).toBe('unread\n');
    root.run('apt-get -q update');
    expect(root.run(apt.versions('lab-ipvsadm', undefined)).stdout).toBe('1:1.31-1+b2\n1:1.26-1\n');
    expect(root.run(apt.versions('lab-ipvsadm', trustedFolder('/mnt/plain'))).stdout.split('\n')).toContain('1:1.26-1');
  });

  it.each(['1:1.26-1', '1:1.26*', '1.26*'])('is installed as %s', (version) => {
    root.run(REPOSITORY);
    expect(install(wanted(`lab-ipvsadm=${version}`))).toEqual({ exitCode: 0, cause: undefined });
    expect(installed()).toBe('lab-ipvsadm 1:1.26-1\n');
  });

  it('replaces a newer one only as a downgrade', () => {
    const from = trustedFolder('/mnt/plain');
    expect(install(wanted('lab-ipvsadm'), from).exitCode).toBe(0);
    expect(installed()).toBe('lab-ipvsadm 1:1.31-1+b2\n');
    expect(install(wanted('lab-ipvsadm=1:1.26-1'), from).exitCode).not.toBe(0);
    expect(
      install(
        wanted('lab-ipvsadm=1:1.26-1').map((one) => ({ ...one, downgrade: true })),
        from,
      ).exitCode,
    ).toBe(0);
    expect(installed()).toBe('lab-ipvsadm 1:1.26-1\n');
  });
});

describe('a package that is to be removed', () => {
  const removed = (...names: readonly string[]) =>
    root.run(sh`(
set -e
${apt.remove(names)}
)`);
  const MONITOR = `mkdir -p /tmp/monitor/DEBIAN
printf 'Package: lab-monitor\\nVersion: 1\\nArchitecture: all\\nMaintainer: lab <lab@example.com>\\nDepends: lab-ipvsadm\\nDescription: test\\n' > /tmp/monitor/DEBIAN/control
dpkg-deb --root-owner-group --build /tmp/monitor /tmp/monitor.deb && dpkg -i /tmp/monitor.deb`;

  it('stays while another one needs it', () => {
    root.run(REPOSITORY);
    install(wanted('lab-ipvsadm'));
    expect(root.run(MONITOR).exitCode).toBe(0);
    expect(root.run(apt.neededBy(['lab-ipvsadm', 'lab-monitor'])).stdout.split('\n')).toContain(
      'lab-ipvsadm lab-monitor',
    );
    const { exitCode, stdout } = removed('lab-ipvsadm');
    expect(exitCode).toBe(1);
    expect(causeIn(stdout.trim().split('\n'))).toBe('E: lab-monitor cannot stay without them');
    expect(removed('lab-monitor').exitCode).toBe(0);
    expect(root.run(apt.neededBy(['lab-ipvsadm', 'lab-none'])).stdout).toBe('lab-ipvsadm lab-ipvsadm\n');
    expect(removed('lab-ipvsadm').exitCode).toBe(0);
    expect(installed()).toBe('');
  });
});

describe('a folder that is not trusted', () => {
  const unsigned = (folder: string, name = 'lab-ipvsadm') =>
    root.run(sh`set -- ${name}
${apt.unsigned(folder)}`).stdout;

  it('has an index without a signature, or with one of an unknown key', () => {
    expect(unsigned('/mnt/plain')).toBe('/mnt/plain/Packages\n');
    expect(unsigned('/mnt/plain', 'other')).toBe('');
    expect(unsigned('/mnt/signed')).toMatch(
      /^\/mnt\/signed\/InRelease\tGPG error: file:\/mnt\/signed \.\/ InRelease: /,
    );
    root.run('cp /mnt/key.asc /etc/apt/trusted.gpg.d/lab.asc');
    expect(unsigned('/mnt/signed')).toBe('');
  });

  it('is installed from when the host trusts its key', () => {
    root.run('cp /mnt/key.asc /etc/apt/trusted.gpg.d/lab.asc');
    expect(install(wanted('lab-ipvsadm'), untrustedFolder('/mnt/plain')).exitCode).not.toBe(0);
    expect(installed()).toBe('');
    expect(install(wanted('lab-ipvsadm'), untrustedFolder('/mnt/signed'))).toEqual({ exitCode: 0, cause: undefined });
    expect(installed()).toBe('lab-ipvsadm 1:1.31-1+b2\n');
  });
});
