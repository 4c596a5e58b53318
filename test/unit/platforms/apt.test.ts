import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { apt } from '../../../src/platforms/apt.ts';
import { causeIn, nameIn, packageManagerOf, isWaiting } from '../../../src/platforms/package-managers.ts';
import { quote, sh } from '../../../src/remote/command.ts';
import { trustedFolder, wanted } from '../../support/packages.ts';
import { SHELLS, type Shell, runIn, temporaryFolder } from '../../support/shells.ts';

/** The holder of the dpkg lock is named, because apt waits silently. */
const REPORT_WAIT = `if inode=$(stat -c %i /var/lib/dpkg/lock-frontend 2>/dev/null); then
while read -r number kind mode access pid place range; do
case $place in *:"$inode")
name=unknown
read -r name 2>/dev/null < "/proc/$pid/comm" || :
printf '%s\\n' "Waiting for cache lock: process $pid ($name) is installing something" ;;
esac
done < /proc/locks
fi`;

describe('installing with apt', () => {
  it('uses the lists that are there, and renews them only when they do not do', () => {
    expect(apt.install(wanted('a', 'b'), undefined).script)
      .toBe(`export DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=a
get() { apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=2 -o Dpkg::Options::=--force-confold --no-install-recommends "$@" 2>&1; }
${REPORT_WAIT}
get install a b || { get update && get install a b; }`);
  });

  it('uses a mounted folder first, through lists of its own', () => {
    expect(apt.install(wanted('a'), trustedFolder('/mnt/Packages')).script)
      .toBe(`export DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=a
get() { apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=2 -o Dpkg::Options::=--force-confold --no-install-recommends "$@" 2>&1; }
${REPORT_WAIT}
m=/mnt/Packages
if [ -e "$m/Packages" ] || [ -e "$m/Packages.gz" ]; then
p=$(mktemp -d) && chmod 755 "$p" && mkdir -p "$p/lists/partial" || exit 1
printf 'deb [trusted=yes] file:%s ./\\n' "$m" > "$p/sources.list"
set -- -o Dir::Etc::SourceList="$p/sources.list" -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists="$p/lists" -o APT::Sandbox::User=root
rc=0
{ get "$@" update && get "$@" install a; } || rc=$?
rm -rf "$p"
else
printf '%s\\n' "no package index (Packages or Packages.gz) in $m; using the distribution's repository"
rc=1
fi
[ $rc = 0 ] || { get install a || { get update && get install a; }; }`);
  });

  describe.each(SHELLS)('in $name', (shell: Shell) => {
    /** A host whose apt-get fails as given, and records how it was called. */
    function host(fails: string) {
      const folder = temporaryFolder();
      const bin = join(folder, 'bin');
      const mount = join(folder, 'mount');
      mkdirSync(bin);
      mkdirSync(mount);
      const log = join(folder, 'log');
      const program = `#!/bin/sh
source=distribution
for word; do case $word in Dir::Etc::SourceList=*) source=mount ;; esac; done
for word; do case $word in update|install) verb=$word ;; esac; done
printf '%s\\n' "$verb $source" >> "$LOG"
case "${fails}" in *"($verb $source)"*) exit 100 ;; esac
exit 0
`;
      writeFileSync(join(bin, 'apt-get'), program);
      chmodSync(join(bin, 'apt-get'), 0o755);
      const install = (from: string | undefined) =>
        runIn(
          shell,
          sh`PATH=${bin}:$PATH; LOG=${log}; export LOG TMPDIR=${folder}
(
set -e
${apt.install(wanted('x'), from === undefined ? undefined : trustedFolder(from))}
)`,
        );
      return {
        mount,
        install,
        calls: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []),
      };
    }

    it('asks the distribution once when that is enough', () => {
      const given = host('');
      expect(given.install(undefined).exitCode).toBe(0);
      expect(given.calls()).toEqual(['install distribution']);
    });

    it('renews the lists when a package is not known, and fails when it still is not', () => {
      const given = host('(install distribution)');
      expect(given.install(undefined).exitCode).toBe(100);
      expect(given.calls()).toEqual(['install distribution', 'update distribution', 'install distribution']);
    });

    it('asks the mount alone when that is enough', () => {
      const given = host('');
      writeFileSync(join(given.mount, 'Packages'), '');
      expect(given.install(given.mount).exitCode).toBe(0);
      expect(given.calls()).toEqual(['update mount', 'install mount']);
    });

    it.each([
      ['lacks a package', '(install mount)', ['update mount', 'install mount', 'install distribution']],
      ['cannot be read', '(update mount)', ['update mount', 'install distribution']],
    ])('asks the distribution when the mount %s, under `set -e` too', (_name, fails, calls) => {
      const given = host(fails);
      writeFileSync(join(given.mount, 'Packages.gz'), '');
      expect(given.install(given.mount).exitCode).toBe(0);
      expect(given.calls()).toEqual(calls);
    });

    it('says that the mount holds no index, and asks the distribution', () => {
      const given = host('');
      const made = given.install(given.mount);
      expect(made.stdout).toBe(
        `no package index (Packages or Packages.gz) in ${given.mount}; using the distribution's repository\n`,
      );
      expect(given.calls()).toEqual(['install distribution']);
    });
  });
});

