import { describe, expect, it } from 'vitest';
import { markRules, markingSide } from '../../../src/forwarding/marks.ts';

const web = {
  mark: 80,
  protocol: 'TCP',
  endpoints: [80, 443].map((port) => ({ vip: '192.168.168.12', port })),
} as const;

describe('markRules', () => {
  it('marks each port of each address', () => {
    expect(markRules([{ address: '192.168.168.100', marks: [web], peers: [] }])).toEqual([
      '192.168.168.100 17703 1 ip dst_ip 192.168.168.12 ip_proto tcp dst_port 80 action skbedit mark 80',
      '192.168.168.100 17703 2 ip dst_ip 192.168.168.12 ip_proto tcp dst_port 443 action skbedit mark 80',
    ]);
  });

  it('passes packets of other directors before it marks, once for each address, by family and segment', () => {
    const dns = { mark: 1, protocol: 'UDP', endpoints: [{ vip: 'fd00::12', port: 53 }] } as const;
    const peers = ['192.168.168.107'];
    expect(
      markRules([
        { address: '192.168.168.100', marks: [web], peers },
        { address: 'fd00::100', marks: [dns, { ...dns, mark: 2, protocol: 'TCP' }], peers },
      ]),
    ).toEqual([
      '192.168.168.100 17701 1 ip src_mac @192.168.168.107 dst_ip 192.168.168.12 action pass',
      '192.168.168.100 17703 1 ip dst_ip 192.168.168.12 ip_proto tcp dst_port 80 action skbedit mark 80',
      '192.168.168.100 17703 2 ip dst_ip 192.168.168.12 ip_proto tcp dst_port 443 action skbedit mark 80',
      'fd00::100 17702 1 ipv6 src_mac @192.168.168.107 dst_ip fd00::12 action pass',
      'fd00::100 17704 1 ipv6 dst_ip fd00::12 ip_proto udp dst_port 53 action skbedit mark 1',
      'fd00::100 17704 2 ipv6 dst_ip fd00::12 ip_proto tcp dst_port 53 action skbedit mark 2',
    ]);
  });
});

describe('markingSide', () => {
  it('is nothing without marks', () => {
    expect(markingSide([{ address: '192.168.168.100', marks: [], peers: [] }])).toBeUndefined();
  });
});
