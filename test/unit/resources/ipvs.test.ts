import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SERVICE_FLAGS } from '../../../src/keepalived/ipvs/flags.ts';
import { nameOfPlace, nameOfService } from '../../../src/keepalived/ipvs/name.ts';
import type { Destination, Service, ServiceId } from '../../../src/keepalived/ipvs/table.ts';
import { formatAddress } from '../../../src/keepalived/text/address.ts';
import { compareService, ipvs } from '../../../src/resources/ipvs.ts';
import { hexAddress, hexPort, parseTable } from '../../../src/resources/ipvs-table.ts';

/** Of the kernel that prints. */
const HZ = 250;

const METHODS = { DR: 'Route', NAT: 'Masq', TUN: 'Tunnel', local: 'Local' } as const;

const hexPlace = (address: string, port: number): string =>
  `${address.includes(':') ? `[${hexAddress(address)}]` : hexAddress(address)}:${hexPort(port)}`;

function headOf({ id, scheduler, flags }: Service): string {
  const ops = (flags & SERVICE_FLAGS.ONEPACKET) !== 0 ? 'ops ' : '';
  if (id.kind === 'fwmark') return `FWM  ${id.fwmark.toString(16).toUpperCase().padStart(8, '0')} ${scheduler} ${ops}`;
  const ipv6 = id.address.includes(':');
  return `${id.protocol}  ${hexPlace(id.address, id.port)} ${scheduler} ${ipv6 ? '' : ops}`;
}

