import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../../../../src/keepalived/text/utf8.ts';
import { concat } from '../../../../src/agent/core/bytes/write.ts';
import type { HttpRegex, HttpUrl } from '../../../../src/keepalived/model/check.ts';
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
  it.for([
    ['has no Connection header in 1.0', {}, `GET / HTTP/1.0\r\n${agent}Host: 192.0.2.1:80\r\n\r\n`],
    [
      'closes in 1.0c',
      { http_protocol: '1.0c' },
      `GET / HTTP/1.0\r\n${agent}Connection: close\r\nHost: 192.0.2.1:80\r\n\r\n`,
    ],
    [
      'keeps alive in 1.0k',
      { http_protocol: '1.0k' },
      `GET / HTTP/1.0\r\n${agent}Connection: keep-alive\r\nHost: 192.0.2.1:80\r\n\r\n`,
    ],
    [
      'closes in 1.1',
      { http_protocol: '1.1' },
      `GET / HTTP/1.1\r\n${agent}Connection: close\r\nHost: 192.0.2.1:80\r\n\r\n`,
    ],
    [
      'keeps alive in 1.1k',
      { http_protocol: '1.1k' },
      `GET / HTTP/1.1\r\n${agent}Connection: keep-alive\r\nHost: 192.0.2.1:80\r\n\r\n`,
    ],
    [
      'encloses an IPv6 host in brackets',
      { connect_ip: '2001:db8::1', connect_port: 8080 },
      /\r\nHost: \[2001:db8::1\]:8080\r\n/,
    ],
    ["uses the checker's virtualhost", { virtualhost: 'www.example.com' }, /\r\nHost: www\.example\.com\r\n/],
    [
      "prefers the URL's virtualhost",
      { virtualhost: 'www.example.com', url: [url({ path: '/up?x=1', virtualhost: 'up.example.com' })] },
      `GET /up?x=1 HTTP/1.0\r\n${agent}Host: up.example.com\r\n\r\n`,
    ],
  ] satisfies readonly (readonly [string, Partial<HttpChecker>, string | RegExp])[])('%s', ([, fields, request]) => {
    const { said } = ask(fields, 'CONNECTED');
    if (typeof request === 'string') expect(said).toBe(request);
    else expect(said).toMatch(request);
  });
});

