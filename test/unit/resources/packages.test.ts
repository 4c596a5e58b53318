import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PACKAGE_MANAGERS } from '../../../src/platforms/package-managers.ts';
import { sh } from '../../../src/remote/command.ts';
import { type PackagesWant, packages } from '../../../src/resources/packages.ts';
import { trustedFolder } from '../../support/packages.ts';
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
dpkg-query -W -f='\${db:Status-Status} \${Package} \${Version}\\n' -- keepalived ipvsadm 2>/dev/null | while read -r state name version; do
[ "$state" = installed ] && echo "$name $version"
done`);
    expect(others).toHaveLength(PACKAGE_MANAGERS.length - 1);
  });
});

/** A folder with the programs of Debian, on a host that has curl. */
function debian(): string {
  const bin = join(temporaryFolder(), 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'apt-get'), '#!/bin/sh\n', { mode: 0o755 });
  writeFileSync(join(bin, 'dpkg-query'), "#!/bin/sh\necho 'installed curl 8.14.1-2'\n", { mode: 0o755 });
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
    const wanted = want({ names, localMount: trustedFolder(mount) });
    const { stdout } = runIn(
      shell,
      sh`PATH=${bin}:$PATH
${packages.probe([wanted])}`,
    );
    const have = packages.parse(stdout).get('packages');
    expect(have?.installed).toEqual(new Map([['curl', '8.14.1-2']]));
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

describe('a pinned version', () => {
  const around = {
    platform: 'apt',
    initSystem: 'systemd',
    activeUnits: new Set(['keepalived.service']),
    listening: new Set<string>(),
  };

  /** What the plan says of keepalived, given what the host printed. */
  function planned(pin: string, printed: string, given: Partial<PackagesWant> = {}) {
    const wanted = want({ names: ['keepalived'], versions: { keepalived: pin }, ...given });
    const have = packages.parse(printed).get('packages');
    const [field] = packages.diff(wanted, have, around)?.fields ?? [];
    return {
      change: field === undefined ? undefined : `${field.before ?? 'absent'} → ${field.after}`,
      refused: packages.refuse?.(wanted, have, around)?.because,
    };
  }

  const OFFERS = '+keepalived\n+keepalived 1:2.2.7-1+b2\n+keepalived 2.3.3-1\n+keepalived 2.3.10-1\n';

  it.each([
    ['2.2.7', 'keepalived 1:2.2.7-1+b2\n', undefined],
    ['2.2.7-1', 'keepalived 2.2.7-1\n', undefined],
    ['1:2.2.7', 'keepalived 1:2.2.7-1\n', undefined],
    ['2.3', `keepalived 2.2.7-1\n${OFFERS}`, '2.2.7-1 → 2.3.10-1'],
    ['2.3.3', `keepalived 2.2.7-1\n${OFFERS}`, '2.2.7-1 → 2.3.3-1'],
    ['2.2.7', OFFERS, 'absent → 1:2.2.7-1+b2'],
    ['2.3.1', `keepalived 2.2.7-1\n${OFFERS}~keepalived\n`, '2.2.7-1 → 2.3.1*'],
    ['9.9', 'keepalived 1:2.2.7-1\n+keepalived\n~keepalived\n', '1:2.2.7-1 → 9.9*'],
    ['2.2', 'keepalived 2.20.1-1\n+keepalived\n+keepalived 2.20.2-1\n+keepalived 3:2.2.1-1\n', '2.20.1-1 → 3:2.2.1-1'],
  ])('of %s, when the host has %j, is the change %s', (pin, printed, change) => {
    expect(planned(pin, printed)).toEqual({ change, refused: undefined });
  });

  it('that no source has is refused, naming those on offer', () => {
    expect(planned('2.3.1', OFFERS).refused).toBe(
      'no package source has keepalived 2.3.1; on offer: 1:2.2.7-1+b2, 2.3.10-1, 2.3.3-1',
    );
    expect(planned('2.3.1', '+keepalived\n').refused).toBe('no package source has keepalived 2.3.1');
  });

  it('that is older than what is installed is refused unless it is allowed', () => {
    const printed = 'keepalived 2.3.10-1\n+keepalived\n+keepalived 2.3.3-1\n';
    expect(planned('2.3.3', printed).refused).toBe(
      'keepalived 2.3.10-1 is installed, and 2.3.3-1 would be a downgrade',
    );
    expect(planned('2.3.3', printed, { allowDowngrade: true })).toEqual({
      change: '2.3.10-1 → 2.3.3-1',
      refused: undefined,
    });
  });

  it('replaces a running keepalived in the turn of its director, as it restarts', () => {
    const restarts = { keepalived: 'keepalived.service' };
    const wanted = want({ names: ['keepalived'], versions: { keepalived: '2.3' }, restarts });
    const have = packages.parse(`keepalived 2.2.7-1\n${OFFERS}`).get('packages');
    expect(packages.diff(wanted, have, around)).toMatchObject({ action: 'update', disruptive: true });
    expect(packages.diff(wanted, have, { ...around, activeUnits: new Set() })?.disruptive).toBe(false);
  });

  it.each(SHELLS)('is searched for only while another is installed, in $name', (shell) => {
    const bin = debian();
    writeFileSync(
      join(bin, 'apt-cache'),
      "#!/bin/sh\necho ' curl | 8.14.1-10 | http://deb.example sid/main amd64 Packages'\n",
      { mode: 0o755 },
    );
    const printed = (pin: string) =>
      runIn(
        shell,
        sh`PATH=${bin}:$PATH
${packages.probe([want({ names: ['curl'], versions: { curl: pin } })])}`,
      ).stdout;
    expect(printed('8.14')).toBe('curl 8.14.1-2\n');
    expect(printed('8.14.1-1').replace('~curl\n', '')).toBe('curl 8.14.1-2\n+curl\n+curl 8.14.1-10\n');
  });
});

describe('a local folder that is not trusted', () => {
  it('is refused with the first file that is not signed, and the key to set', () => {
    const wanted = want({ localMount: { path: '/mnt', trusted: false } });
    const refusal = (printed: string) => packages.refuse?.(wanted, packages.parse(printed).get('packages'));
    expect(refusal('#/mnt/Packages\n')).toEqual({
      because: '/mnt/Packages has no signature that the host trusts',
      hint: 'Sign it with a key that the package manager of the host trusts, or set packages.local_mount to {path: FOLDER, trusted: true} if everything in the folder may be installed as root.',
    });
    expect(refusal('#/mnt/InRelease\tNO_PUBKEY 1234\n')?.because).toBe(
      '/mnt/InRelease has no signature that the host trusts (NO_PUBKEY 1234)',
    );
  });

  it.each(SHELLS)('that has an index without a signature is found, in $name', (shell) => {
    const mount = join(temporaryFolder(), 'mount');
    mkdirSync(mount);
    writeFileSync(join(mount, 'Packages'), 'Package: no-such-package\nVersion: 1\n');
    const printed = (names: readonly string[], trusted: boolean) =>
      runIn(
        shell,
        sh`PATH=${debian()}:$PATH
${packages.probe([want({ names, localMount: { path: mount, trusted } })])}`,
      ).stdout.replace('\n\n', '\n');
    expect(printed(['no-such-package'], false)).toBe(`curl 8.14.1-2\n#${mount}/Packages\n`);
    expect(printed(['no-such-package'], true)).toBe('curl 8.14.1-2\n');
    expect(printed(['another'], false)).toBe('curl 8.14.1-2\n');
  });
});
