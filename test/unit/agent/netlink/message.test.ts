import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMessages, encodeRequest } from '../../../../src/agent/core/netlink/message.ts';
import { concat, u32le } from '../../../../src/agent/core/bytes/write.ts';
import { fromWords, words } from './words.ts';

const request = fc.record({
  type: fc.integer({ min: 0, max: 0xffff }),
  flags: fc.integer({ min: 0, max: 0xffff }),
  payload: fc.uint8Array({ maxLength: 40 }),
});

describe('messages', () => {
  it('start with length, type, flags, sequence and port in host byte order', () => {
    const encoded = encodeRequest({ type: 0x12, flags: 0x301, payload: fromWords('0203') }, 0xfffffffe);
    expect(words(encoded)).toBe('12000000 12000103 feffffff 00000000 02030000');
  });

  it('are decoded as they were encoded, several per datagram', () => {
    fc.assert(
      fc.property(
        fc.array(request, { maxLength: 5 }),
        fc.integer({ min: 0, max: 0xffffffff }),
        (requests, sequence) => {
          const datagram = concat(requests.map((one) => encodeRequest(one, sequence)));
          const expected = requests.map((one) => ({ ...one, sequence, port: 0 }));
          expect(decodeMessages(datagram)).toEqual({ messages: expected, failed: false });
        },
      ),
    );
  });

  it.each([0, 1, 15])('do not loop on a length of %i', (length) => {
    const whole = encodeRequest({ type: 3, flags: 0, payload: new Uint8Array(0) }, 1);
    const broken = concat([whole, u32le(length), new Uint8Array(60)]);
    expect(decodeMessages(broken)).toMatchObject({ messages: [{ type: 3 }], failed: true });
  });

  it('are kept up to a truncated one', () => {
    const whole = encodeRequest({ type: 16, flags: 2, payload: fromWords('00112233') }, 1);
    for (let cut = 1; cut < whole.length; cut += 1) {
      const { messages, failed } = decodeMessages(concat([whole, whole.subarray(0, cut)]));
      expect({ count: messages.length, failed }).toEqual({ count: 1, failed: true });
    }
  });

  it('neither throw nor exceed the input on random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
        const { messages } = decodeMessages(noise);
        const total = messages.reduce((sum, message) => sum + 16 + message.payload.length, 0);
        expect(total).toBeLessThanOrEqual(noise.length);
      }),
    );
  });
});
