import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { internetChecksum } from '../../../../src/agent/core/bytes/checksum.ts';
import { fromHex, toHex } from '../../../../src/keepalived/text/utf8.ts';
import type { UdpCheck } from '../../../../src/keepalived/model/check.ts';
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

  it.for([
    ['.', 'SOA', 'abcd 0100 0001 0000 0000 0000 00 0006 0001'],
    ['example.com', 'A', 'abcd 0100 0001 0000 0000 0000 07 6578616d706c65 03 636f6d 00 0001 0001'],
    ['example.com.', 'aaaa', 'abcd 0100 0001 0000 0000 0000 07 6578616d706c65 03 636f6d 00 001c 0001'],
  ] as const)('queries %s %s', ([name, type, query]) => {
    const [sent] = ask(check(name, type)).sent;
    expect(toHex(sent ?? hex(''))).toBe(query.replaceAll(' ', ''));
  });

  it.for([
    ['passes on an answer with a record', hex('abcd 8180 0001 0001 0000 0000 00 0006 0001 c00c'), 'passed'],
    ['passes on an answer without records', hex('abcd 8180 0001 0000 0000 0000'), 'passed'],
    ['fails on NXDOMAIN', hex('abcd 8183 0001 0000 0000 0000'), 'NXDOMAIN for . SOA'],
    ['fails on REFUSED', hex('abcd 8185 0001 0000 0000 0000'), 'REFUSED for . SOA'],
    ['reports an unknown RCODE as a number', hex('abcd 8189 0001 0000 0000 0000'), 'RCODE 9 for . SOA'],
    ['ignores a response with another id', hex('abce 8180 0001 0000 0000 0000'), 'open'],
    ['ignores a query', hex('abcd 0100 0001 0000 0000 0000'), 'open'],
    ['ignores a truncated header', hex('abcd 8180 00'), 'open'],
    ['fails without a response', 'DEADLINE', 'no answer within 3 s'],
    ['fails on an ICMP error', { failed: 'connection refused' }, 'connection refused'],
  ] satisfies readonly (readonly [string, Heard, string])[])('%s', ([, heard, expected]) => {
    expect(outcome(ask(soa, heard))).toBe(expected);
  });

  it('fails without a query if the name is invalid', () => {
    const held = ask(check(`${'x'.repeat(64)}.com`, 'A'));
    expect(held.sent).toEqual([]);
    expect(outcome(held)).toBe(`invalid query for ${'x'.repeat(64)}.com A`);
  });

  it('survives any datagram', () => {
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

  it('sends its payload', () => {
    expect(ask(check({})).sent).toEqual([hex('0102')]);
  });

  it.for([
    ['passes without a reply if none is required', {}, 'DEADLINE', 'passed'],
    ['passes on a reply at once', {}, hex('00'), 'passed'],
    ['fails on an ICMP error', {}, { failed: 'connection refused' }, 'connection refused'],
    ['fails without a reply if one is required', { require_reply: 'any' }, 'DEADLINE', 'no reply within 3 s'],
    ['accepts any reply of any length', { require_reply: 'any', max_reply_length: 2 }, hex('616263'), 'passed'],
    ['accepts the expected reply', { require_reply: like('616263') }, hex('616263'), 'passed'],
    ['accepts a longer reply', { require_reply: like('6162') }, hex('616263'), 'passed'],
    ['accepts a shorter reply', { require_reply: like('61626364') }, hex('616263'), 'passed'],
    [
      'rejects a different reply',
      { require_reply: like('7a') },
      hex('616263'),
      'the reply starts with 61 (7a expected)',
    ],
    ['ignores masked bits', { require_reply: like('616003', 'fff0ff') }, hex('616a03'), 'passed'],
    [
      'compares unmasked bits',
      { require_reply: like('616003', 'fff0ff') },
      hex('617003'),
      'the reply starts with 617003 (616003 expected)',
    ],
    [
      'rejects a reply below min_reply_length',
      { require_reply: like('61'), min_reply_length: 4 },
      hex('616263'),
      'a reply of 3 bytes (4 to 255 expected)',
    ],
    [
      'rejects a reply above max_reply_length',
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

  it('computes the checksum for IPv4 and leaves it to the kernel for IPv6', () => {
    const [four = hex('')] = ask(v4).sent;
    expect(toHex(four.subarray(0, 2))).toBe('0800');
    expect(toHex(four.subarray(4, 8))).toBe('abcd0001');
    expect(internetChecksum(four)).toBe(0);
    const [six = hex('')] = ask(check('2001:db8::1')).sent;
    expect(toHex(six.subarray(0, 8))).toBe('80000000abcd0001');
  });

  const payload = toHex(ask(v4).sent[0]?.subarray(8) ?? hex(''));
  it.for([
    ['passes on its echo', v4, hex(`0000 0000 abcd 0001 ${payload}`), 'passed'],
    ['passes on its echo over IPv6', check('2001:db8::1'), hex(`8100 0000 abcd 0001 ${payload}`), 'passed'],
    ['ignores its own request', v4, hex(`0800 0000 abcd 0001 ${payload}`), 'open'],
    ['ignores an echo with another id', v4, hex(`0000 0000 abce 0001 ${payload}`), 'open'],
    ['ignores an echo with another sequence number', v4, hex(`0000 0000 abcd 0002 ${payload}`), 'open'],
    ['ignores an echo with another payload', v4, hex(`0000 0000 abcd 0001 ${'00'.repeat(8)}`), 'open'],
    ['ignores a truncated echo', v4, hex('0000 0000 ab'), 'open'],
    ['fails without an echo', v4, 'DEADLINE', 'no echo within 3 s'],
    ['fails without a route', v4, { failed: 'no route to host' }, 'no route to host'],
  ] satisfies readonly (readonly [string, SocketChecker, Heard, string])[])('%s', ([, checker, heard, expected]) => {
    expect(outcome(ask(checker, heard))).toBe(expected);
  });

  it('passes on nothing but its echo', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(outcome(ask(v4, bytes, 'DEADLINE'))).toBe('no echo within 3 s');
      }),
    );
  });
});

describe('TCP_CHECK', () => {
  const check: SocketChecker = { ...CONNECTION, ...TIMING, kind: 'TCP_CHECK' };
  it.for([
    ['passes on an accepted connection', 'CONNECTED', 'passed'],
    ['fails on a refused connection', { failed: 'connection refused' }, 'connection refused'],
    ['fails on timeout', 'DEADLINE', 'no connection within 3 s'],
  ] satisfies readonly (readonly [string, Heard, string])[])('%s', ([, heard, expected]) => {
    expect(outcome(hold(conversation(check, { random: 1 }), heard))).toBe(expected);
  });
});
