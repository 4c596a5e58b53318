import { describe, expect, it } from 'vitest';
import { markRules } from '../../../src/forwarding/marks.ts';

describe('markRules', () => {
  it('marks each port of each address', () => {
    const mark = { mark: 80, vips: ['192.168.168.12'], ports: [80, 443], protocol: 'TCP' } as const;
    expect(markRules([mark], [])).toEqual([
      '17703 1 ip dst_ip 192.168.168.12 ip_proto tcp dst_port 80 action skbedit mark 80',
      '17703 2 ip dst_ip 192.168.168.12 ip_proto tcp dst_port 443 action skbedit mark 80',
    ]);
  });

  it('passes packets of other directors before it marks, by family', () => {
    const marks = [
      { mark: 1, vips: ['10.0.0.1'], ports: [53], protocol: 'UDP' },
      { mark: 2, vips: ['fd00::12'], ports: [80], protocol: 'TCP' },
    ] as const;
    expect(markRules(marks, ['02:00:00:00:00:02'])).toEqual([
      '17701 1 ip src_mac 02:00:00:00:00:02 dst_ip 10.0.0.1 action pass',
      '17702 1 ipv6 src_mac 02:00:00:00:00:02 dst_ip fd00::12 action pass',
      '17703 1 ip dst_ip 10.0.0.1 ip_proto udp dst_port 53 action skbedit mark 1',
      '17704 1 ipv6 dst_ip fd00::12 ip_proto tcp dst_port 80 action skbedit mark 2',
    ]);
  });

  it('passes an address once for all marks that it has', () => {
    const mark = { vips: ['10.0.0.1'], protocol: 'TCP' } as const;
    const rules = markRules(
      [
        { ...mark, mark: 1, ports: [80] },
        { ...mark, mark: 2, ports: [81] },
      ],
      ['02:00:00:00:00:02'],
    );
    expect(rules.filter((rule) => rule.startsWith('17701'))).toHaveLength(1);
  });
});
