import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dnf } from '../../../src/platforms/dnf.ts';
import type { PackageManager } from '../../../src/platforms/package-manager.ts';
import { pacman } from '../../../src/platforms/pacman.ts';
import { zypper } from '../../../src/platforms/zypper.ts';
import { sh } from '../../../src/remote/command.ts';
import { trustedFolder, wanted } from '../../support/packages.ts';
import { PACMAN_REPOSITORY, pacmanRepository } from '../../support/pacman-repository.ts';
import { RPM_REPOSITORY, repository } from '../../support/rpm-repository.ts';
import { type ThrowawayRoot, throwawayRoot } from '../../support/throwaway-root.ts';

// The resolvers of the real tools, for a bundle; the repositories have none of the packages of a minimal system.

let root: ThrowawayRoot;
beforeAll(async () => {
  root = await throwawayRoot();
  const { stderr, exitCode } = root.run(`${RPM_REPOSITORY}
${PACMAN_REPOSITORY}
${repository('file:///mnt/indexed')}
${pacmanRepository('file:///mnt/arch')}`);
  expect(exitCode, stderr).toBe(0);
});
afterAll(() => root.end());

const LISTED = 'cd /out && ls && head .closure/*';

function collected(manager: PackageManager, names: readonly string[]) {
  root.run('rm -rf /out; mkdir /out; touch /tmp/before');
  const { exitCode, stdout } = root.run(manager.collect(names, '/out'));
  expect(exitCode, stdout).toBe(0);
  const missing = stdout.split('\n').filter((line) => line.startsWith('missing '));
  return {
    missing,
    listed: root
      .run(LISTED)
      .stdout.split('\n')
      .filter((line) => line !== ''),
  };
}

/** On a host without packages and without repositories. */
function installedFrom(manager: PackageManager, names: readonly string[]) {
  root.run(
    'rm -rf /var/lib/pacman/local/* /var/lib/pacman/sync /out/.closure; mkdir -p /kept; mv /etc/yum.repos.d/* /etc/zypp/repos.d/* /kept; rm -rf /var/cache/dnf /var/cache/zypp',
  );
  const { exitCode, stdout, stderr } = root.run(sh`(
set -e
${manager.index('/out')}
${manager.install(wanted(...names), trustedFolder('/out'))}
)`);
  root.run('cp /kept/*.repo /etc/yum.repos.d; cp /kept/*.repo /etc/zypp/repos.d');
  expect(exitCode, stdout + stderr).toBe(0);
  const found = root.run(manager.format === 'rpm' ? 'rpm -qa --qf "%{NAME}\\n" | sort' : 'pacman -Qq').stdout;
  root.run('rpm -e --allmatches $(rpm -qa) 2>/dev/null');
  return found.trim().split('\n');
}

describe.each([dnf, zypper])('$id', (manager) => {
  it('collects a package with what it needs, and names what no repository has', () => {
    const { missing, listed } = collected(manager, ['ipvsadm', 'nginx']);
    expect(missing).toEqual(['missing nginx']);
    expect(listed).toEqual([
      'ipvsadm-1.31-1.noarch.rpm',
      'libnl-1.1-1.noarch.rpm',
      'ipvsadm-1.31-1.noarch.rpm',
      'libnl-1.1-1.noarch.rpm',
    ]);
    expect(installedFrom(manager, ['ipvsadm'])).toEqual(['ipvsadm', 'libnl']);
  });

  it('leaves the database of the machine as it was', () => {
    expect(root.run('rpm -qa').stdout).toBe('');
  });

  it('fails with the reason when a package needs what no repository has', () => {
    root.run('rm -rf /out; mkdir /out');
    const { exitCode, stdout } = root.run(manager.collect(['keepalived'], '/out'));
    expect(exitCode).not.toBe(0);
    expect(stdout).toContain('nothing provides lab-only >= 2');
  });
});

describe('pacman', () => {
  it('collects a package with what it needs, and names what no repository has', () => {
    const { missing, listed } = collected(pacman, ['ipvsadm', 'nginx']);
    expect(missing).toEqual(['missing nginx']);
    expect(listed).toEqual([
      'ipvsadm-1.31-1-any.pkg.tar.gz',
      'libnl-3.7-1-any.pkg.tar.gz',
      'libnl-3.7-1-any.pkg.tar.gz',
      'ipvsadm-1.31-1-any.pkg.tar.gz',
    ]);
    expect(root.run('pacman -Q').stdout).toBe('');
    expect(installedFrom(pacman, ['ipvsadm'])).toEqual(['ipvsadm', 'libnl']);
  });
});
