import { describe, expect, it } from 'vitest';
import { containing, isEdge, networkAround, parseNetwork } from '../../../src/inventory/address.ts';

describe('networkAround', () => {
  it.each([
    ['192.168.168.12', 24, '192.168.168.0'],
    ['10.1.255.255', 9, '10.0.0.0'],
    ['10.1.2.3', 0, '0.0.0.0'],
    ['255.255.255.255', 32, '255.255.255.255'],
    ['FD00:0:0:1::12', 64, 'fd00:0:0:1::'],
    ['fd00::12', 0, '::'],
    ['fd00::12', 127, 'fd00::12'],
    ['::ffff:10.0.0.7', 120, '::ffff:10.0.0.0'],
  ])('clears the host bits of %s/%i', (address, prefix, expected) => {
    expect(networkAround(address, prefix)).toEqual({ address: expected, prefix });
  });
});

describe('parseNetwork', () => {
  it.each([
    ['192.168.168.1/24', '192.168.168.0', 24],
    ['0.0.0.0/0', '0.0.0.0', 0],
    ['fd00::1/64', 'fd00::', 64],
    ['::/128', '::', 128],
  ])('reads %s', (text, address, prefix) => {
    expect(parseNetwork(text)).toEqual({ address, prefix });
  });

  it.each(['10.0.0.1', '10.1/16', '0x0a.0.0.1/24', '10.0.0.0/33', 'fd00::/129', 'fd00::/', '10.0.0.0/8/8', '/24', ''])(
    'rejects %j',
    (text) => {
      expect(parseNetwork(text)).toBeUndefined();
    },
  );
});

describe('containing', () => {
  it.each([
    ['192.168.168.0', 24, '192.168.168.255', true],
    ['192.168.168.0', 24, '192.168.169.0', false],
    ['192.168.168.77', 24, '192.168.168.1', true],
    ['0.0.0.0', 0, '255.1.2.3', true],
    ['fd00::', 64, 'fd00::ffff:1', true],
    ['fd00::', 64, 'fd00:0:0:1::1', false],
    ['::', 0, '10.0.0.1', false],
    ['0.0.0.0', 0, 'fd00::1', false],
  ])('of %s/%i and %s is %s', (address, prefix, other, expected) => {
    expect(containing({ address, prefix })(other)).toBe(expected);
  });
});

describe('isEdge', () => {
  it.each([
    ['10.0.0.0', 24, '10.0.0.0', true],
    ['10.0.0.0', 24, '10.0.0.255', true],
    ['10.0.0.0', 24, '10.0.0.254', false],
    ['10.0.0.0', 31, '10.0.0.0', false],
    ['10.0.0.1', 32, '10.0.0.1', false],
    ['fd00::', 64, 'fd00::', true],
    ['fd00::', 64, 'fd00::ffff:ffff:ffff:ffff', false],
    ['fd00::', 127, 'fd00::', false],
  ])('of %s/%i and %s is %s', (address, prefix, other, expected) => {
    expect(isEdge({ address, prefix }, other)).toBe(expected);
  });
});
