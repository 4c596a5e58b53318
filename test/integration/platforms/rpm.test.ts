import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dnf } from '../../../src/platforms/dnf.ts';
import type { PackageFolder, PackageManager, WantedPackage } from '../../../src/platforms/package-manager.ts';
import { causeIn } from '../../../src/platforms/package-managers.ts';
import { rpm } from '../../../src/platforms/rpm.ts';
import { yum } from '../../../src/platforms/yum.ts';
import { zypper } from '../../../src/platforms/zypper.ts';
import { sh } from '../../../src/remote/command.ts';
import { RPM_REPOSITORY, SIGNED_RPMS, repository } from '../../support/rpm-repository.ts';
import { trustedFolder, untrustedFolder, wanted } from '../../support/packages.ts';
import { type ThrowawayRoot, throwawayRoot } from '../../support/throwaway-root.ts';

// The real rpm, dnf and zypper, on a host that holds no package yet, and a repository as a folder with and without metadata.

let root: ThrowawayRoot;
beforeAll(async () => {
  root = await throwawayRoot();
  const { stderr, exitCode } = root.run(RPM_REPOSITORY);
  expect(exitCode, stderr).toBe(0);
});
afterAll(() => root.end());

const INSTALLED = 'rpm -qa --qf "%{NAME} %{VERSION}\\n" | sort';

function installed(): readonly string[] {
  return root.run(INSTALLED).stdout.trim().split('\n');
}

/** A host without packages, with this repository. */
function bare(url: string | undefined): void {
  root.run(`rpm -e --allmatches $(rpm -qa) 2>/dev/null; rm -rf /var/cache/dnf /var/cache/zypp /etc/yum.repos.d/* /etc/zypp/repos.d/*
${url === undefined ? '' : repository(url)}`);
}

function install(manager: PackageManager, names: readonly string[], mount?: string) {
  return installThese(manager, wanted(...names), mount === undefined ? undefined : trustedFolder(mount));
}

function installThese(manager: PackageManager, packages: readonly WantedPackage[], folder?: PackageFolder) {
  const { exitCode, stdout } = root.run(sh`(
set -e
${manager.install(packages, folder)}
)`);
  const lines = stdout
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return { exitCode, cause: exitCode === 0 ? undefined : causeIn(lines) };
}

describe('rpm alone', () => {
  it('finds the newest file of a package in the folder, and no other package', () => {
    expect(root.run(rpm.source('ipvsadm', trustedFolder('/mnt/plain'))).stdout).toBe('mount\nversion 1.31-1\n');
    expect(root.run(rpm.source('ipvs', trustedFolder('/mnt/plain'))).stdout).toBe('none\n');
    expect(root.run(rpm.source('ipvsadm', undefined)).stdout).toBe('none\n');
  });

  it('installs it with what it needs', () => {
    bare(undefined);
    expect(install(rpm, ['ipvsadm'], '/mnt/plain')).toEqual({ exitCode: 0, cause: undefined });
    expect(installed()).toEqual(['ipvsadm 1.31', 'libnl 1.1']);
    expect(root.run(rpm.query(['ipvsadm', 'keepalived'])).stdout).toBe('ipvsadm 1.31-1\n');
  });

  it('removes it, unless another package needs it', () => {
    bare(undefined);
    install(rpm, ['ipvsadm'], '/mnt/plain');
    const removed = (...names: readonly string[]) =>
      root.run(sh`(
set -e
${rpm.remove(names)}
)`);
    expect(root.run(rpm.neededBy(['ipvsadm', 'libnl', 'none'])).stdout).toBe('libnl ipvsadm\n');
    const { exitCode, stdout } = removed('libnl');
    expect(exitCode).not.toBe(0);
    expect(stdout).toContain('is needed by (installed) ipvsadm-1.31-1.noarch');
    expect(removed('ipvsadm').exitCode).toBe(0);
    expect(installed()).toEqual(['libnl 1.1']);
    expect(root.run(rpm.neededBy(['libnl'])).stdout).toBe('');
  });

  it('keeps a newer package', () => {
    bare(undefined);
    root.run('rpm -i --nosignature /mnt/plain/libnl-1.1-1.noarch.rpm');
    expect(install(rpm, ['libnl'], '/mnt/old').exitCode).not.toBe(0);
    expect(installed()).toEqual(['libnl 1.1']);
  });

  it.each([
    ['keepalived', '/mnt/plain', 'error: neither the host nor /mnt/plain provides lab-only'],
    ['nginx', '/mnt/plain', 'error: /mnt/plain has no .rpm file of nginx for this host'],
    [
      'nginx',
      undefined,
      'error: rpm has no repositories. Set packages.local_mount to a folder on the host that holds .rpm files.',
    ],
  ])('cannot install %s from %s', (name, mount, cause) => {
    bare(undefined);
    expect(install(rpm, [name, 'ipvsadm'], mount)).toEqual({ exitCode: 1, cause });
    expect(installed()).toEqual(['']);
  });
});