describe('the response', () => {
  const moved = HELLO.replace('200 OK', '302 Found');
  it.for([
    ['passes on 200', {}, ['CONNECTED', HELLO], 'passed'],
    [
      'passes at the end of a response without length',
      {},
      ['CONNECTED', 'HTTP/1.0 200 OK\r\n\r\nhel', 'lo', 'END'],
      'passed',
    ],
    ['expects no body with 204', {}, ['CONNECTED', 'HTTP/1.1 204 No Content\r\n\r\n'], 'passed'],
    [
      'accepts a status without reason phrase',
      {},
      ['CONNECTED', 'HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n'],
      'passed',
    ],
    ['fails on 302', {}, ['CONNECTED', moved], 'HTTP status 302 (200 to 299 expected)'],
    ['passes on 302 if configured', { status_code: [{ min: 302, max: 302 }] }, ['CONNECTED', moved], 'passed'],
    [
      'lists all ranges',
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
      'fails on 302 despite a matching digest',
      { digest: '5d41402abc4b2a76b9719d911017c592' },
      ['CONNECTED', moved],
      'HTTP status 302 (200 to 299 expected)',
    ],
    [
      'compares digests case-insensitively',
      { digest: '5D41402ABC4B2A76B9719D911017C592' },
      ['CONNECTED', HELLO],
      'passed',
    ],
    [
      'fails on a different digest',
      { digest: '00000000000000000000000000000000' },
      ['CONNECTED', HELLO],
      'MD5 digest 5d41402abc4b2a76b9719d911017c592 (00000000000000000000000000000000 expected)',
    ],
    [
      'computes the digest of a chunked body without decoding it',
      { digest: '79e9489e3bd3f0cb0158215341de046d' },
      ['CONNECTED', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n'],
      'passed',
    ],
    ['passes on a body shorter than its Content-Length', {}, ['CONNECTED', HELLO.replace('5', '500'), 'END'], 'passed'],
    ['passes on a matching regex', { regex: regex('l+o$') }, ['CONNECTED', HELLO], 'passed'],
    [
      'does not match the regex against headers',
      { regex: regex('Content') },
      ['CONNECTED', HELLO],
      'the body does not match Content',
    ],
    [
      'fails on a match with no_match',
      { regex: regex('hel', { no_match: true }) },
      ['CONNECTED', HELLO],
      'the body matches hel',
    ],
    [
      'passes without a match with no_match',
      { regex: regex('nothing', { no_match: true }) },
      ['CONNECTED', HELLO],
      'passed',
    ],
    ['applies regex flags', { regex: regex('HELLO', { flags: 'i' }) }, ['CONNECTED', HELLO], 'passed'],
    [
      'ignores a match before min_offset',
      { regex: regex('hel', { min_offset: 1 }) },
      ['CONNECTED', HELLO],
      'the body does not match hel',
    ],
    [
      'ignores a match after max_offset',
      { regex: regex('llo', { max_offset: 1 }) },
      ['CONNECTED', HELLO],
      'the body does not match llo',
    ],
    [
      'accepts a match that starts at max_offset',
      { regex: regex('llo', { max_offset: 2 }) },
      ['CONNECTED', HELLO],
      'passed',
    ],
    [
      'matches a non-ASCII pattern bytewise',
      { regex: regex('größe') },
      ['CONNECTED', 'HTTP/1.0 200 OK\r\n\r\ndie größe', 'END'],
      'passed',
    ],
    ['fails on an invalid regex', { regex: regex('(') }, ['CONNECTED', HELLO], 'regex ( is not supported'],
    ['fails at the first byte that is not HTTP', {}, ['CONNECTED', 'SSH-2.0'], 'the response is not HTTP'],
    ['fails on a four-digit status', {}, ['CONNECTED', 'HTTP/1.1 2000 OK\r\n\r\n'], 'the response has no HTTP status'],
    ['fails without a response', {}, ['CONNECTED', 'END'], 'connection closed without a response'],
    [
      'fails on truncated headers',
      {},
      ['CONNECTED', 'HTTP/1.1 200 OK\r\n', 'END'],
      'connection closed before the end of the headers',
    ],
    [
      'fails on endless headers',
      {},
      ['CONNECTED', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(65_536)}`],
      'the response headers exceed 65536 bytes',
    ],
    ['fails on a refused connection', {}, [{ failed: 'connection refused' }], 'connection refused'],
    ['fails on a connect timeout', {}, ['DEADLINE'], 'no connection within 3 s'],
    ['fails on a response timeout', {}, ['CONNECTED', 'DEADLINE'], 'no response within 3 s'],
    [
      'fails on a stalled response',
      {},
      ['CONNECTED', 'HTTP/1.0 200 OK\r\n\r\nhel', 'DEADLINE'],
      'the response stalled: no data within 3 s',
    ],
    [
      'fails on a reset',
      {},
      ['CONNECTED', 'HTTP/1.0', { failed: 'connection reset by peer' }],
      'connection reset by peer',
    ],
    ['waits for more of a response', {}, ['CONNECTED', 'HTTP/1.0 200 OK\r\n\r\nhel'], 'open'],
  ] satisfies readonly (readonly [string, Partial<HttpUrl>, readonly Heard[], string])[])(
    '%s',
    ([, fields, events, expected]) => {
      expect(outcome(ask({ url: [url(fields)] }, ...events))).toBe(expected);
    },
  );

  it('ends a chunked response on a persistent connection at its last chunk', () => {
    const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
    expect(outcome(ask({ http_protocol: '1.1k' }, 'CONNECTED', head, '5\r\nhello\r\n', '0\r\n', '\r\n'))).toBe(
      'passed',
    );
    expect(outcome(ask({ http_protocol: '1.1k' }, 'CONNECTED', head, '0\r\n\r\n'))).toBe('passed');
    expect(outcome(ask({ http_protocol: '1.1k' }, 'CONNECTED', head, '5\r\nhello\r\n'))).toBe('open');
  });

  it('extends the deadline while data arrives, up to a minute', () => {
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

  it('are requested in turn, each on its own connection', () => {
    const held = ask(both, 'CONNECTED', HELLO, 'CONNECTED', HELLO);
    expect(outcome(held)).toBe('passed');
    expect(held.said).toMatch(/^GET \/a [^]*-- GET \/b /);
  });

  it('are named when they fail', () => {
    const unavailable = 'HTTP/1.1 503 Service Unavailable\r\n\r\n';
    expect(outcome(ask(both, 'CONNECTED', HELLO, 'CONNECTED', unavailable, 'END'))).toBe(
      '/b: HTTP status 503 (200 to 299 expected)',
    );
    expect(outcome(ask(both, 'CONNECTED', HELLO, { failed: 'connection refused' }))).toBe('/b: connection refused');
  });
});

it('handles a response the same however it is segmented', () => {
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

it('produces a result for any bytes', () => {
  const start = fc.constantFrom('', 'HTTP/1.1 200 OK\r\n', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n');
  fc.assert(
    fc.property(start, fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 }), (head, parts) => {
      const fields = { url: [url({ regex: regex('.', { flags: 'u' }) })] };
      expect(ask(fields, 'CONNECTED', head, ...parts, 'END').result).toBeDefined();
    }),
  );
});
