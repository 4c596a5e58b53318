import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { u32le, u64le } from '../../../../src/agent/core/bytes/write.ts';
import { attribute, attributeName, attributeU32, nested } from '../../../../src/agent/core/netlink/attribute.ts';
import { genericRequest } from '../../../../src/agent/core/netlink/generic.ts';
import { decodeDestinations, decodeServices } from '../../../../src/agent/core/netlink/ipvs-answer.ts';
import { decodeInfo, decodeTimeouts, getInfo, getTimeouts } from '../../../../src/agent/core/netlink/ipvs-config.ts';
import { decodeDestinationCounters, decodeServiceCounters } from '../../../../src/agent/core/netlink/ipvs-counters.ts';
import {
  decodeDaemon,
  dumpDaemons,
  newDaemon,
  type SyncDaemon,
} from '../../../../src/agent/core/netlink/ipvs-daemon.ts';
import type { Message } from '../../../../src/agent/core/netlink/message.ts';
import { decodeRoutingEvent } from '../../../../src/agent/core/netlink/routing-event.ts';
import { decodeMessages } from '../../../../src/agent/core/netlink/message.ts';
import { ipv4, ipv6 } from '../ipvs/arbitrary.ts';
import { interfaces } from './recorded.ts';
import { fromWords } from './words.ts';

const family = { id: 30, version: 1 };
const answer = (command: number, ...attributes: readonly Uint8Array[]): Message => ({
  ...genericRequest(family, command, attributes),
  sequence: 0,
  port: 0,
});
const web = { kind: 'address', protocol: 'TCP', address: '10.8.0.100', port: 80 } as const;

describe('counters', () => {
  const wide = Array.from({ length: 10 }, (_, index) => attribute(index + 1, u64le(2n ** 40n + BigInt(index))));
  const narrow = Array.from({ length: 10 }, (_, index) =>
    attribute(index + 1, index === 3 || index === 4 ? u64le(2n ** 40n) : u32le(index)),
  );
  const counted = {
    connections: 2 ** 40,
    packetsIn: 2 ** 40 + 1,
    packetsOut: 2 ** 40 + 2,
    bytesIn: 2 ** 40 + 3,
    bytesOut: 2 ** 40 + 4,
    rates: {
      connections: 2 ** 40 + 5,
      packetsIn: 2 ** 40 + 6,
      packetsOut: 2 ** 40 + 7,
      bytesIn: 2 ** 40 + 8,
      bytesOut: 2 ** 40 + 9,
    },
  };

  test('have 64 bits, which are preferred to those of 32', () => {
    const both = [nested(10, narrow), nested(12, wide)];
    expect(decodeServiceCounters(answer(1, nested(1, both)))).toEqual(counted);
    const connections = [attributeU32(7, 5), attributeU32(8, 6), attributeU32(9, 7)];
    expect(decodeDestinationCounters(answer(5, nested(2, [...connections, ...both])))).toEqual({
      ...counted,
      now: { active: 5, inactive: 6, persistent: 7 },
    });
  });

  test('of a kernel that has no others have 32, and bytes have 64', () => {
    expect(decodeServiceCounters(answer(1, nested(1, [nested(10, narrow)])))).toMatchObject({
      connections: 0,
      packetsIn: 1,
      bytesIn: 2 ** 40,
      bytesOut: 2 ** 40,
      rates: { connections: 5, bytesOut: 9 },
    });
  });

  test('that are cut short, or not there, are none', () => {
    const cut = nested(12, [attributeU32(1, 5)]);
    expect(decodeServiceCounters(answer(1, nested(1, [cut])))).toBeUndefined();
    expect(decodeServiceCounters(answer(1, nested(1, [])))).toBeUndefined();
    expect(decodeDestinationCounters(answer(1, nested(1, [])))).toBeUndefined();
  });
});