describe('dnf', () => {
  it('knows a repository only when it has read it', () => {
    bare(undefined);
    expect(root.run(dnf.source('ipvsadm', undefined)).stdout).toBe('none\n');
    bare('file:///mnt/indexed');
    expect(root.run(dnf.source('ipvsadm', undefined)).stdout).toBe('unread\n');
    expect(install(dnf, ['ipvsadm'])).toEqual({ exitCode: 0, cause: undefined });
    expect(installed()).toEqual(['ipvsadm 1.31', 'libnl 1.1']);
    expect(root.run(dnf.source('keepalived', undefined)).stdout).toBe('candidate\nversion 1.2.13-1\n');
    expect(root.run(dnf.source('nginx', undefined)).stdout).toBe('none\n');
  });

  it.each(['/mnt/indexed', '/mnt/plain'])('installs from %s while its repository is unreachable', (mount) => {
    bare('http://192.0.2.1/none');
    expect(install(dnf, ['ipvsadm'], mount)).toEqual({ exitCode: 0, cause: undefined });
    expect(installed()).toEqual(['ipvsadm 1.31', 'libnl 1.1']);
  });

  it('says why its repository is unreachable', () => {
    bare('http://repository.invalid/none');
    const { exitCode, cause } = install(dnf, ['ipvsadm']);
    expect(exitCode).toBe(1);
    expect(cause).toMatch(/Could not resolve host/);
  });

  it('says what a package needs', () => {
    bare('file:///mnt/indexed');
    const { cause } = install(dnf, ['keepalived']);
    expect(cause).toBe('- nothing provides lab-only >= 2 needed by keepalived-1.2.13-1.noarch');
  });
});

describe('zypper', () => {
  it('knows a repository only when it has read it', () => {
    bare(undefined);
    expect(root.run(zypper.source('ipvsadm', undefined)).stdout).toBe('none\n');
    bare('file:///mnt/indexed');
    expect(root.run(zypper.source('ipvsadm', undefined)).stdout).toBe('unread\n');
    expect(install(zypper, ['ipvsadm'])).toEqual({ exitCode: 0, cause: undefined });
    expect(installed()).toEqual(['ipvsadm 1.31', 'libnl 1.1']);
    expect(root.run(zypper.source('keepalived', undefined)).stdout).toBe('candidate\nversion 1.2.13-1\n');
    expect(root.run(zypper.source('nginx', undefined)).stdout).toBe('none\n');
  });

  it.each(['/mnt/indexed', '/mnt/plain'])('installs from %s while its repository is unreachable', (mount) => {
    bare('http://repository.invalid/none');
    expect(install(zypper, ['ipvsadm'], mount)).toEqual({ exitCode: 0, cause: undefined });
    expect(installed()).toEqual(['ipvsadm 1.31', 'libnl 1.1']);
  });

  it('says why its repository is unreachable', () => {
    bare('http://repository.invalid/none');
    const { exitCode, cause } = install(zypper, ['ipvsadm']);
    expect(exitCode).not.toBe(0);
    expect(cause).toMatch(/Could not resolve host/);
  });

  it.each([
    ['keepalived', 'Problem: nothing provides lab-only >= 2 needed by keepalived-1.2.13-1.noarch'],
    ['nginx', "No provider of 'nginx' found."],
  ])('says why it cannot install %s', (name, cause) => {
    bare('file:///mnt/indexed');
    expect(install(zypper, [name]).cause).toBe(cause);
  });
});

// dnf takes the options of yum.
describe('the commands of yum, run by dnf', () => {
  beforeAll(() => root.run('ln -s dnf /usr/bin/yum'));

  it.each([undefined, '/mnt/indexed', '/mnt/plain'])('install from %s', (mount) => {
    bare(mount === undefined ? 'file:///mnt/indexed' : 'http://192.0.2.1/none');
    expect(install(yum, ['ipvsadm'], mount)).toEqual({ exitCode: 0, cause: undefined });
    expect(installed()).toEqual(['ipvsadm 1.31', 'libnl 1.1']);
    if (mount === undefined)
      expect(root.run(yum.source('keepalived', undefined)).stdout).toBe('candidate\nversion 1.2.13-1\n');
  });
});

