import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeUtf8 } from '../../../../src/keepalived/text/utf8.ts';
import type { Conversation, ProbeResult } from '../../../../src/agent/core/probe/probe.ts';
import type { Place } from '../../../../src/agent/shell/check/place.ts';
import { talk } from '../../../../src/agent/shell/check/talk.ts';
import { talkTools } from '../../../../src/agent/shell/check/talk-tools.ts';
import { CONNECT, failed, passed, say } from './conversations.ts';
import { place } from './place.ts';
import { realLoop } from './real-loop.ts';
import { type RealServers, startServers } from './servers.ts';

const { sys, loop, turn, expectNoMistakes } = realLoop();
let servers: RealServers;

beforeAll(async () => {
  servers = await startServers();
});
afterAll(() => servers.stop());

/** Runs one conversation to its end. */
async function hold(where: Place, conversation: Conversation): Promise<ProbeResult & { readonly tookMs: number }> {
  const began = loop.now();
  const results: ProbeResult[] = [];
  const guard = loop.at(began + 4000, () => loop.stop());
  talk(talkTools(sys, loop), where, conversation, (result) => {
    results.push(result);
    // A second result would come in the rounds after this one.
    loop.at(loop.now() + 20, () => loop.stop());
  });
  expect(results).toEqual([]);
  await loop.run();
  guard.cancel();
  expectNoMistakes();
  expect(results).toHaveLength(1);
  const [result = { passed: false, reason: 'no result' } as const] = results;
  return { ...result, tookMs: loop.now() - began };
}

test('a port that listens is connected to', async () => {
  expect(await hold(place(servers.port.silent), CONNECT)).toMatchObject({ passed: true });
});

test('a port where nobody listens is refused, in words', async () => {
  const result = await hold(place(1), CONNECT);
  expect(result).toMatchObject({ passed: false, reason: 'connection refused (ECONNREFUSED)' });
});

test('an address with no route is said to have none', async () => {
  const result = await hold(place(80, { family: 'ipv6', address: '2001:db8::1', bind_if: 'lo' }), CONNECT);
  expect(result).toMatchObject({ passed: false, reason: 'network is unreachable (ENETUNREACH)' });
});

test('a server that never answers fails at the deadline', async () => {
  const result = await hold(
    place(servers.port.silent, { timeout: 150 }),
    say('hello', 'hello', () => undefined),
  );
  expect(result).toMatchObject({ passed: false, reason: 'deadline' });
  expect(result.tookMs).toBeGreaterThanOrEqual(150);
  expect(result.tookMs).toBeLessThan(400);
});

test('a conversation that has no answer at its end has failed', async () => {
  const mute: Conversation = { on: () => ({ next: mute, effects: [] }) };
  const result = await hold(place(servers.port.silent, { timeout: 50 }), mute);
  expect(result).toMatchObject({ passed: false, reason: 'timed out' });
});

test('a connection that the other side resets is said to be', async () => {
  const result = await hold(
    place(servers.port.echo),
    say('reset', 'x', () => undefined),
  );
  expect(result).toMatchObject({ passed: false, reason: 'connection reset by peer (ECONNRESET)' });
});

test('a connection that the other side closes has an end', async () => {
  const result = await hold(
    place(servers.port.echo),
    say('close', 'x', () => undefined),
  );
  expect(result).toMatchObject({ passed: false, reason: 'end' });
});

test('what does not fit into the socket at once is sent to its end', async () => {
  const heard: string[] = [];
  const words = `${'x'.repeat(5_000_000)}\n`;
  expect(
    await hold(
      place(servers.port.sink),
      say(words, '5000001', (text) => heard.push(text)),
    ),
  ).toMatchObject({
    passed: true,
  });
  expect(heard).toEqual(['5000001']);
});

test('an answer that comes in many parts is heard to its end', async () => {
  const heard: string[] = [];
  const result = await hold(
    place(servers.port.http),
    say('GET /large HTTP/1.0\r\n\r\n', '\r\n\r\n' + 'x'.repeat(300_000), (text) => heard.push(text)),
  );
  expect(result).toMatchObject({ passed: true });
  expect(heard[0]).toMatch(/^HTTP\/1\.1 200 OK/);
});

