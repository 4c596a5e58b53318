import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type IpvsService, type IpvsWant, compareService, parseTable } from '../../../src/resources/ipvs.ts';

const want = (given: Partial<IpvsWant> = {}): IpvsWant => ({
  kind: 'ipvs',
  service: '192.168.168.12:80',
  lbKind: 'DR',
  scheduler: 'rr',
  persistence: undefined,
  destinations: [
    { address: '192.168.168.102:80', weight: 1 },
    { address: '192.168.168.103:80', weight: 0 },
  ],
  checkedByEngine: new Set(),
  ...given,
});

const hex = (place: string): string => {
  const [address = '', port = ''] = place.split(':');
  const octets = address.split('.').map((octet) => Number(octet).toString(16).padStart(2, '0'));
  return `${octets.join('')}:${Number(port).toString(16).padStart(4, '0')}`.toUpperCase();
};

/** As the kernel prints it (ip_vs_info_seq_show). */
function printed(table: ReadonlyMap<string, IpvsService>): string {
  const head = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
`;
  const services = [...table].map(([place, { scheduler, persistence, destinations }]) => {
    const flags = persistence === undefined ? ' ' : ` persistent ${persistence} FFFFFFFF`;
    const lines = destinations.map(
      ({ address, weight, forward }) =>
        `  -> ${hex(address).padEnd(19)} ${(forward ?? 'Local').padEnd(7)} ${String(weight).padEnd(6)} 3          12\n`,
    );
    return `TCP  ${hex(place)} ${scheduler}${flags}\n${lines.join('')}`;
  });
  return head + services.join('');
}

const octet = fc.integer({ min: 0, max: 255 });
const place = fc
  .tuple(octet, octet, octet, octet, fc.integer({ min: 0, max: 65_535 }))
  .map(([a, b, c, d, port]) => `${a}.${b}.${c}.${d}:${port}`);
const destination = fc.record(
  { address: place, weight: fc.integer({ min: 0, max: 65_535 }), forward: fc.constantFrom('Route', 'Masq', 'Tunnel') },
  { requiredKeys: ['address', 'weight'] },
);
const service = fc.record({
  scheduler: fc.constantFrom('rr', 'wrr', 'sh', 'lblcr'),
  persistence: fc.option(fc.integer({ min: 1, max: 86_400 }), { nil: undefined }),
  destinations: fc.uniqueArray(destination, { selector: ({ address }) => address, maxLength: 4 }),
});

describe('the table of the kernel', () => {
  it('is read as it was printed, whatever is in it', () => {
    const table = fc
      .uniqueArray(fc.tuple(place, service), { selector: ([at]) => at, maxLength: 4 })
      .map((entries) => new Map(entries));
    fc.assert(
      fc.property(table, (given) => {
        expect(parseTable(printed(given))).toEqual(given);
      }),
    );
  });

  it('needs no change after it was read as it is wanted', () => {
    fc.assert(
      fc.property(service, (given) => {
        const read = parseTable(printed(new Map([['10.0.0.1:80', given]]))).get('10.0.0.1:80');
        expect(compareService({ ...want(), ...given }, read)).toBeUndefined();
      }),
    );
  });

  it('has nothing to say of UDP, of firewall marks and of IPv6', () => {
    const output = `UDP  C0A8A80C:0035 rr ops
  -> C0A8A866:0035      Route   1      0          0
FWM  00000001 rr
  -> C0A8A866:0000      Route   1      0          0
TCP  C0A8A80C:0050 rr
  -> C0A8A866:0050      Local   1      0          0
`;
    expect(parseTable(output)).toEqual(
      new Map([
        [
          '192.168.168.12:80',
          { scheduler: 'rr', persistence: undefined, destinations: [{ address: '192.168.168.102:80', weight: 1 }] },
        ],
      ]),
    );
  });

  it('is never a reason to fall over', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('TCP', '->', 'C0A8:zz', ' ', '\n', 'persistent', 'x:y', '0050')),
        (words) => {
          expect(() => parseTable(words.join(' '))).not.toThrow();
        },
      ),
    );
  });
});
