import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeUtf8 } from '../../../../src/keepalived/text/utf8.ts';
import { concat } from '../../../../src/agent/core/bytes/write.ts';
import type { HttpRegex, HttpUrl } from '../../../../src/keepalived/model-check.ts';
import { conversation, type SocketChecker } from '../../../../src/agent/core/probe/conversation.ts';
import { CONNECTION, hold, outcome, TIMING, type Heard } from './hold.ts';

type HttpChecker = Extract<SocketChecker, { readonly kind: 'HTTP_GET' | 'SSL_GET' }>;

function url(fields: Partial<HttpUrl> = {}): HttpUrl {
  return { path: '/', virtualhost: undefined, digest: undefined, status_code: [], regex: undefined, ...fields };
}

function regex(pattern: string, fields: Partial<HttpRegex> = {}): HttpRegex {
  return { pattern, no_match: false, flags: '', min_offset: 0, max_offset: undefined, ...fields };
}

function ask(fields: Partial<HttpChecker>, ...events: readonly Heard[]) {
  const checker: HttpChecker = {
    ...CONNECTION,
    ...TIMING,
    kind: 'HTTP_GET',
    http_protocol: '1.0',
    virtualhost: undefined,
    enable_sni: false,
    url: [url()],
    ...fields,
  };
  return hold(conversation(checker, { random: 1 }), ...events);
}

const HELLO = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';

describe('the request', () => {
  const agent = 'User-Agent: KeepAliveClient\r\n';
  test.for([
    ['1.0 has no connection line', {}, `GET / HTTP/1.0\r\n${agent}Host: 192.0.2.1:80\r\n\r\n`],
    [
      '1.0c closes',
      { http_protocol: '1.0c' },
      `GET / HTTP/1.0\r\n${agent}Connection: close\r\nHost: 192.0.2.1:80\r\n\r\n`,
    ],
    [
      '1.0k keeps',
      { http_protocol: '1.0k' },
      `GET / HTTP/1.0\r\n${agent}Connection: keep-alive\r\nHost: 192.0.2.1:80\r\n\r\n`,
    ],
    [
      '1.1 closes',
      { http_protocol: '1.1' },
      `GET / HTTP/1.1\r\n${agent}Connection: close\r\nHost: 192.0.2.1:80\r\n\r\n`,
    ],
    [
      '1.1k keeps',
      { http_protocol: '1.1k' },
      `GET / HTTP/1.1\r\n${agent}Connection: keep-alive\r\nHost: 192.0.2.1:80\r\n\r\n`,
    ],
    [
      'an IPv6 host is in brackets',
      { connect_ip: '2001:db8::1', connect_port: 8080 },
      /\r\nHost: \[2001:db8::1\]:8080\r\n/,
    ],
    ["the checker's host", { virtualhost: 'www.example.com' }, /\r\nHost: www\.example\.com\r\n/],
    [
      "the URL's host comes before the checker's",
      { virtualhost: 'www.example.com', url: [url({ path: '/up?x=1', virtualhost: 'up.example.com' })] },
      `GET /up?x=1 HTTP/1.0\r\n${agent}Host: up.example.com\r\n\r\n`,
    ],
  ] satisfies readonly (readonly [string, Partial<HttpChecker>, string | RegExp])[])('%s', ([, fields, request]) => {
    const { said } = ask(fields, 'CONNECTED');
    if (typeof request === 'string') expect(said).toBe(request);
    else expect(said).toMatch(request);
  });
});

