import { describe, expect, it } from 'vitest';
import { refusalHint } from '../../../../src/agent/core/ipvs/refusal.ts';
import type { IpvsChange } from '../../../../src/keepalived/ipvs/table.ts';

const id = { kind: 'address', protocol: 'TCP', address: '10.8.0.100', port: 80 } as const;
const service = { id, scheduler: 'mh', flags: 0, timeout: 0, netmask: 0xffffffff, persistenceEngine: undefined };
const destination = {
  address: '10.8.0.3',
  port: 80,
  forwarding: 'DR',
  weight: 1,
  upperThreshold: 0,
  lowerThreshold: 0,
  tunnel: undefined,
} as const;

describe('the hint for a refused change', () => {
  it.each<[IpvsChange, number, RegExp]>([
    [{ kind: 'new-service', service }, 2, /unknown scheduler mh: load the module \(modprobe ip_vs_mh\)/],
    [{ kind: 'set-service', service: { ...service, persistenceEngine: 'sip' } }, 2, /modprobe ip_vs_pe_sip/],
    [{ kind: 'new-service', service }, 97, /without IPv6/],
    [{ kind: 'new-service', service }, 17, /only one program/],
    [{ kind: 'set-destination', id, destination }, 2, /removed the destination/],
    [{ kind: 'set-destination', id, destination }, 3, /removed the service/],
    [{ kind: 'new-destination', id, destination }, 22, /10\.8\.0\.3 must be a unicast address .* lo must be up/],
    [{ kind: 'new-destination', id, destination }, 34, /lthreshold must not exceed uthreshold/],
    [{ kind: 'del-service', id }, 1, /CAP_NET_ADMIN/],
  ])('%o, %i', (change, errno, expected) => {
    expect(refusalHint(change, errno)).toMatch(expected);
  });

  it('is empty for other errors', () => {
    expect(refusalHint({ kind: 'new-service', service }, 12)).toBeUndefined();
    expect(refusalHint({ kind: 'new-service', service }, 22)).toBeUndefined();
  });
});