describe('what IPVS says of itself', () => {
  test('its version and the size of its table', () => {
    expect(decodeInfo(answer(14, attributeU32(1, 0x010201), attributeU32(2, 4096)))).toEqual({
      version: '1.2.1',
      buckets: 4096,
    });
    expect(decodeInfo(answer(14, attributeU32(1, 0x010201)))).toBeUndefined();
    expect(getInfo(family).payload).toEqual(fromWords('0f010000'));
  });

  test('its time-outs, in milliseconds; what a kernel was built without is 0', () => {
    expect(decodeTimeouts(answer(12, attributeU32(4, 900), attributeU32(5, 120), attributeU32(6, 300)))).toEqual({
      tcp: 900_000,
      tcpfin: 120_000,
      udp: 300_000,
    });
    expect(decodeTimeouts(answer(12, attributeU32(6, 300)))).toEqual({ tcp: 0, tcpfin: 0, udp: 300_000 });
    expect(decodeTimeouts(answer(12, fromWords('06000400 01000000')))).toBeUndefined();
    expect(getTimeouts(family).payload).toEqual(fromWords('0d010000'));
  });

  test('its daemons come back as they were started', () => {
    const anyDaemon: fc.Arbitrary<SyncDaemon> = fc.record({
      state: fc.constantFrom('master', 'backup'),
      interface: fc.constantFrom('eth0', 'bond0.100'),
      id: fc.integer({ min: 0, max: 255 }),
      maxlen: fc.option(fc.integer({ min: 1, max: 65535 }), { nil: undefined }),
      group: fc.option(fc.oneof(ipv4, ipv6), { nil: undefined }),
      port: fc.option(fc.integer({ min: 1, max: 65535 }), { nil: undefined }),
      ttl: fc.option(fc.integer({ min: 1, max: 255 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(anyDaemon, (daemon) => {
        expect(decodeDaemon({ ...newDaemon(family, daemon), sequence: 0, port: 0 })).toEqual(daemon);
      }),
    );
    expect(dumpDaemons(family)).toMatchObject({ flags: 0x301, payload: fromWords('0b010000') });
  });

  test('a daemon in no state that is known is none', () => {
    const rest = [attributeName(2, 'eth0'), attributeU32(3, 1)];
    expect(decodeDaemon(answer(9, nested(3, [attributeU32(1, 1), ...rest])))?.state).toBe('master');
    expect(decodeDaemon(answer(9, nested(3, [attributeU32(1, 3), ...rest])))).toBeUndefined();
  });
});

describe('bytes that are not what they should be', () => {
  const decoders: readonly ((message: Message) => unknown)[] = [
    decodeRoutingEvent,
    decodeInfo,
    decodeTimeouts,
    decodeDaemon,
    decodeServiceCounters,
    decodeDestinationCounters,
    (message) => decodeServices([message]),
    (message) => decodeDestinations([message], web),
  ];
  const all = (message: Message): readonly unknown[] => decoders.map((decode) => decode(message));
  const whole = interfaces.flatMap(({ datagrams }) => datagrams.flatMap((one) => decodeMessages(one).messages));

  test('never make a decoder throw', () => {
    const types = fc.constantFrom(16, 17, 20, 21, 24, 25, 30);
    fc.assert(
      fc.property(types, fc.nat(20), fc.uint8Array({ maxLength: 120 }), (type, command, noise) => {
        const payload = Uint8Array.of(command, ...noise);
        expect(all({ type, flags: 0, sequence: 0, port: 0, payload })).toHaveLength(decoders.length);
      }),
      { numRuns: 500 },
    );
  });

  test('never make one throw where a message of a kernel was cut or changed', () => {
    const where = fc.nat({ max: 2000 });
    fc.assert(
      fc.property(fc.constantFrom(...whole), where, where, fc.nat(255), (message, cut, at, byte) => {
        const payload = message.payload.slice(0, Math.max(1, message.payload.length - (cut % 64)));
        payload[at % payload.length] = byte;
        expect(all({ ...message, payload })).toHaveLength(decoders.length);
      }),
      { numRuns: 500 },
    );
  });

  test('are told as malformed where a header is too short', () => {
    for (const type of [16, 17, 20, 21, 24, 25])
      expect(decodeRoutingEvent({ type, flags: 0, sequence: 0, port: 0, payload: fromWords('020000') })).toEqual({
        kind: 'malformed',
        type,
      });
  });

  test('are none of ours where they are of another family or of another kind', () => {
    const payload = new Uint8Array(64).fill(7, 0, 1);
    for (const type of [16, 20, 24, 28])
      expect(decodeRoutingEvent({ type, flags: 0, sequence: 0, port: 0, payload })).toBeUndefined();
  });
});
