import { describe, expect, it } from 'vitest';
import { significantLine } from '../../../src/lab/guest.ts';
import { labPaths } from '../../../src/lab/paths.ts';
import { loadOrder, qemuProgram } from '../../../src/lab/qemu.ts';
import { layOut } from '../../../src/lab/lay-out.ts';
import { guestMemory, umlProgram, withInterpreter } from '../../../src/lab/uml.ts';
import { guestSettings } from '../../../src/lab/way.ts';
import type { BuildableDistribution } from '../../../src/lab/distributions/build.ts';
import { ARTICLE } from '../../../src/lab/article.ts';
import { NAT } from './wishes.ts';

const MACHINE = {
  paths: labPaths('demo'),
  kernel: '/c/uml',
  memory: '/run/lvsctl-lab/demo/memory',
  megabytes: guestMemory(ARTICLE.hosts.length),
};
const DISKS = {
  root: '/c/base.ext4',
  packages: '/c/packages.ext4',
  modules: '/c/modules.ext4',
  seed: '/r/seed.tar',
  distributions: [],
};

describe('a guest kernel', () => {
  it('as User Mode Linux has its memory where mappings may be executed, and writes to no disk', () => {
    const program = umlProgram({ ...MACHINE, segments: ARTICLE.segments }, DISKS);
    expect(program.cwd).toBe('/c/uml');
    expect(program.env).toEqual({ LD_LIBRARY_PATH: '/c/uml', TMPDIR: '/run/lvsctl-lab/demo/memory' });
    expect(program.argv.filter((word) => word.startsWith('ubd'))).toEqual([
      'ubd0r=/c/base.ext4',
      'ubd1r=/c/packages.ext4',
      'ubd2r=/c/modules.ext4',
      'ubd3r=/r/seed.tar',
    ]);
    expect(program.argv).toContain('mem=1312M');
  });

  it('has a disk for each further distribution, and mounts it by its letter', () => {
    const rpm = { distribution: { id: 'rpm', init: 'sysvinit' } } as BuildableDistribution;
    const debian13 = { distribution: { id: 'debian13', init: 'systemd' } } as BuildableDistribution;
    const distributions = ['/c/system-rpm.ext4', '/c/system-debian13.ext4'];
    const { argv } = umlProgram({ ...MACHINE, segments: ARTICLE.segments }, { ...DISKS, distributions });
    expect(argv).toContain('ubd4r=/c/system-rpm.ext4');
    expect(argv).toContain('ubd5r=/c/system-debian13.ext4');
    const { disks, systems } = guestSettings({ base: 'debian12', distributions: [rpm, debian13] });
    expect(disks).toEqual([
      { folder: '/run/distributions/rpm', letter: 'e' },
      { folder: '/run/distributions/debian13', letter: 'f' },
    ]);
    expect(systems).toEqual({
      debian12: { init: 'systemd', root: '/', packages: '/mnt/Packages' },
      rpm: { init: 'sysvinit', root: '/run/distributions/rpm/root', packages: '/run/distributions/rpm/packages' },
      debian13: {
        init: 'systemd',
        root: '/run/distributions/debian13/root',
        packages: '/run/distributions/debian13/packages',
      },
    });
  });

  it('has a card on the tap of each segment, by whose hardware address the segment is found', () => {
    const { segments, hosts } = layOut(NAT);
    const uml = umlProgram({ ...MACHINE, segments }, DISKS).argv;
    expect(uml.filter((word) => word.startsWith('vec'))).toEqual([
      'vec0:transport=tap,ifname=tap0,depth=128,gro=1,mac=02:fe:00:00:00:00',
      'vec1:transport=tap,ifname=tap1,depth=128,gro=1,mac=02:fe:00:00:00:01',
    ]);
    const qemu = qemuProgram('/c/kernel', [], { segments, hosts }, DISKS).argv;
    expect(qemu).toContain('tap,id=n1,ifname=tap1,script=no,downscript=no');
    expect(qemu).toContain('virtio-net-pci,netdev=n1,mac=02:fe:00:00:00:01');
  });

  it('in qemu has the same disks, and one card for one segment', () => {
    const { argv } = qemuProgram('/c/kernel', ['-accel', 'tcg'], ARTICLE, { ...DISKS, root: '/c/a,b.ext4' });
    const drives = argv.filter((word) => word.startsWith('id=d'));
    expect(drives).toHaveLength(4);
    expect(drives[0]).toBe('id=d0,file=/c/a,,b.ext4,format=raw,if=none,readonly=on,cache=unsafe,file.locking=off');
    expect(argv.filter((word) => word === '-netdev')).toHaveLength(1);
    expect(argv).toContain('tap,id=n0,ifname=tap0,script=no,downscript=no');
  });

  it('is extracted from the console when it dies', () => {
    expect(significantLine('booting\nKernel panic - not syncing: no fp\n [<6003>] ? x\n')).toBe(
      'Kernel panic - not syncing: no fp',
    );
    expect(significantLine('one\ntwo\n')).toBe('two');
    expect(significantLine('')).toBe('no output');
  });

  it('loads its disk drivers in the order of their dependencies', () => {
    const text = 'builtin virtio\ninsmod /m/crc16.ko \ninsmod /m/ext4.ko.xz opt=1\n';
    expect(loadOrder(text)).toEqual(['/m/crc16.ko', '/m/ext4.ko.xz']);
  });
});

describe('User Mode Linux with a libc of its own', () => {
  const elf = Buffer.from('\x7fELF..../lib64/ld-linux-x86-64.so.2\0rest', 'latin1');

  it('names another loader in the same place', () => {
    const changed = withInterpreter(elf, 'ld.so');
    expect(changed).toHaveLength(elf.length);
    expect(changed.toString('latin1')).toBe(`\x7fELF....ld.so${'\0'.repeat(23)}rest`);
  });

  it('is refused when it is not built as expected', () => {
    expect(() => withInterpreter(Buffer.from('static'), 'ld.so')).toThrow('unexpected build');
    expect(() => withInterpreter(Buffer.concat([elf, elf]), 'ld.so')).toThrow('unexpected build');
    expect(() => withInterpreter(elf, 'x'.repeat(28))).toThrow('unexpected build');
  });
});
