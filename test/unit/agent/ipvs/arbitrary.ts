import * as fc from 'fast-check';
import { formatAddress } from '../../../../src/keepalived/text/address.ts';
import type { Destination, Service, ServiceId, Table } from '../../../../src/keepalived/ipvs/table.ts';
import { destinationKey, serviceKey } from '../../../../src/keepalived/ipvs/key.ts';

const port = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffffffff });

export const ipv4: fc.Arbitrary<string> = fc.uint8Array({ minLength: 4, maxLength: 4 }).map(formatAddress);
export const ipv6: fc.Arbitrary<string> = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(formatAddress);

export const anyId: fc.Arbitrary<ServiceId> = fc.oneof(
  fc.record({
    kind: fc.constant('address' as const),
    protocol: fc.constantFrom('TCP', 'UDP', 'SCTP'),
    address: fc.oneof(ipv4, ipv6),
    port,
  }),
  fc.record({
    kind: fc.constant('fwmark' as const),
    family: fc.constantFrom('ipv4', 'ipv6'),
    fwmark: fc.integer({ min: 1, max: 0xffffffff }),
  }),
);

/** An entry in the canonical form that the kernel reports. */
export function anyEntry(id: fc.Arbitrary<ServiceId>): fc.Arbitrary<Omit<Service, 'destinations'>> {
  return fc
    .record({
      id,
      scheduler: fc.constantFrom('rr', 'wlc', 'sh', 'mh', 'lblcr'),
      flags: fc.integer({ min: 0, max: 0x3f }).map((flags) => flags & ~0x2),
      timeout: fc.integer({ min: 1, max: 0xffffffff }),
      netmask: u32,
      persistenceEngine: fc.option(fc.constant('sip'), { nil: undefined }),
    })
    .map((entry) => ({ ...entry, timeout: (entry.flags & 1) === 0 ? 0 : entry.timeout }));
}

const anyTunnel: fc.Arbitrary<Destination['tunnel']> = fc.oneof(
  fc.constant(undefined),
  fc.record({ type: fc.constant('gue' as const), port, csum: fc.constantFrom('none', 'csum', 'remcsum') }),
  fc.record({ type: fc.constant('gre' as const), csum: fc.constantFrom('none', 'csum') }),
);

export function anyDestination(address: fc.Arbitrary<string>, ports: fc.Arbitrary<number>): fc.Arbitrary<Destination> {
  return fc
    .record({
      address,
      port: ports,
      forwarding: fc.constantFrom('DR', 'NAT', 'TUN'),
      weight: fc.integer({ min: 0, max: 65535 }),
      upperThreshold: fc.integer({ min: 0, max: 5000 }),
      lowerThreshold: fc.integer({ min: 0, max: 5000 }),
      tunnel: anyTunnel,
    })
    .map((one) => ({
      ...one,
      lowerThreshold: Math.min(one.lowerThreshold, one.upperThreshold),
      tunnel: one.forwarding === 'TUN' ? one.tunnel : undefined,
    }));
}

export const wideDestination: fc.Arbitrary<Destination> = anyDestination(fc.oneof(ipv4, ipv6), port);

/** Tables with so few distinct ids that any two overlap. */
export const smallTable: fc.Arbitrary<Table> = fc.uniqueArray(
  fc
    .tuple(
      anyEntry(
        fc.constantFrom<ServiceId>(
          { kind: 'address', protocol: 'TCP', address: '10.0.0.1', port: 80 },
          { kind: 'address', protocol: 'UDP', address: '10.0.0.1', port: 80 },
          { kind: 'address', protocol: 'TCP', address: 'fd00::1', port: 80 },
          { kind: 'fwmark', family: 'ipv4', fwmark: 7 },
          { kind: 'fwmark', family: 'ipv6', fwmark: 7 },
        ),
      ),
      fc.uniqueArray(anyDestination(fc.constantFrom('10.0.1.1', '10.0.1.2', 'fd00::2'), fc.constantFrom(80, 81)), {
        maxLength: 4,
        selector: destinationKey,
      }),
    )
    .map(([entry, destinations]) => ({ ...entry, destinations })),
  { maxLength: 4, selector: (service) => serviceKey(service.id) },
);
