import { spawnSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { applyScript } from '../../src/apply/script.ts';
import type { Change } from '../../src/plan/change.ts';
import { type Command, lines, sh } from '../../src/remote/command.ts';
import { type AddressWant, address } from '../../src/resources/address.ts';
import { type FileWant, file } from '../../src/resources/file.ts';
import { SHELLS, type Shell, busyboxTools } from '../support/shells.ts';
import { NONCE } from '../support/nonce.ts';

/** Steps that only root can take, for real, in namespaces of their own: never on the machine itself. */

const root = process.getuid?.() === 0;
const machine = readlinkSync('/proc/self/ns/net');

/** Network and mounts of its own: /run, /var/lib and /mnt are empty and small. The run `aa` holds the lock. */
const PRELUDE = `[ "$(readlink /proc/self/ns/net)" != '${machine}' ] || { echo 'this is the machine itself' >&2; exit 99; }
mount -t tmpfs -o mode=755 none /run && mount -t tmpfs -o mode=755 none /var/lib && mount -t tmpfs -o mode=755,size=64k none /mnt || exit 98
mkdir -m 700 /run/lvsctl; : > /run/lvsctl/mutex; printf 'aa 2000000000\\nme\\n' > /run/lvsctl/lease
ip link set lo up; ip link add eth0 type veth peer name far; ip address add 192.168.168.100/24 dev eth0; ip link set eth0 up
`;

function inside(shell: Shell, ...commands: readonly Command[]) {
  const tools = shell.onlyBusybox ? `PATH=${sh`${busyboxTools()}`.script}\n` : '';
  const { status, stdout, stderr } = spawnSync('unshare', ['--net', '--mount', ...shell.argv], {
    input: `{ :; ${PRELUDE}${tools}${lines(commands).script}\n} </dev/null; exit $?\n`,
    encoding: 'utf8',
    cwd: '/',
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
  });
  return { status, stdout, stderr };
}

describe.skipIf(!root).each(SHELLS)('an address in $name', (shell) => {
  const want = (given: Partial<AddressWant> = {}): AddressWant => ({
    kind: 'address',
    address: '192.168.168.12/32',
    device: 'lo',
    present: true,
    reason: '',
    ...given,
  });
  const diff = { action: 'create', disruptive: false, fields: [] } as const;
  /** What there is of it before and after its steps, which are taken twice. */
  function put(wanted: AddressWant, ...before: readonly Command[]) {
    const steps = lines([sh`set -e`, ...address.steps(wanted, diff)]);
    const made = inside(
      shell,
      ...before,
      sh`(
${steps}
) && (
${steps}
) || echo failed >&2`,
      address.probe([]),
    );
    expect([made.status, made.stderr]).toEqual([0, '']);
    return address.parse(made.stdout);
  }

  it('is added', () => {
    expect(put(want()).get('192.168.168.12 lo')).toEqual(['32']);
  });

  it('is given its prefix, whatever it had', () => {
    const seen = put(want(), sh`ip address add 192.168.168.12/24 dev lo`, sh`ip address add 192.168.168.12/16 dev lo`);
    expect(seen.get('192.168.168.12 lo')).toEqual(['32']);
  });

  it('is taken away, whatever its prefix, and its neighbours stay', () => {
    const seen = put(
      want({ device: 'eth0', present: false }),
      sh`ip address add 192.168.168.12/24 dev eth0`,
      sh`ip address add 192.168.168.12/32 dev eth0`,
      sh`ip address add 192.168.168.13/24 dev eth0`,
    );
    expect([...seen.keys()].filter((key) => key.endsWith('eth0') && !key.startsWith('fe80'))).toEqual([
      '192.168.168.100 eth0',
      '192.168.168.13 eth0',
    ]);
  });
});

describe.skipIf(!root).each(SHELLS)('a file in $name', (shell) => {
  const want = (given: Partial<FileWant>): FileWant => ({
    kind: 'file',
    path: '/mnt/x.conf',
    mode: 0o600,
    text: 'new\n',
    secrets: [],
    ...given,
  });
  const change = (wanted: FileWant): Change => {
    const diff = file.diff(wanted, { is: 'file', mode: 0o600, text: 'old\n' });
    if (diff === undefined) throw new Error('no difference');
    return {
      host: 'h',
      role: 'director',
      kind: 'file',
      key: wanted.path,
      action: 'update',
      fields: diff.fields,
      reason: undefined,
      disruptive: false,
      causes: [],
      secrets: [],
      advice: undefined,
      steps: file.steps(wanted, diff),
    };
  };

  it('that finds no room leaves the old one, and nothing beside it', () => {
    const wanted = want({ text: 'x'.repeat(200_000) });
    const made = inside(
      shell,
      sh`(umask 077; echo old > /mnt/x.conf)`,
      applyScript([change(wanted)], 'g', 'aa', NONCE),
      sh`ls /mnt; cat /mnt/x.conf`,
    );
    expect(made.stdout).toMatch(/@lvsctl:change \S+ 0 ended [1-9]\d*\n\nx\.conf\nold\n$/);
  });

  it('is kept as it was before it is replaced, where only root can read it', () => {
    const made = inside(
      shell,
      sh`mkdir -m 755 '/mnt/a b'; echo old > '/mnt/a b/x'; chmod 644 '/mnt/a b/x'`,
      applyScript([change(want({ path: '/mnt/a b/x' }))], 'g', 'aa', NONCE),
      sh`cat '/var/lib/lvsctl/generations/g/mnt/a b/x' '/mnt/a b/x'; stat -c %a /var/lib/lvsctl/generations/g`,
    );
    expect(made.stdout).toMatch(/ended 0\n\nold\nnew\n700\n$/);
  });

  it('is not replaced when it cannot be kept', () => {
    const made = inside(
      shell,
      sh`echo old > /mnt/x.conf; mkdir /var/lib/lvsctl; echo > /var/lib/lvsctl/generations`,
      applyScript([change(want({}))], 'g', 'aa', NONCE),
      sh`cat /mnt/x.conf`,
    );
    expect(made.stdout).toContain('cannot back up files to /var/lib/lvsctl/generations/g\n');
    expect(made.stdout).not.toContain('@lvsctl:change');
    expect(made.stdout).toMatch(/\nold\n$/);
  });
});
