import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeDestinations, decodeServices } from '../../../../src/agent/core/netlink/ipvs-message.ts';
import { type Message, decodeMessages } from '../../../../src/agent/core/netlink/message.ts';
import { decodeRoutingEvent } from '../../../../src/agent/core/netlink/link.ts';
import { interfaces } from './recorded.ts';
import { fromWords } from './words.ts';

const web = { kind: 'address', protocol: 'TCP', address: '10.8.0.100', port: 80 } as const;

describe('malformed bytes', () => {
  const decoders: readonly ((message: Message) => unknown)[] = [
    decodeRoutingEvent,
    (message) => decodeServices([message]),
    (message) => decodeDestinations([message], web),
  ];
  const all = (message: Message): readonly unknown[] => decoders.map((decode) => decode(message));
  const whole = interfaces.flatMap(({ datagrams }) => datagrams.flatMap((one) => decodeMessages(one).messages));

  it('never make a decoder throw', () => {
    const types = fc.constantFrom(16, 17, 20, 21, 24, 25, 30);
    fc.assert(
      fc.property(types, fc.nat(20), fc.uint8Array({ maxLength: 120 }), (type, command, noise) => {
        const payload = Uint8Array.of(command, ...noise);
        expect(all({ type, flags: 0, sequence: 0, port: 0, payload })).toHaveLength(decoders.length);
      }),
      { numRuns: 500 },
    );
  });

  it('never make a decoder throw in truncated or modified kernel messages', () => {
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

  it('are reported if a header is too short', () => {
    for (const type of [16, 17, 20, 21])
      expect(decodeRoutingEvent({ type, flags: 0, sequence: 0, port: 0, payload: fromWords('020000') })).toEqual({
        kind: 'malformed',
        type,
      });
  });

  it('are ignored for other families and message types', () => {
    const payload = new Uint8Array(64).fill(7, 0, 1);
    for (const type of [16, 20, 24])
      expect(decodeRoutingEvent({ type, flags: 0, sequence: 0, port: 0, payload })).toBeUndefined();
  });
});
