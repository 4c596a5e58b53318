import { describe, expect, it } from 'vitest';
import type { VirtualAddress } from '../../../../src/keepalived/model/vrrp.ts';
import { decodeAddress, deleteAddress, newAddress } from '../../../../src/agent/core/netlink/address.ts';
import { fromWords, words } from './words.ts';

const plain: VirtualAddress = {
  address: '10.9.0.1',
  prefix: 24,
  dev: undefined,
  label: undefined,
  scope: undefined,
  broadcast: undefined,
  peer: undefined,
  home: false,
  nodad: false,
  mngtmpaddr: false,
  noprefixroute: false,
  preferred_lft: undefined,
};
const asMessage = (address: VirtualAddress) => ({ ...newAddress(7, address), sequence: 0, port: 0 });

describe('addresses', () => {
  it('are added with family, prefix, flags, scope, interface and options', () => {
    const address = { ...plain, label: 'eth0:v', scope: 253, broadcast: '10.9.0.255', noprefixroute: true };
    expect(newAddress(7, address).payload).toEqual(
      fromWords(`
        021800fd 07000000
        08000200 0a090001
        08000100 0a090001
        08000800 00020000
        08000400 0a0900ff
        0b000300 65746830 3a760000`),
    );
  });

  it('are added exclusively, so that an existing one is not replaced', () => {
    expect(newAddress(7, plain).flags).toBe(0x1 | 0x4 | 0x200 | 0x400);
  });

  it('with a preferred lifetime of 0 are deprecated but valid forever', () => {
    const payload = words(
      newAddress(7, { ...plain, address: 'fd00::2', prefix: 128, nodad: true, preferred_lft: 0 }).payload,
    );
    expect(payload).toContain('14000600 00000000 ffffffff');
    expect(payload.slice(0, 17)).toBe('0a800200 07000000');
  });

  it('have a preferred lifetime in whole seconds for IPv6 only', () => {
    const ipv6 = { ...plain, address: 'fd00::2', prefix: 64 };
    expect(words(newAddress(7, { ...ipv6, preferred_lft: 100_500 }).payload)).toContain('14000600 64000000 ffffffff');
    expect(words(newAddress(7, ipv6).payload)).not.toContain('14000600');
    expect(words(newAddress(7, { ...plain, preferred_lft: 0 }).payload)).not.toContain('14000600');
  });

  it('are deleted by address, prefix, peer and interface, without options', () => {
    const gone = deleteAddress(7, { ...plain, peer: '10.9.0.2', label: 'eth0:v', broadcast: '10.9.0.255' });
    expect(words(gone.payload)).toBe('02180000 07000000 08000200 0a090001 08000100 0a090002');
    expect(gone.flags).toBe(0x1 | 0x4);
  });

  it.each([
    { ...plain, label: 'eth0:1', scope: 254 },
    { ...plain, prefix: 32, peer: '10.9.1.2', noprefixroute: true },
    { ...plain, address: 'fd00::1', prefix: 64, nodad: true, home: true },
    { ...plain, address: 'fd00::1', prefix: 64, mngtmpaddr: true, peer: 'fd00::9' },
  ])('are decoded as they were encoded: %o', (address) => {
    const { prefix, peer, label } = address;
    const report = decodeAddress(asMessage(address));
    expect(report).toMatchObject({ index: 7, address: address.address, prefix, peer, label, tentative: false });
  });
});
