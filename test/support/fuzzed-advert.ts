import * as fc from 'fast-check';
import { addressBytes, familyOf } from '../../src/keepalived/text/address.ts';
import { internetChecksum } from '../../src/agent/core/bytes/checksum.ts';
import { concat, u16be, u32be, u8 } from '../../src/agent/core/bytes/write.ts';
import { rawAdvert, type RawAdvert } from './raw-advert.ts';

/** A valid advert of another router, and its packet. */
export interface Target {
  readonly advert: RawAdvert;
  /** The lowest priority that a master yields to; 0 if every priority counts. */
  readonly from: number;
  readonly source: string;
}

export interface Packet {
  readonly source: string;
  readonly destination: string;
  readonly hops: number;
  readonly payload: Uint8Array;
}

const GROUPS = { ipv4: '224.0.0.18', ipv6: 'ff02::12' } as const;
const HOST_A = { ipv4: '10.77.0.1', ipv6: 'fe80::77:1' } as const;
const SOURCES = {
  ipv4: ['10.77.0.1', '10.77.0.2', '10.77.0.3', '10.77.0.99', '192.0.2.1', '0.0.0.0'],
  ipv6: ['fe80::77:1', 'fe80::77:2', 'fe80::77:3', 'fd77::99', '2001:db8::1'],
} as const;

const byte = fc.integer({ min: 0, max: 255 });
const fields: fc.Arbitrary<Partial<RawAdvert>> = fc.oneof(
  fc.constant({}),
  fc.record({ priority: fc.integer({ min: 1, max: 99 }) }),
  fc.record({ priority: byte }),
  fc.record({ version: fc.integer({ min: 0, max: 15 }) }),
  fc.record({ type: fc.integer({ min: 0, max: 15 }) }),
  fc.record({ vrid: byte }),
  fc.record({ interval: byte }),
  fc.record({ checksum: fc.integer({ min: 0, max: 0xffff }) }),
  fc.record({ count: byte }),
  fc.record({ authType: byte, authData: fc.string({ maxLength: 8 }) }),
  fc.record({ addresses: fc.array(fc.constantFrom('10.77.0.97', '10.77.0.98', '10.77.0.99'), { maxLength: 20 }) }),
  fc.record({ addresses: fc.array(fc.constantFrom('fe80::97', 'fd77::99', '::'), { maxLength: 20 }) }),
);

type Damage = (payload: Uint8Array) => Uint8Array;
const damage: fc.Arbitrary<Damage> = fc.oneof(
  { arbitrary: fc.constant<Damage>((payload) => payload), weight: 4 },
  {
    arbitrary: fc.nat(60).map(
      (length): Damage =>
        (payload) =>
          payload.slice(0, length),
    ),
    weight: 1,
  },
  {
    arbitrary: fc.uint8Array({ maxLength: 1200 }).map(
      (more): Damage =>
        (payload) =>
          concat([payload, more]),
    ),
    weight: 1,
  },
  {
    arbitrary: fc.tuple(fc.nat(40), byte).map(
      ([place, value]): Damage =>
        (payload) =>
          payload.map((old, index) => (index === place % payload.length ? value : old)),
    ),
    weight: 2,
  },
  {
    arbitrary: fc.uint8Array({ maxLength: 60 }).map(
      (noise): Damage =>
        () =>
          noise,
    ),
    weight: 1,
  },
);

/** Valid adverts for one of the targets with a few mutations, or none. */
export function fuzzedPackets(targets: readonly Target[], count: number, seed: number): readonly Packet[] {
  const packet = fc.constantFrom(...targets).chain(({ advert, source }) => {
    const family = familyOf(source);
    const often = <Value>(good: Value, other: fc.Arbitrary<Value>): fc.Arbitrary<Value> =>
      fc.oneof({ arbitrary: fc.constant(good), weight: 6 }, { arbitrary: other, weight: 1 });
    return fc
      .record({
        fields: fc.tuple(fields, fields),
        damage,
        source: often(source, fc.constantFrom<string>(...SOURCES[family])),
        destination: often<string>(GROUPS[family], fc.constant(HOST_A[family])),
        hops: often(255, byte),
      })
      .map(({ fields: [one, two], damage: hurt, ...header }): Packet => {
        const payload = hurt(rawAdvert({ ...advert, ...one, ...two }, header.source));
        return { ...header, payload };
      });
  });
  return fc.sample(packet, { numRuns: count, seed });
}

/** Whether a target may accept it. Independent of the agent's code, and less strict where that is simpler. */
export function counts({ source, destination, hops, payload }: Packet, targets: readonly Target[]): boolean {
  const family = familyOf(source);
  if (hops !== 255 || destination !== GROUPS[family] || payload.length < 8) return false;
  const [first = 0, vrid, priority = 0, number = 0] = payload;
  return targets.some(({ advert, from, source: theirs }) => {
    const { version, interval, authType = 0, authData = '', addresses } = advert;
    if (familyOf(theirs) !== family || vrid !== advert.vrid || first !== ((version << 4) | 1)) return false;
    if (priority < from || number !== addresses.length || internetChecksum(summed()) !== 0) return false;
    const size = family === 'ipv4' ? 4 : 16;
    const end = 8 + number * size;
    const same = (bytes: Uint8Array, at: number): boolean => bytes.every((one, index) => payload[at + index] === one);
    if (!same(concat(addresses.map(addressBytes)), 8)) return false;
    if (version === 3) return payload.length === end;
    const password = Uint8Array.from(Buffer.from(authData.padEnd(8, '\0')));
    return payload.length === end + 8 && payload[4] === authType && payload[5] === interval && same(password, end);

    function summed(): Uint8Array {
      if (version === 2) return payload;
      const ends = [addressBytes(source), addressBytes(destination)];
      if (family === 'ipv4') return concat([...ends, u8(0), u8(112), u16be(payload.length), payload]);
      return concat([...ends, u32be(payload.length), u32be(112), payload]);
    }
  });
}

/** The packet in an Ethernet frame to host a of a segment, from host `number`. */
export function frameOf({ source, destination, hops, payload }: Packet, number: number): Uint8Array {
  const from = Uint8Array.of(0x02, 0x77, 0, 0, 0, number);
  const ends = concat([addressBytes(source), addressBytes(destination)]);
  if (familyOf(source) === 'ipv6') {
    const to = destination === GROUPS.ipv6 ? [0x33, 0x33, 0, 0, 0, 0x12] : [0x02, 0x77, 0, 0, 0, 1];
    const header = concat([u32be(0x60000000), u16be(payload.length), u8(112), u8(hops), ends]);
    return concat([Uint8Array.from(to), from, u16be(0x86dd), header, payload]);
  }
  const to = destination === GROUPS.ipv4 ? [0x01, 0, 0x5e, 0, 0, 0x12] : [0x02, 0x77, 0, 0, 0, 1];
  const header = (checksum: number): Uint8Array =>
    concat([u16be(0x4500), u16be(20 + payload.length), u32be(0), u8(hops), u8(112), u16be(checksum), ends]);
  return concat([Uint8Array.from(to), from, u16be(0x0800), header(internetChecksum(header(0))), payload]);
}