/** As the kernel prints it (ip_vs_info_seq_show). */
function printed(services: readonly Service[]): string {
  const head = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
`;
  const each = services.map((service) => {
    const { timeout, netmask, destinations } = service;
    const persistent = timeout === 0 ? '' : `persistent ${timeout * HZ} ${netmask.toString(16).toUpperCase()}`;
    const rows = destinations.map(
      ({ address, port, forwarding, weight }) =>
        `  -> ${hexPlace(address, port)}      ${METHODS[forwarding].padEnd(7)} ${weight}      3          12\n`,
    );
    return `${headOf(service)}${persistent}\n${rows.join('')}`;
  });
  return head + each.join('');
}

const port = fc.integer({ min: 0, max: 65_535 });
const ipv4 = fc.uint8Array({ minLength: 4, maxLength: 4 }).map(formatAddress);
const ipv6 = fc
  .uint8Array({ minLength: 15, maxLength: 15 })
  // Not mapped from IPv4, which is written another way.
  .map((bytes) => formatAddress(Uint8Array.from([0xfd, ...bytes])));

const destinationOf = (address: fc.Arbitrary<string>): fc.Arbitrary<Destination> =>
  fc.record({
    address,
    port,
    forwarding: fc.constantFrom('DR', 'NAT', 'TUN'),
    weight: fc.integer({ min: 0, max: 65_535 }),
    upperThreshold: fc.constant(0),
    lowerThreshold: fc.constant(0),
    tunnel: fc.constant(undefined),
  });

const serviceOf = (family: 'ipv4' | 'ipv6'): fc.Arbitrary<Service> => {
  const address = family === 'ipv4' ? ipv4 : ipv6;
  const id: fc.Arbitrary<ServiceId> = fc.oneof(
    fc.record({
      kind: fc.constant('address' as const),
      protocol: fc.constantFrom('TCP', 'UDP', 'SCTP'),
      address,
      port,
    }),
    fc.record({
      kind: fc.constant('fwmark' as const),
      family: fc.constant(family),
      fwmark: fc.integer({ min: 1, max: 0xffffffff }),
    }),
  );
  return fc.record({
    id,
    scheduler: fc.constantFrom('rr', 'wrr', 'sh', 'lblcr'),
    flags: fc.constantFrom(0, SERVICE_FLAGS.ONEPACKET),
    timeout: fc.integer({ min: 0, max: 86_400 }),
    netmask: family === 'ipv4' ? fc.constantFrom(0xffffffff, 0xffffff00) : fc.constantFrom(128, 64),
    persistenceEngine: fc.constant(undefined),
    destinations: fc.uniqueArray(destinationOf(address), { selector: nameOfPlace, minLength: 1, maxLength: 4 }),
  });
};
const services = fc.uniqueArray(fc.oneof(serviceOf('ipv4'), serviceOf('ipv6')), {
  selector: ({ id }) => nameOfService(id),
  maxLength: 5,
});

describe('the table of the kernel', () => {
  it('needs no change after it was read as it is wanted', () => {
    fc.assert(
      fc.property(services, (given) => {
        const read = parseTable(printed(given));
        expect([...read.keys()]).toEqual(given.map(({ id }) => nameOfService(id)));
        for (const service of given)
          expect(compareService(service, read.get(nameOfService(service.id)))).toBeUndefined();
      }),
    );
  });

  it('has the identity, settings and connections of each service', () => {
    const table = parseTable(`UDP  C0A8A80C:0035 rr ops
  -> C0A8A866:0035      Route   1      3          12
TCP  [FD00::zz]:0050 rr
TCP  [fd00:0000:0000:0000:0000:0000:0000:0012]:0050 sh persistent 12500 80000000
FWM  00000050 wlc persistent 75000 FFFFFF00
  -> 0A000001:0000      Masq    2      0          0
`);
    expect(Object.fromEntries(table)).toEqual({
      '192.168.168.12:53/udp': {
        id: { kind: 'address', protocol: 'UDP', address: '192.168.168.12', port: 53 },
        scheduler: 'rr',
        ops: true,
        persistence: undefined,
        destinations: new Map([['192.168.168.102:53', { weight: 1, forward: 'Route', active: 3, inactive: 12 }]]),
      },
      '[fd00::12]:80': {
        id: { kind: 'address', protocol: 'TCP', address: 'fd00::12', port: 80 },
        scheduler: 'sh',
        ops: undefined,
        persistence: { ticks: 12_500, netmask: 0x80000000 },
        destinations: new Map(),
      },
      'fwmark 80': {
        id: { kind: 'fwmark', family: 'ipv4', fwmark: 80 },
        scheduler: 'wlc',
        ops: false,
        persistence: { ticks: 75_000, netmask: 0xffffff00 },
        destinations: new Map([['10.0.0.1:0', { weight: 2, forward: 'Masq', active: 0, inactive: 0 }]]),
      },
    });
  });

  it('is never a reason to fall over', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('TCP', 'FWM', '->', 'C0A8:zz', '[::]:0050', ' ', '\n', 'persistent', 'x:y', '0050')),
        (words) => {
          expect(() => parseTable(words.join(' '))).not.toThrow();
        },
      ),
    );
  });
});

describe('the steps that make a service', () => {
  const stepsOf = (service: Service): readonly string[] => {
    const want = { kind: 'ipvs', service, decidedBy: new Map<string, string>() } as const;
    const diff = ipvs.diff(want, undefined);
    return diff === undefined ? [] : ipvs.steps(want, diff).map(({ script }) => script);
  };
  const base: Service = {
    id: { kind: 'address', protocol: 'TCP', address: '10.0.0.1', port: 80 },
    scheduler: 'rr',
    flags: 0,
    timeout: 0,
    netmask: 0xffffffff,
    persistenceEngine: undefined,
    destinations: [],
  };
  const to: Destination = {
    address: '10.0.0.2',
    port: 8080,
    forwarding: 'NAT',
    weight: 2,
    upperThreshold: 0,
    lowerThreshold: 0,
    tunnel: undefined,
  };

  it.each<readonly [string, Service, readonly string[]]>([
    [
      'NAT to another port, with thresholds',
      { ...base, destinations: [{ ...to, upperThreshold: 100, lowerThreshold: 50 }] },
      [
        'ipvsadm -A -t 10.0.0.1:80 -s rr || ipvsadm -E -t 10.0.0.1:80 -s rr 2>/dev/null',
        'ipvsadm -a -t 10.0.0.1:80 -r 10.0.0.2:8080 -m -w 2 -x 100 -y 50 || ipvsadm -e -t 10.0.0.1:80 -r 10.0.0.2:8080 -m -w 2 -x 100 -y 50 2>/dev/null',
      ],
    ],
    [
      'a tunnel of gue over IPv6',
      {
        ...base,
        id: { kind: 'address', protocol: 'TCP', address: 'fd00::1', port: 80 },
        netmask: 128,
        destinations: [
          { ...to, address: 'fd00::2', forwarding: 'TUN', tunnel: { type: 'gue', port: 6080, csum: 'none' } },
        ],
      },
      [
        "ipvsadm -A -t '[fd00::1]:80' -s rr || ipvsadm -E -t '[fd00::1]:80' -s rr 2>/dev/null",
        "ipvsadm -a -t '[fd00::1]:80' -r '[fd00::2]:8080' -i --tun-type gue --tun-port 6080 --tun-nocsum -w 2 || ipvsadm -e -t '[fd00::1]:80' -r '[fd00::2]:8080' -i --tun-type gue --tun-port 6080 --tun-nocsum -w 2 2>/dev/null",
      ],
    ],
    [
      'a mark with persistence of networks and flags of its scheduler',
      {
        ...base,
        id: { kind: 'fwmark', family: 'ipv4', fwmark: 80 },
        scheduler: 'mh',
        flags: SERVICE_FLAGS.PERSISTENT | SERVICE_FLAGS.SCHED1 | SERVICE_FLAGS.SCHED2,
        timeout: 300,
        netmask: 0xffffff00,
      },
      [
        'ipvsadm -A -f 80 -s mh -p 300 -M 255.255.255.0 -b flag-1,flag-2 || ipvsadm -E -f 80 -s mh -p 300 -M 255.255.255.0 -b flag-1,flag-2 2>/dev/null',
      ],
    ],
    [
      'UDP with one-packet scheduling',
      {
        ...base,
        id: { kind: 'address', protocol: 'UDP', address: '10.0.0.1', port: 53 },
        flags: SERVICE_FLAGS.ONEPACKET,
      },
      ['ipvsadm -A -u 10.0.0.1:53 -s rr -O || ipvsadm -E -u 10.0.0.1:53 -s rr -O 2>/dev/null'],
    ],
  ])('%s', (_, service, steps) => {
    expect(stepsOf(service)).toEqual(steps);
  });
});
