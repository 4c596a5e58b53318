import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PACKAGE_MANAGERS } from '../../../src/platforms/package-managers.ts';
import { sh } from '../../../src/remote/command.ts';
import { type PackagesWant, packages } from '../../../src/resources/packages.ts';
import { SHELLS, runIn, temporaryFolder } from '../../support/shells.ts';

const want = (given: Partial<PackagesWant> = {}): PackagesWant => ({
  kind: 'packages',
  names: ['keepalived', 'ipvsadm'],
  localMount: undefined,
  ...given,
});

describe('packages', () => {
  it('are one thing on a host, whatever their number', () => {
    expect(packages.key(want())).toBe('packages');
  });

  it('are asked for where there is a package manager', () => {
    const [first, ...others] = packages.probe([want()]).script.split('\nelif ');
    expect(first).toBe(`if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
dpkg-query -W -f='\${db:Status-Status} \${Package}\\n' -- keepalived ipvsadm 2>/dev/null | while read -r state name; do
[ "$state" = installed ] && echo "$name"
done`);
    expect(others).toHaveLength(PACKAGE_MANAGERS.length - 1);
  });
});

/** A folder with the programs of Debian, on a host that has curl. */
function debian(): string {
  const bin = join(temporaryFolder(), 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'apt-get'), '#!/bin/sh\n', { mode: 0o755 });
  writeFileSync(join(bin, 'dpkg-query'), "#!/bin/sh\necho 'installed curl'\n", { mode: 0o755 });
  return bin;
}

describe.each(SHELLS)('a package that other programs make unnecessary, in $name', (shell) => {
  const bin = debian();
  const wanted = want({ names: ['curl', 'a-firewall'], unless: { 'a-firewall': ['tables-of-a', 'tables-of-b'] } });

  function missing(): readonly string[] | undefined {
    const { stdout } = runIn(
      shell,
      sh`PATH=${bin}:$PATH
${packages.probe([wanted])}`,
    );
    const have = packages.parse(stdout).get('packages');
    return packages.diff(wanted, have)?.fields.map(({ name }) => name);
  }

  it('is installed only on a host without them', () => {
    expect(missing()).toEqual(['a-firewall']);
    writeFileSync(join(bin, 'tables-of-b'), '', { mode: 0o755 });
    expect(missing()).toBeUndefined();
  });
});

describe.each(SHELLS)('a local folder of packages, in $name', (shell) => {
  const missing = 'no-such-package';
  const bin = debian();

  /** What is said against the folder when a package is missing. */
  function judged(mount: string, names: readonly string[] = [missing]) {
    const wanted = want({ names, localMount: mount });
    const { stdout } = runIn(
      shell,
      sh`PATH=${bin}:$PATH
${packages.probe([wanted])}`,
    );
    const have = packages.parse(stdout).get('packages');
    expect(have?.installed).toEqual(new Set(['curl']));
    return packages.refuse?.(wanted, have)?.because;
  }

  function filled(): string {
    const mount = join(temporaryFolder(), 'mount');
    mkdirSync(join(mount, 'pool'), { recursive: true });
    writeFileSync(join(mount, 'Packages'), '');
    writeFileSync(join(mount, 'pool', 'a.deb'), '');
    return mount;
  }

  it('is used when only root can change its content, and when it is missing', () => {
    expect(judged(filled())).toBeUndefined();
    expect(judged('/no/such/folder')).toBeUndefined();
  });

  it('is refused when others can write to it or above it', () => {
    const mount = filled();
    chmodSync(mount, 0o777);
    expect(judged(mount)).toBe(`${mount} is writable by everyone`);
    chmodSync(mount, 0o755);
    chmodSync(dirname(mount), 0o777);
    expect(judged(mount)).toBe(`${dirname(mount)} is writable by everyone`);
  });

  it('is refused when others can write to one of its files', () => {
    const mount = filled();
    chmodSync(join(mount, 'pool', 'a.deb'), 0o666);
    expect(judged(mount)).toBe(`${mount}/pool/a.deb belongs to another user, or others can write to it`);
  });

  it('is not looked at when nothing is missing', () => {
    const mount = filled();
    chmodSync(mount, 0o777);
    expect(judged(mount, ['curl'])).toBeUndefined();
  });
});
