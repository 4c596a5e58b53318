import { describe, expect, it } from 'vitest';
import { candidates } from '../../../src/lab/kernel.ts';

const WITH_IPVS = { architecture: 'x64', hostRefusal: undefined };
const WITHOUT_IPVS = { architecture: 'x64', hostRefusal: 'this kernel has no ip_vs' };

describe('the kernel of a lab', () => {
  it("is the machine's own when that has ip_vs", () => {
    const ways = candidates('auto', WITH_IPVS);
    expect(ways[0]).toEqual({ kernel: 'host', because: 'this kernel has ip_vs' });
    expect(ways.map(({ kernel }) => kernel)).toEqual(['host', 'uml', 'uml', 'qemu']);
  });

  it('is a User Mode Linux when it has not, and an emulated machine after that', () => {
    const because = 'this kernel has no ip_vs';
    expect(candidates('auto', WITHOUT_IPVS)).toEqual([
      { kernel: 'uml', because, suite: 'forky' },
      { kernel: 'uml', because, suite: 'sid' },
      { kernel: 'qemu', because },
    ]);
  });

  it('is the one that was asked for, and no other', () => {
    expect(candidates('host', WITH_IPVS)).toEqual([{ kernel: 'host', because: 'as asked' }]);
    expect(candidates('uml', WITH_IPVS).map(({ kernel }) => kernel)).toEqual(['uml', 'uml']);
    expect(candidates('qemu', WITHOUT_IPVS)).toEqual([{ kernel: 'qemu', because: 'as asked' }]);
  });

  it('is refused with the reason when what was asked for cannot be', () => {
    expect(() => candidates('host', WITHOUT_IPVS)).toThrow('kernel host does not work here: this kernel has no ip_vs');
  });

  it('can only be the machine’s own on other architectures than amd64', () => {
    expect(candidates('auto', { ...WITH_IPVS, architecture: 'arm64' })).toHaveLength(1);
    expect(() => candidates('auto', { ...WITHOUT_IPVS, architecture: 'arm64' })).toThrow('amd64 only');
    expect(() => candidates('qemu', { ...WITH_IPVS, architecture: 'arm64' })).toThrow('this machine is arm64');
  });
});
