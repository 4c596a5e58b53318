import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { apk } from '../../../src/platforms/apk.ts';
import { sh } from '../../../src/remote/command.ts';
import { trustedFolder, wanted } from '../../support/packages.ts';
import { SHELLS, runIn, temporaryFolder } from '../../support/shells.ts';

// Made after apk's documentation: no package of the test machine has the program.

describe.each(SHELLS)('apk, in $name', (shell) => {
  /** A host whose apk prints the architecture and what is found, and fails as given. */
  function host(fails: string, found = '') {
    const folder = temporaryFolder();
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    const log = join(folder, 'log');
    const program = `#!/bin/sh
network=online
for word; do case $word in --no-network) network=offline ;; --print-arch) echo x86_64; exit ;; esac; done
from=distribution
for word; do case $word in --repository) from=mount ;; esac; done
for word; do case $word in add|update|search) verb=$word ;; esac; done
[ "$verb" != search ] || { printf '%s' '${found}'; exit; }
printf '%s\\n' "$verb $network $from" >> "$LOG"
case "${fails}" in *"($verb $network $from)"*) exit 1 ;; esac
`;
    writeFileSync(join(bin, 'apk'), program);
    chmodSync(join(bin, 'apk'), 0o755);
    const mount = join(folder, 'mount');
    const run = (command: ReturnType<typeof apk.query>) =>
      runIn(
        shell,
        sh`PATH=${bin}:$PATH; LOG=${log}; export LOG
(
set -e
${command}
)`,
      );
    return {
      mount,
      indexed: () => {
        mkdirSync(join(mount, 'x86_64'), { recursive: true });
        writeFileSync(join(mount, 'x86_64/APKINDEX.tar.gz'), '');
      },
      run,
      calls: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []),
    };
  }

  it.each([
    ['with the indexes on the host', '', ['add offline distribution']],
    [
      'with new ones when these will not do',
      '(add offline distribution)',
      ['add offline distribution', 'update online distribution', 'add online distribution'],
    ],
  ])('installs %s', (_name, fails, calls) => {
    const given = host(fails);
    expect(given.run(apk.install(wanted('keepalived', 'ipvsadm'), undefined)).exitCode).toBe(0);
    expect(given.calls()).toEqual(calls);
  });

  it.each([
    ['alone', '', ['add offline mount']],
    [
      'and the distribution when it lacks a package',
      '(add offline mount)',
      ['add offline mount', 'add offline distribution'],
    ],
  ])('installs from a folder %s', (_name, fails, calls) => {
    const given = host(fails);
    given.indexed();
    expect(given.run(apk.install(wanted('keepalived'), trustedFolder(given.mount))).exitCode).toBe(0);
    expect(given.calls()).toEqual(calls);
  });

  it('says that a folder has no index', () => {
    const given = host('');
    expect(given.run(apk.install(wanted('keepalived'), trustedFolder(given.mount))).stdout).toBe(
      `no package index (x86_64/APKINDEX.tar.gz) in ${given.mount}; using the repositories of the distribution\n`,
    );
    expect(given.calls()).toEqual(['add offline distribution']);
  });

  it('reads the version of what it can install', () => {
    const given = host('', 'keepalived-2.3.1-r1 - Loadbalancer and monitor\n');
    expect(given.run(apk.source('keepalived', undefined)).stdout).toBe('candidate\nversion 2.3.1-r1\n');
    given.indexed();
    expect(given.run(apk.source('keepalived', trustedFolder(given.mount))).stdout).toBe('mount\nversion 2.3.1-r1\n');
  });
});
