import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PackageFolder, WantedPackage } from '../../../src/platforms/package-manager.ts';
import { causeIn } from '../../../src/platforms/package-managers.ts';
import { pacman } from '../../../src/platforms/pacman.ts';
import { sh } from '../../../src/remote/command.ts';
import { PACMAN_REPOSITORY, pacmanRepository } from '../../support/pacman-repository.ts';
import { trustedFolder, untrustedFolder, wanted } from '../../support/packages.ts';
import { type ThrowawayRoot, throwawayRoot } from '../../support/throwaway-root.ts';

// The real pacman, on a host that holds no package yet.

let root: ThrowawayRoot;
beforeAll(async () => {
  root = await throwawayRoot();
  const { stderr, exitCode } = root.run(PACMAN_REPOSITORY);
  expect(exitCode, stderr).toBe(0);
});
afterAll(() => root.end());
beforeEach(() => {
  root.run('rm -rf /var/lib/pacman/local/* /var/lib/pacman/sync');
});

function install(names: readonly string[], mount?: string) {
  return installThese(wanted(...names), mount === undefined ? undefined : trustedFolder(mount));
}

function installThese(packages: readonly WantedPackage[], folder?: PackageFolder) {
  const { exitCode, stdout } = root.run(sh`(
set -e
${pacman.install(packages, folder)}
)`);
  const lines = stdout.split('\n').filter((line) => line !== '');
  return { exitCode, cause: exitCode === 0 ? undefined : causeIn(lines) };
}

const installed = () => root.run('pacman -Q').stdout;

describe('pacman', () => {
  it('knows a repository only when it has read it', () => {
    root.run(pacmanRepository('file:///mnt/arch'));
    expect(root.run(pacman.source('ipvsadm', undefined)).stdout).toBe('unread\n');
    expect(install(['ipvsadm'])).toEqual({ exitCode: 0, cause: undefined });
    expect(installed()).toBe('ipvsadm 1.31-1\nlibnl 3.7-1\n');
    expect(root.run(pacman.source('ipvsadm', undefined)).stdout).toBe('candidate\nversion 1.31-1\n');
    expect(root.run(pacman.source('nginx', undefined)).stdout).toBe('none\n');
    expect(root.run(pacman.query(['ipvsadm', 'nginx'])).stdout).toBe('ipvsadm 1.31-1\n');
  });

  it('takes the newest file of a folder, and what that needs from the repository', () => {
    root.run(pacmanRepository('file:///mnt/arch'));
    expect(root.run(pacman.source('ipvsadm', trustedFolder('/mnt/arch'))).stdout).toBe('mount\nversion 1.31-1\n');
    expect(install(['ipvsadm'], '/mnt/arch')).toEqual({ exitCode: 0, cause: undefined });
    expect(installed()).toBe('ipvsadm 1.31-1\nlibnl 3.7-1\n');
  });

  it('keeps a newer package', () => {
    root.run(pacmanRepository('file:///mnt/arch'));
    install(['ipvsadm']);
    expect(install(['ipvsadm'], '/mnt/arch-old')).toEqual({
      exitCode: 1,
      cause: 'error: ipvsadm 1.31-1 is installed, and /mnt/arch-old has only the older 1.30-1',
    });
    expect(installed()).toContain('ipvsadm 1.31-1\n');
  });

  it('removes a package, unless another one needs it', () => {
    root.run(pacmanRepository('file:///mnt/arch'));
    install(['ipvsadm']);
    const removed = (...names: readonly string[]) => root.run(pacman.remove(names)).exitCode;
    expect(root.run(pacman.neededBy(['ipvsadm', 'libnl', 'none'])).stdout).toBe('libnl ipvsadm\n');
    expect(removed('libnl')).not.toBe(0);
    expect(removed('ipvsadm')).toBe(0);
    expect(installed()).toBe('libnl 3.7-1\n');
    expect(root.run(pacman.neededBy(['libnl'])).stdout).toBe('');
  });

  it('says why its repository is unreachable', () => {
    root.run(pacmanRepository('http://repository.invalid/none'));
    const { exitCode, cause } = install(['ipvsadm']);
    expect(exitCode).not.toBe(0);
    expect(cause).toMatch(/Could not resolve host/);
  });

  it('says that a package does not exist', () => {
    root.run(pacmanRepository('file:///mnt/arch'));
    expect(install(['nginx'])).toEqual({ exitCode: 1, cause: 'error: target not found: nginx' });
  });
});

describe('a version that is asked of pacman', () => {
  it('is among those on offer', () => {
    root.run(pacmanRepository('file:///mnt/arch'));
    expect(root.run(pacman.versions('ipvsadm', undefined)).stdout).toBe('unread\n');
    install(['libnl']);
    expect(root.run(pacman.versions('ipvsadm', undefined)).stdout).toBe('1.31-1\n');
    const all = root.run(pacman.versions('ipvsadm', trustedFolder('/mnt/arch-old'))).stdout;
    expect(all).toBe('1.30-1\n1.31-1\n');
  });

  it.each(['1.30-1', '1.30*'])('is taken from a folder as %s', (version) => {
    root.run(pacmanRepository('file:///mnt/arch'));
    const from = trustedFolder('/mnt/arch');
    expect(installThese(wanted(`ipvsadm=${version}`), from)).toEqual({ exitCode: 0, cause: undefined });
    expect(installed()).toBe('ipvsadm 1.30-1\nlibnl 3.7-1\n');
    install(['ipvsadm'], '/mnt/arch');
    const older = wanted(`ipvsadm=${version}`).map((one) => ({ ...one, downgrade: true as const }));
    expect(installThese(older, from).exitCode).toBe(0);
    expect(installed()).toBe('ipvsadm 1.30-1\nlibnl 3.7-1\n');
  });

  it.each(['1.31-1', '1.31*'])('is that of the repository as %s, or an error', (version) => {
    root.run(pacmanRepository('file:///mnt/arch'));
    expect(installThese(wanted(`ipvsadm=${version}`))).toEqual({ exitCode: 0, cause: undefined });
    expect(installed()).toBe('ipvsadm 1.31-1\nlibnl 3.7-1\n');
    expect(installThese(wanted('ipvsadm=1.30*'))).toEqual({
      exitCode: 1,
      cause: 'error: ipvsadm is not 1.30*: the repositories have 1.31-1',
    });
  });

  it('comes from a folder that is not trusted only with a signature', () => {
    root.run(pacmanRepository('file:///mnt/arch'));
    const file = '/mnt/arch/ipvsadm-1.31-1-any.pkg.tar.gz';
    expect(
      root.run(sh`set -- ipvsadm
${pacman.unsigned('/mnt/arch')}`).stdout,
    ).toBe(`${file}\n`);
    expect(installThese(wanted('ipvsadm'), untrustedFolder('/mnt/arch'))).toEqual({
      exitCode: 1,
      cause: `error: ${file} has no signature that pacman accepts`,
    });
  });
});