describe('the answer', () => {
  const moved = HELLO.replace('200 OK', '302 Found');
  test.for([
    ['200 passes', {}, ['CONNECTED', HELLO], 'passed'],
    [
      'an answer without length passes at its end',
      {},
      ['CONNECTED', 'HTTP/1.0 200 OK\r\n\r\nhel', 'lo', 'END'],
      'passed',
    ],
    ['204 has no body to wait for', {}, ['CONNECTED', 'HTTP/1.1 204 No Content\r\n\r\n'], 'passed'],
    ['a status without words passes', {}, ['CONNECTED', 'HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n'], 'passed'],
    ['302 fails', {}, ['CONNECTED', moved], 'HTTP status 302 (200 to 299 expected)'],
    ['302 passes where it is asked for', { status_code: [{ min: 302, max: 302 }] }, ['CONNECTED', moved], 'passed'],
    [
      'all ranges are named',
      {
        status_code: [
          { min: 200, max: 204 },
          { min: 503, max: 503 },
        ],
      },
      ['CONNECTED', moved],
      'HTTP status 302 (200 to 204, 503 expected)',
    ],
    [
      'a right digest does not make 302 good',
      { digest: '5d41402abc4b2a76b9719d911017c592' },
      ['CONNECTED', moved],
      'HTTP status 302 (200 to 299 expected)',
    ],
    [
      'a digest in capitals is the same',
      { digest: '5D41402ABC4B2A76B9719D911017C592' },
      ['CONNECTED', HELLO],
      'passed',
    ],
    [
      'another digest fails',
      { digest: '00000000000000000000000000000000' },
      ['CONNECTED', HELLO],
      'MD5 digest 5d41402abc4b2a76b9719d911017c592 (00000000000000000000000000000000 expected)',
    ],
    [
      'the digest of a chunked body is that of the chunks as they come',
      { digest: '79e9489e3bd3f0cb0158215341de046d' },
      ['CONNECTED', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n'],
      'passed',
    ],
    ['a shorter body than told passes at the end', {}, ['CONNECTED', HELLO.replace('5', '500'), 'END'], 'passed'],
    ['a regex is found', { regex: regex('l+o$') }, ['CONNECTED', HELLO], 'passed'],
    [
      'a regex is not looked for in the headers',
      { regex: regex('Content') },
      ['CONNECTED', HELLO],
      'the body does not match Content',
    ],
    [
      'no_match turns it round',
      { regex: regex('hel', { no_match: true }) },
      ['CONNECTED', HELLO],
      'the body matches hel',
    ],
    [
      'no_match passes without a match',
      { regex: regex('nothing', { no_match: true }) },
      ['CONNECTED', HELLO],
      'passed',
    ],
    ['flags count', { regex: regex('HELLO', { flags: 'i' }) }, ['CONNECTED', HELLO], 'passed'],
    [
      'a match before min_offset is none',
      { regex: regex('hel', { min_offset: 1 }) },
      ['CONNECTED', HELLO],
      'the body does not match hel',
    ],
    [
      'a match behind max_offset is none',
      { regex: regex('llo', { max_offset: 1 }) },
      ['CONNECTED', HELLO],
      'the body does not match llo',
    ],
    [
      'a match may begin at max_offset and go on',
      { regex: regex('llo', { max_offset: 2 }) },
      ['CONNECTED', HELLO],
      'passed',
    ],
    [
      'a pattern beyond ASCII is bytes, as the body is',
      { regex: regex('größe') },
      ['CONNECTED', 'HTTP/1.0 200 OK\r\n\r\ndie größe', 'END'],
      'passed',
    ],
    [
      'a regex that JavaScript does not know fails',
      { regex: regex('(') },
      ['CONNECTED', HELLO],
      'the regex ( cannot be used',
    ],
    ['an answer that is no HTTP fails at its first byte', {}, ['CONNECTED', 'SSH-2.0'], 'the answer is no HTTP'],
    ['a status of four digits fails', {}, ['CONNECTED', 'HTTP/1.1 2000 OK\r\n\r\n'], 'the answer has no HTTP status'],
    ['nothing at all', {}, ['CONNECTED', 'END'], 'closed without an answer'],
    ['half a header', {}, ['CONNECTED', 'HTTP/1.1 200 OK\r\n', 'END'], 'closed before the headers of the answer end'],
    [
      'headers without end',
      {},
      ['CONNECTED', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(65_536)}`],
      'the headers of the answer are longer than 65536 bytes',
    ],
    ['no connection', {}, [{ failed: 'connection refused' }], 'connection refused'],
    ['no connection in time', {}, ['DEADLINE'], 'no connection within 3 s'],
    ['no answer in time', {}, ['CONNECTED', 'DEADLINE'], 'no answer within 3 s'],
    [
      'half an answer in time',
      {},
      ['CONNECTED', 'HTTP/1.0 200 OK\r\n\r\nhel', 'DEADLINE'],
      'the answer broke off: no more of it within 3 s',
    ],
    [
      'a reset in the middle',
      {},
      ['CONNECTED', 'HTTP/1.0', { failed: 'connection reset by peer' }],
      'connection reset by peer',
    ],
    ['an answer goes on', {}, ['CONNECTED', 'HTTP/1.0 200 OK\r\n\r\nhel'], 'open'],
  ] satisfies readonly (readonly [string, Partial<HttpUrl>, readonly Heard[], string])[])(
    '%s',
    ([, fields, events, expected]) => {
      expect(outcome(ask({ url: [url(fields)] }, ...events))).toBe(expected);
    },
  );

  test('a chunked answer on a connection that stays open ends with its last chunk', () => {
    const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
    expect(outcome(ask({ http_protocol: '1.1k' }, 'CONNECTED', head, '5\r\nhello\r\n', '0\r\n', '\r\n'))).toBe(
      'passed',
    );
    expect(outcome(ask({ http_protocol: '1.1k' }, 'CONNECTED', head, '0\r\n\r\n'))).toBe('passed');
    expect(outcome(ask({ http_protocol: '1.1k' }, 'CONNECTED', head, '5\r\nhello\r\n'))).toBe('open');
  });

  test('as long as an answer comes it has more time, but no more than a minute', () => {
    const { effects } = ask({ connect_timeout: 59_000 }, 'CONNECTED', 'HTTP/1.0 200 OK\r\n\r\n', 'more');
    expect(effects.filter(({ kind }) => kind === 'deadline')).toEqual([
      { kind: 'deadline', due: 60_000 },
      { kind: 'deadline', due: 61_000 },
      { kind: 'deadline', due: 61_000 },
    ]);
  });
});

describe('several URLs', () => {
  const both = { url: [url({ path: '/a' }), url({ path: '/b' })] };

  test('are asked for one after the other, each on a connection of its own', () => {
    const held = ask(both, 'CONNECTED', HELLO, 'CONNECTED', HELLO);
    expect(outcome(held)).toBe('passed');
    expect(held.said).toMatch(/^GET \/a [^]*-- GET \/b /);
  });

  test('that fail are named', () => {
    const ill = 'HTTP/1.1 503 Service Unavailable\r\n\r\n';
    expect(outcome(ask(both, 'CONNECTED', HELLO, 'CONNECTED', ill, 'END'))).toBe(
      '/b: HTTP status 503 (200 to 299 expected)',
    );
    expect(outcome(ask(both, 'CONNECTED', HELLO, { failed: 'connection refused' }))).toBe('/b: connection refused');
  });
});

test('an answer means the same in whatever parts it comes', () => {
  const answers = fc.constantFrom(
    HELLO,
    HELLO.replace('200 OK', '503 No'),
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
    'HTTP/1.0 200 OK\r\nServer: x\r\n\r\nhe\r\n\r\nllo',
    'HTTP/1.1 2000\r\n\r\n',
    'HTTP/1.1 200 OK\r\nX: y',
    'hello',
    '',
  );
  fc.assert(
    fc.property(answers, fc.array(fc.nat({ max: 80 }), { maxLength: 8 }), (answer, cuts) => {
      const fields = { url: [url({ regex: regex('hello'), digest: '5d41402abc4b2a76b9719d911017c592' })] };
      const bytes = encodeUtf8(answer);
      const edges = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
      const parts = edges.slice(1).map((end, index) => bytes.slice(edges[index], end));
      expect(concat(parts)).toEqual(bytes);
      expect(outcome(ask(fields, 'CONNECTED', ...parts, 'END'))).toBe(outcome(ask(fields, 'CONNECTED', bytes, 'END')));
    }),
  );
});

test('whatever bytes come, there is an answer in the end', () => {
  const start = fc.constantFrom('', 'HTTP/1.1 200 OK\r\n', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n');
  fc.assert(
    fc.property(start, fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 }), (head, parts) => {
      const fields = { url: [url({ regex: regex('.', { flags: 'u' }) })] };
      expect(ask(fields, 'CONNECTED', head, ...parts, 'END').result).toBeDefined();
    }),
  );
});
