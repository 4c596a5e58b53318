import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { internetChecksum } from '../../../../src/agent/core/bytes/checksum.ts';
import { fromHex, toHex } from '../../../../src/keepalived/text/utf8.ts';
import type { UdpCheck } from '../../../../src/keepalived/model-check.ts';
import { conversation, type SocketChecker } from '../../../../src/agent/core/probe/conversation.ts';
import { CONNECTION, hold, outcome, TIMING, type Heard } from './hold.ts';

function ask(checker: SocketChecker, ...events: readonly Heard[]) {
  return hold(conversation(checker, { random: 0x1234_abcd }), 'CONNECTED', ...events);
}

function hex(text: string): Uint8Array {
  return fromHex(text.replaceAll(' ', '')) ?? new Uint8Array(0);
}

describe('DNS_CHECK', () => {
  const check = (name: string, type: string): SocketChecker => ({
    ...CONNECTION,
    ...TIMING,
    kind: 'DNS_CHECK',
    name,
    type,
  });
  const soa = check('.', 'SOA');

  test.for([
    ['.', 'SOA', 'abcd 0100 0001 0000 0000 0000 00 0006 0001'],
    ['example.com', 'A', 'abcd 0100 0001 0000 0000 0000 07 6578616d706c65 03 636f6d 00 0001 0001'],
    ['example.com.', 'aaaa', 'abcd 0100 0001 0000 0000 0000 07 6578616d706c65 03 636f6d 00 001c 0001'],
  ] as const)('asks for %s %s', ([name, type, query]) => {
    const [sent] = ask(check(name, type)).sent;
    expect(toHex(sent ?? hex(''))).toBe(query.replaceAll(' ', ''));
  });

  test.for([
    ['an answer with a record passes', hex('abcd 8180 0001 0001 0000 0000 00 0006 0001 c00c'), 'passed'],
    ['an answer without a record passes', hex('abcd 8180 0001 0000 0000 0000'), 'passed'],
    ['a name that is not there fails', hex('abcd 8183 0001 0000 0000 0000'), 'NXDOMAIN for . SOA'],
    ['a server that refuses fails', hex('abcd 8185 0001 0000 0000 0000'), 'REFUSED for . SOA'],
    ['a code without a name is a number', hex('abcd 8189 0001 0000 0000 0000'), 'RCODE 9 for . SOA'],
    ['an answer to somebody else is passed over', hex('abce 8180 0001 0000 0000 0000'), 'open'],
    ['a question is no answer', hex('abcd 0100 0001 0000 0000 0000'), 'open'],
    ['half a header is no answer', hex('abcd 8180 00'), 'open'],
    ['silence fails', 'DEADLINE', 'no answer within 3 s'],
    ['nobody there fails', { failed: 'connection refused' }, 'connection refused'],
  ] satisfies readonly (readonly [string, Heard, string])[])('%s', ([, heard, expected]) => {
    expect(outcome(ask(soa, heard))).toBe(expected);
  });

  test('a name that cannot be asked for fails without a question', () => {
    const held = ask(check(`${'x'.repeat(64)}.com`, 'A'));
    expect(held.sent).toEqual([]);
    expect(outcome(held)).toBe(`${'x'.repeat(64)}.com A cannot be asked for`);
  });

  test('no datagram upsets it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(ask(soa, bytes, 'DEADLINE').result).toBeDefined();
      }),
    );
  });
});