test('a reconnect opens a connection from another port, and the answer may be given there', async () => {
  const heard: string[] = [];
  const second = say('who', undefined, (text) => heard.push(text));
  const first: Conversation = {
    on: (event) => {
      if (event.kind === 'connected') return { next: first, effects: second.on(event).effects };
      if (event.kind !== 'data') return { next: first, effects: [failed(event)] };
      heard.push(decodeUtf8(event.bytes));
      return { next: second, effects: [{ kind: 'reconnect' }] };
    },
  };
  expect(await hold(place(servers.port.echo), first)).toMatchObject({ passed: true });
  expect(heard).toHaveLength(2);
  expect(heard[0]).not.toBe(heard[1]);
});

test('bindto and bind_port are where the connection comes from', async () => {
  const heard: string[] = [];
  const who = say('who', undefined, (text) => heard.push(text));
  const bindPort = 40_000 + (process.pid % 10_000);
  expect(await hold(place(servers.port.echo, { bindto: '127.0.0.5', bind_port: bindPort }), who)).toMatchObject({
    passed: true,
  });
  expect(await hold(place(servers.port.echo, { bindto: '127.0.0.6' }), who)).toMatchObject({ passed: true });
  expect(heard[0]).toBe(`127.0.0.5 ${bindPort}`);
  expect(heard[1]).toMatch(/^127\.0\.0\.6 \d+$/);
});

test('an address that is not ours cannot be bound to, and the reason says so', async () => {
  const result = await hold(place(servers.port.echo, { bindto: '192.0.2.1' }), CONNECT);
  expect(result).toMatchObject({
    passed: false,
    reason: expect.stringMatching(/^binding to 192\.0\.2\.1: address is not one of this host/) as string,
  });
});

test('an interface that does not exist is named', async () => {
  const result = await hold(place(servers.port.echo, { bind_if: 'nosuch0' }), CONNECT);
  expect(result).toMatchObject({ passed: false, reason: 'binding to interface nosuch0: no such device (ENODEV)' });
});

test('lo and a mark are no obstacle', async () => {
  expect(await hold(place(servers.port.echo, { bind_if: 'lo', fwmark: 7 }), CONNECT)).toMatchObject({ passed: true });
});

test('a datagram comes back whole', async () => {
  const heard: string[] = [];
  const echo = say('datagram', 'datagram', (text) => heard.push(text));
  expect(await hold(place(servers.port.udp, { transport: 'udp' }), echo)).toMatchObject({ passed: true });
  expect(heard).toEqual(['datagram']);
});

test('a UDP port where nobody listens is refused once something was sent', async () => {
  const result = await hold(
    place(1, { transport: 'udp' }),
    say('datagram', 'x', () => undefined),
  );
  expect(result).toMatchObject({ passed: false, reason: 'connection refused (ECONNREFUSED)' });
});

test.each([
  ['ipv4', '127.0.0.1', [8, 0, 0xf7, 0xfd, 0, 1, 0, 1]],
  ['ipv6', '::1', [128, 0, 0, 0, 0, 1, 0, 1]],
] as const)('an echo request over %s has its reply, without the IP header', async (family, address, request) => {
  const heard: number[][] = [];
  const ping: Conversation = {
    on: (event) => {
      if (event.kind === 'connected')
        return { next: ping, effects: [{ kind: 'send', bytes: Uint8Array.from(request) }] };
      if (event.kind !== 'data') return { next: ping, effects: [failed(event)] };
      heard.push([...event.bytes]);
      return { next: ping, effects: [passed()] };
    },
  };
  const result = await hold(place(0, { transport: 'ping', family, address }), ping);
  expect(result).toMatchObject({ passed: true });
  const [reply = []] = heard;
  expect(reply[0]).toBe(family === 'ipv4' ? 0 : 129);
  expect(reply.slice(4)).toEqual([0, 1, 0, 1]);
});

test('TLS is refused with a way out where the host has none', async () => {
  const result = await hold(place(servers.port.echo, { tls: { serverName: undefined } }), CONNECT);
  expect(result).toMatchObject({ passed: false, reason: 'this host has no TLS: use HTTP_GET or TCP_CHECK' });
});

test('an abandoned conversation is heard of no more, and its socket is closed', async () => {
  const results: ProbeResult[] = [];
  const talking = talk(talkTools(sys, loop), place(servers.port.silent), CONNECT, (result) => results.push(result));
  talking.abandon();
  await turn(50);
  expect(results).toEqual([]);
});
