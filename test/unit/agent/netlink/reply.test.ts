import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, u32le } from '../../../../src/agent/core/bytes/write.ts';
import { attributeName } from '../../../../src/agent/core/netlink/attribute.ts';
import { encodeRequest } from '../../../../src/agent/core/netlink/message.ts';
import { openReply, takeReply, type Reply } from '../../../../src/agent/core/netlink/reply.ts';
import { interfaces } from './recorded.ts';
import { fromWords } from './words.ts';

const none = new Uint8Array(0);
const part = (sequence: number, flags = 2) => encodeRequest({ type: 16, flags, payload: none }, sequence);
const end = (sequence: number, flags = 2, error = 0) =>
  encodeRequest({ type: 3, flags, payload: u32le(error) }, sequence);
const take = (sequence: number, ...datagrams: readonly Uint8Array[]): Reply =>
  datagrams.reduce(takeReply, openReply(sequence));

describe('the reply to a request', () => {
  it('ends with an acknowledgement', () => {
    const acknowledged = fromWords('24000000 02000001 01000000 995c0000 00000000 20000000 10000500 01000000 00000000');
    expect(take(1, acknowledged)).toMatchObject({ status: 'done', messages: [], refusal: undefined });
  });

  it('includes the kernel’s error message after the quoted request', () => {
    const refused = fromWords(`
      64000000 02000002 0a000000 c5760000 eaffffff
      30000000 14000506 0a000000 00000000 02210000 02000000 08000200 0a090001 08000100 0a090001 08000800 00000000
      20000100 69707634 3a20496e 76616c69 64207072 65666978 206c656e 67746800`);
    expect(take(10, refused)).toMatchObject({
      status: 'refused',
      refusal: { errno: 22, text: 'ipv4: Invalid prefix length' },
    });
  });

  it('includes the kernel’s error message after a capped request', () => {
    const header = fromWords('30000000 14000506 0a000000 00000000');
    const payload = concat([u32le(-17), header, attributeName(1, 'File exists')]);
    const capped = encodeRequest({ type: 2, flags: 0x300, payload }, 10);
    expect(take(10, capped).refusal).toEqual({ errno: 17, text: 'File exists' });
  });

  it('has no message if the kernel sends none', () => {
    const payload = concat([u32le(-3), fromWords('30000000 14000506 0a000000 00000000')]);
    expect(take(10, encodeRequest({ type: 2, flags: 0, payload }, 10)).refusal).toEqual({ errno: 3, text: undefined });
  });

  it('collects a dump from several datagrams', () => {
    const [links] = interfaces;
    const reply = take(1, ...(links?.datagrams ?? []));
    expect({ status: reply.status, types: reply.messages.map(({ type }) => type) }).toEqual({
      status: 'done',
      types: [16, 16],
    });
    expect(take(7, part(7), part(7)).status).toBe('open');
  });

  it('skips answers to other requests and notifications', () => {
    const reply = take(7, part(0), part(6), end(6), part(7), end(7));
    expect({ status: reply.status, count: reply.messages.length }).toEqual({ status: 'done', count: 1 });
  });

  it.each([
    ['the last message', [part(7), end(7, 0x12)]],
    ['an earlier message', [part(7, 0x12), part(7), end(7)]],
  ])('is interrupted if %s has NLM_F_DUMP_INTR', (_, datagrams) => {
    expect(take(7, ...datagrams).status).toBe('interrupted');
  });

  it('of a dump is refused by the error in NLMSG_DONE', () => {
    expect(take(7, part(7), end(7, 2, -105))).toMatchObject({ status: 'refused', refusal: { errno: 105 } });
  });

  it('is interrupted by NLMSG_OVERRUN, and broken if truncated', () => {
    expect(take(7, encodeRequest({ type: 4, flags: 0, payload: none }, 7)).status).toBe('interrupted');
    expect(take(7, part(7).subarray(0, 12)).status).toBe('broken');
    expect(take(7, encodeRequest({ type: 2, flags: 0, payload: none }, 7)).status).toBe('broken');
  });

  it('does not change once done', () => {
    const done = take(7, part(7), end(7));
    expect(takeReply(done, concat([part(7), end(7, 2, -1)]))).toEqual(done);
  });

  it('does not alias the receive buffer', () => {
    const buffer = encodeRequest({ type: 16, flags: 2, payload: fromWords('01020304') }, 7);
    const reply = takeReply(openReply(7), buffer);
    buffer.fill(0xff);
    expect(reply.messages[0]?.payload).toEqual(fromWords('01020304'));
  });

  it('never throws', () => {
    const types = fc.constantFrom(1, 2, 3, 4, 16);
    fc.assert(
      fc.property(
        types,
        fc.integer({ min: 0, max: 0xffff }),
        fc.uint8Array({ maxLength: 80 }),
        (type, flags, payload) => {
          const reply = take(7, encodeRequest({ type, flags, payload }, 7));
          expect(reply.refusal === undefined).toBe(reply.status !== 'refused');
        },
      ),
    );
  });
});
