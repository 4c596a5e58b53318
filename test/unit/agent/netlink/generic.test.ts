import { describe, expect, it } from 'vitest';
import { decodeFamily, getFamily } from '../../../../src/agent/core/netlink/generic.ts';
import { encodeRequest } from '../../../../src/agent/core/netlink/message.ts';
import { openReply, takeReply } from '../../../../src/agent/core/netlink/reply.ts';
import { fromWords, words } from './words.ts';

/** The answer of the controller about itself, with its acknowledgement, from Linux 6.18. */
const answers = [
  `88000000 10000000 01000000 995c0000 01020000
   0b000200 6e6c6374 726c0000 06000100 10000000 08000300 02000000 08000400 00000000 08000500 00000000
   2c000600 14000100 08000100 03000000 08000200 0e000000 14000200 08000100 0a000000 08000200 0c000000
   1c000700 18000100 08000200 10000000 0b000100 6e6f7469 66790000`,
  '24000000 02000001 01000000 995c0000 00000000 20000000 10000500 01000000 00000000',
].map(fromWords);

describe('generic families', () => {
  it('are looked up by name', () => {
    expect(words(encodeRequest(getFamily('IPVS'), 1))).toBe(
      '20000000 10000500 01000000 00000000 03010000 09000200 49505653 00000000',
    );
  });

  it('are decoded with id and version', () => {
    const reply = answers.reduce(takeReply, openReply(1));
    expect(reply.status).toBe('done');
    expect(reply.messages.map(decodeFamily)).toEqual([{ id: 16, name: 'nlctrl', version: 2 }]);
  });

  it('are undefined for other messages', () => {
    const [message] = answers.reduce(takeReply, openReply(1)).messages;
    if (message === undefined) throw new Error('not answered');
    expect(decodeFamily({ ...message, type: 17 })).toBeUndefined();
    expect(decodeFamily({ ...message, payload: message.payload.with(0, 2) })).toBeUndefined();
    expect(decodeFamily({ ...message, payload: message.payload.subarray(0, 3) })).toBeUndefined();
  });
});