describe.each(SHELLS)('where a package could be had from, in $name', (shell) => {
  interface Given {
    readonly mount?: 'Packages' | 'Packages.gz';
    readonly candidate?: string;
    readonly sources?: 'sources.list' | 'sources.list.d/debian.sources';
    readonly lists?: boolean;
  }

  function sourceOf({ mount, candidate, sources, lists = false }: Given): string {
    const folder = temporaryFolder();
    const file = (name: string, content: string | Uint8Array) => {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    };
    const policy =
      candidate === undefined
        ? ''
        : `x:\n  Installed: (none)\n  Candidate: ${candidate}\n  Version table:\n     9.9 500\n`;
    file('bin/apt-cache', `#!/bin/sh\nprintf '%s' '${policy}'\n`);
    chmodSync(join(folder, 'bin/apt-cache'), 0o755);
    file('etc/apt/sources.list', sources === 'sources.list' ? 'deb http://deb.example bookworm main\n' : '# none\n');
    if (sources === 'sources.list.d/debian.sources')
      file(`etc/apt/${sources}`, 'Types: deb\nURIs: http://deb.example\n');
    if (lists) file('lists/deb.example_Packages', '');
    const index =
      'Package: xx\nVersion: 3\n\nPackage: x\nArchitecture: all\nVersion: 1:2.3.1-1\n\nPackage: z\nVersion: 4\n';
    if (mount !== undefined) file(`mount/${mount}`, mount === 'Packages' ? index : gzipSync(index));
    const { script } = apt.source('x', trustedFolder(join(folder, 'mount')));
    const moved = script
      .replaceAll('/var/lib/apt', () => quote(folder))
      .replaceAll('/etc/apt', () => `${quote(folder)}/etc/apt`);
    const whole = sh`PATH=${join(folder, 'bin')}:$PATH
`;
    const { stdout, stderr } = runIn(shell, { ...whole, script: whole.script + moved });
    expect(stderr).toBe('');
    return stdout.trim();
  }

  it.each<readonly [string, Given, string]>([
    ['a mount that has it', { mount: 'Packages' }, 'mount\nversion 1:2.3.1-1'],
    ['a mount whose index is compressed', { mount: 'Packages.gz', candidate: '(none)' }, 'mount\nversion 1:2.3.1-1'],
    [
      'lists that have it',
      { candidate: '1:2.2.7-1+b2', lists: true, sources: 'sources.list' },
      'candidate\nversion 1:2.2.7-1+b2',
    ],
    ['sources that were never read', { sources: 'sources.list' }, 'unread'],
    ['sources of the newer form that were never read', { sources: 'sources.list.d/debian.sources' }, 'unread'],
    ['lists that do not have it', { candidate: '(none)', lists: true, sources: 'sources.list' }, 'none'],
    ['no source at all', {}, 'none'],
  ])('%s', (_name, given, source) => {
    expect(sourceOf(given)).toBe(source);
  });
});

describe('what apt says', () => {
  it('of waiting is recognised, its own words and those of lvsctl', () => {
    expect(isWaiting('Waiting for cache lock: Could not get lock /var/lib/dpkg/lock-frontend.')).toBe(true);
    expect(isWaiting('Waiting for headers')).toBe(false);
    const [own] = /Waiting for cache lock: process[^"]*/.exec(apt.install(wanted('a'), undefined).script) ?? [];
    expect(own !== undefined && isWaiting(own)).toBe(true);
  });

  it.each([
    [['E: old', 'ok', 'E: Failed to fetch x', 'E: Some index files failed'], 'E: Failed to fetch x'],
    [['E: Failed to fetch x', 'tar: cannot write'], 'tar: cannot write'],
    [['one', 'two'], 'two'],
    [[], undefined],
  ])('has its cause in the first of the last errors: %j', (lines, cause) => {
    expect(causeIn(lines)).toBe(cause);
  });

  it.each([
    ['keepalived', 'keepalived'],
    ['iputils-arping', 'arping'],
  ])('calls a package by its own name, here %s', (debian, own) => {
    expect(nameIn({ names: { 'iputils-arping': 'arping' } }, debian)).toBe(own);
  });

  it('is of no other package manager', () => {
    expect(packageManagerOf('apt')).toBe(apt);
    expect(packageManagerOf(undefined)).toBeUndefined();
  });
});
