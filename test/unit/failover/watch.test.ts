import { describe, expect, it } from 'vitest';
import { kernelPlace, parseWatchLine } from '../../../src/failover/watch.ts';

describe('a line of a watched host', () => {
  it('parses an added address, with the uptime of the host', () => {
    const line =
      '[1234.56] 2: eth0    inet 192.168.168.12/32 scope global eth0\\       valid_lft forever preferred_lft forever';
    expect(parseWatchLine(line)).toEqual({
      kind: 'address',
      stampMs: 1_234_560,
      address: '192.168.168.12',
      gone: false,
    });
  });

  it('parses a removed address', () => {
    const line = '[1234.57] Deleted 2: eth0    inet6 fd00::12/128 scope global eth0\\       valid_lft';
    expect(parseWatchLine(line)).toMatchObject({ address: 'fd00::12', gone: true });
  });

  it('parses an initial address without a stamp', () => {
    expect(parseWatchLine('now 2: eth0    inet 192.168.168.12/32 scope global eth0')).toMatchObject({
      kind: 'address',
      stampMs: undefined,
      gone: false,
    });
  });

  it('parses an address with a peer', () => {
    expect(parseWatchLine('now 2: eth0    inet 10.0.0.1 peer 10.0.0.2/32 scope global eth0')).toMatchObject({
      address: '10.0.0.1',
    });
  });

  it.each(['lo', 'lvs-tun0'])('ignores an address on %s, as of a real server', (dev) => {
    expect(parseWatchLine(`now 1: ${dev}    inet 192.168.168.12/32 scope global ${dev}`)).toBeUndefined();
  });

  it('parses the hardware address that the client sends to', () => {
    expect(parseWatchLine('[1234.58] 192.168.168.12 dev eth0 lladdr 02:00:C0:A8:A8:6B REACHABLE ')).toMatchObject({
      kind: 'neighbour',
      address: '192.168.168.12',
      mac: '02:00:c0:a8:a8:6b',
    });
    expect(parseWatchLine('[1234.58] 192.168.168.12 dev eth0  FAILED')).toBeUndefined();
  });

  it('parses the table, which may be empty', () => {
    expect(parseWatchLine('table C0A8A80C:0050/C0A8A867:0050/1 C0A8A80C:0050/C0A8A866:0050/0')).toEqual({
      kind: 'table',
      entries: [
        { service: 'C0A8A80C:0050', server: 'C0A8A867:0050', weight: 1 },
        { service: 'C0A8A80C:0050', server: 'C0A8A866:0050', weight: 0 },
      ],
    });
    expect(parseWatchLine('table')).toEqual({ kind: 'table', entries: [] });
  });

  it('parses the uptime with the boot ID', () => {
    expect(parseWatchLine('beat 1234.56 3f0c')).toEqual({ kind: 'beat', stampMs: 1_234_560, boot: '3f0c' });
    expect(parseWatchLine('beat 1234')).toBeUndefined();
  });

  it('prints no time of day, which may be set meanwhile', () => {
    expect(parseWatchLine('[2026-11-22T20:02:57.19] 2: eth0    inet 10.0.0.1/32 scope global eth0')).toMatchObject({
      stampMs: undefined,
    });
  });

  it('ignores other lines', () => {
    expect(parseWatchLine('')).toBeUndefined();
    expect(parseWatchLine('Device "eth9" does not exist.')).toBeUndefined();
  });
});

it.each([
  ['192.168.168.12', 80, 'C0A8A80C:0050'],
  ['fd00::12', 8443, '[fd00:0000:0000:0000:0000:0000:0000:0012]:20FB'],
])('the kernel prints %s and port %i as %s', (address, port, expected) => {
  expect(kernelPlace({ address, port })).toBe(expected);
});
