import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SocketChecker, conversation } from '../../../../src/agent/core/probe/conversation.ts';
import { type Mail, mailConversation } from '../../../../src/agent/core/probe/mail.ts';
import { CONNECTION, type Heard, TIMING, hold, outcome } from './hold.ts';

const CHECK: SocketChecker = { ...CONNECTION, ...TIMING, kind: 'SMTP_CHECK', helo_name: 'lb.example.com' };

describe('SMTP_CHECK', () => {
  const ask = (...events: readonly Heard[]) => hold(conversation(CHECK, { random: 1 }), 'CONNECTED', ...events);

  it('passes after HELO and QUIT', () => {
    const held = ask('220 mx ESMTP\r\n', '250 mx\r\n', '221 bye\r\n');
    expect(held.said).toBe('HELO lb.example.com\r\nQUIT\r\n');
    expect(outcome(held)).toBe('passed');
  });

  it.for([
    ['accepts multi-line replies', ['220-mx\r\n220 ready\r\n', '250-mx\r\n', '250 SIZE\r\n', '221 bye\r\n'], 'passed'],
    ['accepts any reply to QUIT', ['220 mx\r\n', '250 mx\r\n', '500 what?\r\n'], 'passed'],
    [
      'fails on a refused connection greeting',
      ['554 no service\r\n'],
      '"554 no service" to the connection (220 expected)',
    ],
    ['fails on a refused HELO', ['220 mx\r\n', '502 no\r\n'], '"502 no" to HELO (250 expected)'],
    ['fails on another protocol', ['SSH-2.0-OpenSSH\r\n'], 'the response is not SMTP: "SSH-2.0-OpenSSH"'],
    ['replaces control characters', ['2\u001b[2J\r\n'], 'the response is not SMTP: "2?[2J"'],
    ['fails on an endless line', ['220 '.padEnd(20_000, 'x')], 'a reply exceeds 16384 bytes'],
    ['fails without a greeting', ['DEADLINE'], 'no reply to the connection within 3 s'],
    ['fails without a reply to HELO', ['220 mx\r\n', 'DEADLINE'], 'no reply to HELO within 3 s'],
    ['fails without a reply to QUIT', ['220 mx\r\n', '250 mx\r\n', 'END'], 'connection closed without a reply to QUIT'],
    ['fails on unsolicited data', ['220 mx\r\n250 mx\r\n'], 'unsolicited data after "220 mx"'],
  ] satisfies readonly (readonly [string, readonly Heard[], string])[])('%s', ([, events, expected]) => {
    expect(outcome(ask(...events))).toBe(expected);
  });

  it('fails on a refused connection', () => {
    expect(outcome(hold(conversation(CHECK, { random: 1 }), { failed: 'connection refused' }))).toBe(
      'connection refused',
    );
  });

  it('produces a result for any bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 }), (parts) => {
        expect(ask('220 mx\r\n', ...parts, 'END').result?.passed).toBe(false);
      }),
    );
  });
});

describe('a mail', () => {
  const MAIL: Mail = {
    helo: 'lb1.example.com',
    from: 'Load balancer <lb@example.com>',
    to: ['ops@example.com', 'boss@example.com'],
    subject: 'Virtual server [192.0.2.10]:tcp:80 is DOWN',
    body: 'One line.\n.hidden\nLast.\n',
    date: 'Sun, 22 Nov 2026 23:43:18 +0000',
  };
  const send = (mail: Mail, ...events: readonly Heard[]) => hold(mailConversation(mail, 3000), 'CONNECTED', ...events);
  const ok = '250 ok\r\n';

  it('follows RFC 5321 and doubles leading dots', () => {
    const held = send(MAIL, '220 mx\r\n', ok, ok, ok, ok, '354 go on\r\n', ok, '221 bye\r\n');
    expect(outcome(held)).toBe('passed');
    expect(held.said).toBe(
      [
        'HELO lb1.example.com',
        'MAIL FROM:<lb@example.com>',
        'RCPT TO:<ops@example.com>',
        'RCPT TO:<boss@example.com>',
        'DATA',
        'Date: Sun, 22 Nov 2026 23:43:18 +0000',
        'From: Load balancer <lb@example.com>',
        'To: ops@example.com,',
        ' boss@example.com',
        'Subject: Virtual server [192.0.2.10]:tcp:80 is DOWN',
        'MIME-Version: 1.0',
        'Content-Type: text/plain; charset=utf-8',
        'Content-Transfer-Encoding: 8bit',
        'Auto-Submitted: auto-generated',
        '',
        'One line.',
        '..hidden',
        'Last.',
        '.',
        'QUIT',
        '',
      ].join('\r\n'),
    );
  });

  it.for([
    ['counts as sent once accepted, without a reply to QUIT', [ok, ok, ok, ok, '354 go\r\n', ok, 'END'], 'passed'],
    [
      'goes to the remaining recipients if one is refused, which is reported',
      [ok, ok, '550 unknown\r\n', ok, '354 go\r\n', ok, '221 bye\r\n'],
      'sent, but refused for ops@example.com ("550 unknown")',
    ],
    [
      'is not sent if all recipients are refused',
      [ok, ok, '550 unknown\r\n', '450 later\r\n'],
      'refused for ops@example.com ("550 unknown"), boss@example.com ("450 later")',
    ],
    ['is not sent if the sender is refused', [ok, '553 not you\r\n'], '"553 not you" to MAIL (250 expected)'],
    [
      'fails if the message is refused',
      [ok, ok, ok, ok, '354 go\r\n', '554 spam\r\n'],
      '"554 spam" to the mail (250 expected)',
    ],
    ['fails on a timeout after DATA', [ok, ok, ok, ok, '354 go\r\n', 'DEADLINE'], 'no reply to the mail within 3 s'],
  ] satisfies readonly (readonly [string, readonly Heard[], string])[])('%s', ([, events, expected]) => {
    expect(outcome(send(MAIL, '220 mx\r\n', ...events))).toBe(expected);
  });

  it('fails without recipients', () => {
    expect(outcome(send({ ...MAIL, to: [] }, '220 mx\r\n', ok, ok))).toBe('no recipient configured');
  });

  it('does not allow header or command injection', () => {
    const mail = {
      ...MAIL,
      subject: 'x\r\nBcc: all@example.com',
      to: ['a@example.com>\r\nDATA'],
      body: 'x\r\n.\r\nQUIT',
    };
    const { said } = send(mail, '220 mx\r\n', ok, ok, ok, '354 go\r\n');
    expect(said).toContain('Subject: x Bcc: all@example.com\r\n');
    expect(said).toContain('RCPT TO:<a@example.comDATA>\r\n');
    expect(said).toContain('\r\nx\r\n..\r\nQUIT\r\n.\r\n');
  });

  it('encodes a non-ASCII subject', () => {
    const { said } = send({ ...MAIL, subject: 'Größe' }, '220 mx\r\n', ok, ok, ok, ok, '354 go\r\n');
    expect(said).toContain('Subject: =?utf-8?q?Gr=C3=B6=C3=9Fe?=\r\n');
  });
});
