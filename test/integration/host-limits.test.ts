import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { foldersProbe, parseFolders } from '../../src/observe/folder-limits.ts';
import { lines, sh } from '../../src/remote/command.ts';
import { SHELLS } from '../support/shells.ts';

/** Mounts that end with the process. */
const MOUNTS = `
mount -t tmpfs none /usr/local && mkdir -p /usr/local/sbin /usr/local/etc
mount -t tmpfs -o noexec none /usr/local/sbin
mount -t tmpfs none /srv && mkdir /srv/inner && mount --bind /srv/inner /srv/inner
mount -o remount,bind,ro /srv/inner
exec "$@"`;

describe.each(SHELLS)('in $name, folders of a host', (shell) => {
  it('are found to be read-only or noexec on real mounts, existing or not', () => {
    const probe = lines([
      foldersProbe(['/srv', '/srv/inner', '/srv/inner/new/deep', '/srv/new', '/usr/local/sbin', '/new']),
      sh`exit 0`,
    ]);
    const argv = ['--mount', 'sh', '-c', MOUNTS, 'sh', ...shell.argv, '-c', probe.script];
    const { readOnly, noexec } = parseFolders(execFileSync('unshare', argv, { encoding: 'utf8' }));
    expect([...readOnly]).toEqual(['/srv/inner', '/srv/inner/new/deep']);
    expect([...noexec]).toEqual(['/usr/local/sbin']);
  });
});
