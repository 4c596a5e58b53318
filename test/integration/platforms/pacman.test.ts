import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { causeIn } from '../../../src/platforms/package-managers.ts';
import { pacman } from '../../../src/platforms/pacman.ts';
import { sh } from '../../../src/remote/command.ts';
import { PACMAN_REPOSITORY, pacmanRepository } from '../../support/pacman-repository.ts';
import { trustedFolder, wanted } from '../../support/packages.ts';
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
  const { exitCode, stdout } = root.run(sh`(
set -e
${pacman.install(wanted(...names), mount === undefined ? undefined : trustedFolder(mount))}
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