describe('UDP_CHECK', () => {
  const check = (fields: Partial<UdpCheck>): SocketChecker => ({
    ...CONNECTION,
    ...TIMING,
    kind: 'UDP_CHECK',
    payload: hex('0102'),
    require_reply: undefined,
    min_reply_length: 0,
    max_reply_length: 255,
    ...fields,
  });
  const like = (expected: string, mask?: string) => ({
    expected: hex(expected),
    mask: mask === undefined ? undefined : hex(mask),
  });

  test('sends its payload', () => {
    expect(ask(check({})).sent).toEqual([hex('0102')]);
  });

  test.for([
    ['silence is good when no reply is required', {}, 'DEADLINE', 'passed'],
    ['a reply is good at once', {}, hex('00'), 'passed'],
    ['an ICMP error is not', {}, { failed: 'connection refused' }, 'connection refused'],
    ['silence fails when a reply is required', { require_reply: 'any' }, 'DEADLINE', 'no reply within 3 s'],
    ['any reply will do, of any length', { require_reply: 'any', max_reply_length: 2 }, hex('616263'), 'passed'],
    ['the reply that is expected', { require_reply: like('616263') }, hex('616263'), 'passed'],
    ['a longer one', { require_reply: like('6162') }, hex('616263'), 'passed'],
    ['a shorter one', { require_reply: like('61626364') }, hex('616263'), 'passed'],
    ['another one', { require_reply: like('7a') }, hex('616263'), 'the reply begins with 61 (7a expected)'],
    ['half a byte that is ignored', { require_reply: like('616003', 'fff0ff') }, hex('616a03'), 'passed'],
    [
      'the other half counts',
      { require_reply: like('616003', 'fff0ff') },
      hex('617003'),
      'the reply begins with 617003 (616003 expected)',
    ],
    [
      'one that is too short',
      { require_reply: like('61'), min_reply_length: 4 },
      hex('616263'),
      'a reply of 3 bytes (4 to 255 expected)',
    ],
    [
      'one that is too long',
      { require_reply: like('61'), max_reply_length: 2 },
      hex('616263'),
      'a reply of 3 bytes (0 to 2 expected)',
    ],
  ] satisfies readonly (readonly [string, Partial<UdpCheck>, Heard, string])[])('%s', ([, fields, heard, expected]) => {
    expect(outcome(ask(check(fields), heard))).toBe(expected);
  });
});

describe('PING_CHECK', () => {
  const check = (connect_ip: string): SocketChecker => ({ ...CONNECTION, ...TIMING, kind: 'PING_CHECK', connect_ip });
  const v4 = check('192.0.2.1');

  test('asks with a checksum over IPv4 and leaves it to the kernel over IPv6', () => {
    const [four = hex('')] = ask(v4).sent;
    expect(toHex(four.subarray(0, 2))).toBe('0800');
    expect(toHex(four.subarray(4, 8))).toBe('abcd0001');
    expect(internetChecksum(four)).toBe(0);
    const [six = hex('')] = ask(check('2001:db8::1')).sent;
    expect(toHex(six.subarray(0, 8))).toBe('80000000abcd0001');
  });

  const payload = toHex(ask(v4).sent[0]?.subarray(8) ?? hex(''));
  test.for([
    ['its echo passes', v4, hex(`0000 0000 abcd 0001 ${payload}`), 'passed'],
    ['its echo over IPv6 passes', check('2001:db8::1'), hex(`8100 0000 abcd 0001 ${payload}`), 'passed'],
    ['its own question is no echo', v4, hex(`0800 0000 abcd 0001 ${payload}`), 'open'],
    ["somebody else's echo is passed over", v4, hex(`0000 0000 abce 0001 ${payload}`), 'open'],
    ['an echo of another number is passed over', v4, hex(`0000 0000 abcd 0002 ${payload}`), 'open'],
    ['an echo of other bytes is passed over', v4, hex(`0000 0000 abcd 0001 ${'00'.repeat(8)}`), 'open'],
    ['half an echo is passed over', v4, hex('0000 0000 ab'), 'open'],
    ['silence fails', v4, 'DEADLINE', 'no echo within 3 s'],
    ['no way there fails', v4, { failed: 'no route to host' }, 'no route to host'],
  ] satisfies readonly (readonly [string, SocketChecker, Heard, string])[])('%s', ([, checker, heard, expected]) => {
    expect(outcome(ask(checker, heard))).toBe(expected);
  });

  test('no datagram but its echo passes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(outcome(ask(v4, bytes, 'DEADLINE'))).toBe('no echo within 3 s');
      }),
    );
  });
});

describe('TCP_CHECK', () => {
  const check: SocketChecker = { ...CONNECTION, ...TIMING, kind: 'TCP_CHECK' };
  test.for([
    ['who accepts a connection passes', 'CONNECTED', 'passed'],
    ['who refuses fails', { failed: 'connection refused' }, 'connection refused'],
    ['silence fails', 'DEADLINE', 'no connection within 3 s'],
  ] satisfies readonly (readonly [string, Heard, string])[])('%s', ([, heard, expected]) => {
    expect(outcome(hold(conversation(check, { random: 1 }), heard))).toBe(expected);
  });
});