describe.each([dnf, zypper, rpm, yum])('a version that is asked of $id', (manager) => {
  const folder = manager === rpm ? trustedFolder('/mnt/plain') : undefined;

  it('is among those on offer', () => {
    bare(manager === rpm ? undefined : 'file:///mnt/indexed');
    if (manager !== rpm) {
      expect(root.run(manager.versions('ipvsadm', undefined)).stdout).toBe('unread\n');
      root.run(`${manager === yum ? 'yum' : manager.id} -q ${manager === zypper ? 'refresh' : 'makecache'}`);
    }
    const versions = root.run(manager.versions('ipvsadm', folder)).stdout.trim().split('\n').toSorted();
    // yum has its metadata elsewhere than dnf.
    expect(versions.filter((version) => manager !== yum || version !== 'unread')).toEqual(['1.26-1', '1.31-1']);
  });

  it.each(['1.26-1', '1.26*'])('is installed as %s, and kept', (version) => {
    bare(manager === rpm ? undefined : 'file:///mnt/indexed');
    expect(installThese(manager, wanted(`ipvsadm=${version}`), folder)).toEqual({ exitCode: 0, cause: undefined });
    expect(installed()).toEqual(['ipvsadm 1.26', 'libnl 1.1']);
  });

  it('replaces a newer one as a downgrade', () => {
    bare(manager === rpm ? undefined : 'file:///mnt/indexed');
    expect(installThese(manager, wanted('ipvsadm'), folder).exitCode).toBe(0);
    const [older] = wanted('ipvsadm=1.26-1');
    expect(older && installThese(manager, [{ ...older, downgrade: true }], folder)).toEqual({
      exitCode: 0,
      cause: undefined,
    });
    expect(installed()).toEqual(['ipvsadm 1.26', 'libnl 1.1']);
  });

  it.each(manager === rpm ? ['/mnt/plain'] : ['/mnt/plain', '/mnt/indexed'])('is taken from %s', (mount) => {
    bare(undefined);
    const from = trustedFolder(mount);
    expect(installThese(manager, wanted('ipvsadm=1.26*'), from)).toEqual({ exitCode: 0, cause: undefined });
    expect(installed()).toEqual(['ipvsadm 1.26', 'libnl 1.1']);
    const [older] = wanted('ipvsadm=1.26-1');
    installThese(manager, wanted('ipvsadm=1.31-1'), from);
    expect(older && installThese(manager, [{ ...older, downgrade: true }], from).exitCode).toBe(0);
    expect(installed()).toEqual(['ipvsadm 1.26', 'libnl 1.1']);
  });
});

describe('a folder that is not trusted', () => {
  beforeAll(() => {
    const { stderr, exitCode } = root.run(SIGNED_RPMS);
    expect(exitCode, stderr).toBe(0);
  });

  const unsigned = (manager: PackageManager, folder: string, ...names: readonly string[]) =>
    root.run(sh`set -- ${names}
${manager.unsigned(folder)}`).stdout;

  it('has a first file without a signature that rpm accepts', () => {
    bare(undefined);
    expect(unsigned(rpm, '/mnt/plain', 'ipvsadm')).toBe('/mnt/plain/ipvsadm-1.31-1.noarch.rpm\n');
    expect(unsigned(rpm, '/mnt/plain', 'nginx')).toBe('');
    expect(unsigned(rpm, '/mnt/signed', 'ipvsadm')).toBe('/mnt/signed/ipvsadm-1.31-1.noarch.rpm\n');
    root.run('rpm --import /mnt/key.asc');
    expect(unsigned(rpm, '/mnt/signed', 'ipvsadm')).toBe('');
    expect(unsigned(rpm, '/mnt/plain', 'ipvsadm')).toBe('/mnt/plain/ipvsadm-1.31-1.noarch.rpm\n');
  });

  describe.each([
    ['dnf', dnf],
    ['zypper', zypper],
    ['rpm', rpm],
    ['yum', yum],
  ] as const)('of %s', (_id, manager) => {
    const folders = manager === rpm ? [''] : ['', '-indexed'];

    it.each(folders)('is installed from when its files are signed (%s)', (suffix) => {
      bare(undefined);
      root.run('rpm --import /mnt/key.asc');
      const made = installThese(manager, wanted('ipvsadm'), untrustedFolder(`/mnt/signed${suffix}`));
      expect(made).toEqual({ exitCode: 0, cause: undefined });
      expect(installed().filter((line) => !line.startsWith('gpg-pubkey'))).toEqual(['ipvsadm 1.31', 'libnl 1.1']);
    });

    it.each(folders)('installs nothing when they are not (%s)', (suffix) => {
      bare(undefined);
      root.run('rpm --import /mnt/key.asc');
      const from = suffix === '' ? '/mnt/plain' : '/mnt/indexed';
      expect(installThese(manager, wanted('ipvsadm'), untrustedFolder(from)).exitCode).not.toBe(0);
      expect(installed().filter((line) => !line.startsWith('gpg-pubkey'))).toEqual([]);
    });
  });
});
