import { describe, expect, it } from 'vitest';
import { mountsBelow } from '../../../src/lab/cleanup.ts';
import { labConnection } from '../../../src/lab/connection.ts';
import { execArguments } from '../../../src/lab/exec.ts';
import { missingNeeds } from '../../../src/lab/kernel.ts';
import { labCacheFolder } from '../../../src/lab/paths.ts';

describe('the machine that a lab is on', () => {
  it('gets the names of missing packages, and only those of the chosen kernel', () => {
    const packages = (kernel: 'host' | 'uml' | 'qemu', exists: (file: string) => boolean): readonly string[] =>
      missingNeeds(kernel, exists).map((need) => need.package);
    expect(packages('uml', () => true)).toEqual([]);
    expect(packages('uml', (file) => !file.endsWith('/busybox'))).toEqual(['busybox']);
    expect(packages('uml', () => false)).toEqual(['mmdebstrap', 'iproute2', 'openssh-client', 'busybox', 'e2fsprogs']);
    expect(packages('host', () => false)).toContain('systemd-container');
    expect(packages('qemu', () => false)).toContain('qemu-system-x86');
  });

  it('keeps what is built once in its cache folder', () => {
    expect(labCacheFolder({ XDG_CACHE_HOME: '/tmp/cache' })).toBe('/tmp/cache/lvsctl/lab');
    expect(labCacheFolder({ XDG_CACHE_HOME: 'relative' })).toMatch(/\/\.cache\/lvsctl\/lab$/);
    expect(labCacheFolder({})).toMatch(/\/\.cache\/lvsctl\/lab$/);
  });

  it('loses the mounts of this lab and of no other, the innermost first', () => {
    const mountinfo = [
      '21 1 254:0 / / rw - ext4 /dev/vda rw',
      '30 21 0:30 / /run/lvsctl-lab/a/disk rw - tmpfs x rw',
      '31 30 0:31 / /run/lvsctl-lab/a/disk/with\\040blank rw - overlay overlay rw',
      '32 21 0:32 / /run/lvsctl-lab/ab/disk rw - tmpfs x rw',
    ].join('\n');
    expect(mountsBelow('/run/lvsctl-lab/a', mountinfo)).toEqual([
      '/run/lvsctl-lab/a/disk/with blank',
      '/run/lvsctl-lab/a/disk',
    ]);
  });
});

describe('a host of the lab', () => {
  it('gets a command with each argument as one word', () => {
    expect(execArguments('/r/ssh_config', 'rs1', ['sh', '-c', "echo 'a b'"], false)).toEqual([
      '-F',
      '/r/ssh_config',
      '-T',
      'rs1',
      '--',
      'sh',
      '-c',
      `'echo '\\''a b'\\'''`,
    ]);
    expect(execArguments('/r/ssh_config', 'rs1', [], true)).toEqual(['-F', '/r/ssh_config', '-tt', 'rs1', '--']);
  });

  it('cannot be reached when the lab is down, and the user learns what to do', () => {
    expect(() => labConnection('never-up')).toThrow(
      expect.objectContaining({
        code: 'lab',
        message: "the lab 'never-up' is down",
        detail: { hint: 'Run `lvsctl lab up --name never-up`.' },
      }),
    );
  });
});
