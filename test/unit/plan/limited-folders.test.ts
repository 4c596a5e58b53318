import { describe, expect, it } from 'vitest';
import { plan } from '../../../src/pipeline/plan.ts';
import { changesIn } from '../../../src/plan/plan.ts';
import { type Undone, connectFakeCluster, recordedCluster } from '../../support/recorded.ts';

async function planned(state: 'bare' | 'deployed', undone: Undone) {
  const { session } = await connectFakeCluster(await recordedCluster(), state, undone);
  const { plan: made } = await plan(session, () => undefined, new AbortController().signal);
  const refused = made.unreadable.map(({ failure }) => ({ message: failure.message, hint: failure.detail.hint }));
  return { refused, changes: changesIn(made) };
}

/** Folders that cannot be used in full, as the probe prints them. */
const limits =
  (...lines: readonly string[]) =>
  (sections: Map<string, string>): void => {
    sections.set('folders', `${lines.join('\n')}\n`);
  };

const SBIN = '/usr/local/sbin';
const USR = ['/dev/root / ext4 rw,relatime 0 0', '/dev/usr /usr ext4 ro,relatime 0 0'];
const READ_ONLY = limits(`+/usr\t/usr`, `+${SBIN}\t${SBIN}`, ...USR);

describe('a host with a read-only folder', () => {
  it('fails preflight with all that would be written there, before anything is changed', async () => {
    const { refused } = await planned('bare', { rs1: READ_ONLY });
    expect(refused).toEqual([
      {
        message:
          'rs1: /usr/local/sbin is read-only, and file /usr/local/sbin/lvs.dr.sh would be written there; /usr is read-only, and packages would be written there',
        hint: expect.stringContaining('mount -o remount,rw') as string,
      },
    ]);
  });

  it('needs it for the record of what was there before', async () => {
    const { refused } = await planned('bare', { rs1: limits('!/var/lib/lvsctl\t/var/lib') });
    expect(refused[0]?.message).toMatch(
      /^rs1: \/var\/lib\/lvsctl is read-only, and file \S+, file \S+, \d+ more would be written there$/,
    );
  });

  it('may have it elsewhere, behind a symbolic link', async () => {
    const { refused } = await planned('bare', { rs1: limits(`+${SBIN}\t/var/usrlocal/sbin`, ...USR) });
    expect(refused).toEqual([]);
  });

  it('is left alone where nothing is to be written', async () => {
    expect(await planned('deployed', { rs1: READ_ONLY })).toEqual({ refused: [], changes: [] });
  });
});

describe('a host whose programs may not run', () => {
  it.each([
    [
      'because /usr/local is mounted noexec',
      ['/dev/a / ext4 rw 0 0', '/dev/b /usr/local ext4 rw,noexec,nosuid 0 0'],
      true,
    ],
    ['but for a mount below', ['/dev/b /usr/local ext4 noexec 0 0', '/dev/c /usr/local/sbin ext4 rw 0 0'], false],
    ['but for a later mount', ['/dev/a / ext4 rw,noexec 0 0', '/dev/b / ext4 rw 0 0'], false],
    ['or has lines that are no mounts', ['noexec', '/ /', ' /usr/local noexec', '+/usr', '!\t'], false],
  ])('%s', async (_name, lines, fails) => {
    const { refused } = await planned('bare', { rs1: limits(`+${SBIN}\t${SBIN}`, ...lines) });
    expect(refused.map(({ message }) => message)).toEqual(
      fails ? ['rs1: /usr/local/sbin is mounted noexec, and file /usr/local/sbin/lvs.dr.sh would run there'] : [],
    );
  });
});
