import { afterAll, beforeAll, expect, it } from 'vitest';
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

/** Runs a conversation. */
async function hold(where: Place, conversation: Conversation): Promise<ProbeResult & { readonly tookMs: number }> {
  const began = loop.now();
  const results: ProbeResult[] = [];
  const guard = loop.at(began + 4000, () => loop.stop());
  talk(talkTools(sys, loop), where, conversation, (result) => {
    results.push(result);
    // A second result would arrive in later rounds.
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

it('connects to an open port', async () => {
  expect(await hold(place(servers.port.silent), CONNECT)).toMatchObject({ passed: true });
});

it('describes a refused connection', async () => {
  const result = await hold(place(1), CONNECT);
  expect(result).toMatchObject({ passed: false, reason: 'connection refused (ECONNREFUSED)' });
});

it('describes a missing route', async () => {
  const result = await hold(place(80, { family: 'ipv6', address: '2001:db8::1', bind_if: 'lo' }), CONNECT);
  expect(result).toMatchObject({ passed: false, reason: 'network is unreachable (ENETUNREACH)' });
});

it('fails at the deadline without an answer', async () => {
  const result = await hold(
    place(servers.port.silent, { timeout: 150 }),
    say('hello', 'hello', () => undefined),
  );
  expect(result).toMatchObject({ passed: false, reason: 'deadline' });
  expect(result.tookMs).toBeGreaterThanOrEqual(150);
  expect(result.tookMs).toBeLessThan(400);
});

it('fails a conversation that ends without a result', async () => {
  const mute: Conversation = { on: () => ({ state: mute, effects: [] }) };
  const result = await hold(place(servers.port.silent, { timeout: 50 }), mute);
  expect(result).toMatchObject({ passed: false, reason: 'timed out' });
});

it('describes a reset connection', async () => {
  const result = await hold(
    place(servers.port.echo),
    say('reset', 'x', () => undefined),
  );
  expect(result).toMatchObject({ passed: false, reason: 'connection reset by peer (ECONNRESET)' });
});

it('reports a closed connection', async () => {
  const result = await hold(
    place(servers.port.echo),
    say('close', 'x', () => undefined),
  );
  expect(result).toMatchObject({ passed: false, reason: 'end' });
});

it('sends more than fits into the socket buffer', async () => {
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

it('receives a long answer', async () => {
  const heard: string[] = [];
  const result = await hold(
    place(servers.port.http),
    say('GET /large HTTP/1.0\r\n\r\n', '\r\n\r\n' + 'x'.repeat(300_000), (text) => heard.push(text)),
  );
  expect(result).toMatchObject({ passed: true });
  expect(heard[0]).toMatch(/^HTTP\/1\.1 200 OK/);
});

it('continues over a new connection after a reconnect', async () => {
  const heard: string[] = [];
  const second = say('who', undefined, (text) => heard.push(text));
  const first: Conversation = {
    on: (event) => {
      if (event.kind === 'connected') return { state: first, effects: second.on(event).effects };
      if (event.kind !== 'data') return { state: first, effects: [failed(event)] };
      heard.push(decodeUtf8(event.bytes));
      return { state: second, effects: [{ kind: 'reconnect' }] };
    },
  };
  expect(await hold(place(servers.port.echo), first)).toMatchObject({ passed: true });
  expect(heard).toHaveLength(2);
  expect(heard[0]).not.toBe(heard[1]);
});

it('binds to bindto and bind_port', async () => {
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

it('describes an address that cannot be bound', async () => {
  const result = await hold(place(servers.port.echo, { bindto: '192.0.2.1' }), CONNECT);
  expect(result).toMatchObject({
    passed: false,
    reason: expect.stringMatching(/^binding to 192\.0\.2\.1: address not available on this host/) as string,
  });
});

it('names a missing interface', async () => {
  const result = await hold(place(servers.port.echo, { bind_if: 'nosuch0' }), CONNECT);
  expect(result).toMatchObject({ passed: false, reason: 'binding to interface nosuch0: no such device (ENODEV)' });
});

it('supports bind_if and fwmark', async () => {
  expect(await hold(place(servers.port.echo, { bind_if: 'lo', fwmark: 7 }), CONNECT)).toMatchObject({ passed: true });
});

it('receives a datagram', async () => {
  const heard: string[] = [];
  const echo = say('datagram', 'datagram', (text) => heard.push(text));
  expect(await hold(place(servers.port.udp, { transport: 'udp' }), echo)).toMatchObject({ passed: true });
  expect(heard).toEqual(['datagram']);
});

it('reports a closed UDP port after sending', async () => {
  const result = await hold(
    place(1, { transport: 'udp' }),
    say('datagram', 'x', () => undefined),
  );
  expect(result).toMatchObject({ passed: false, reason: 'connection refused (ECONNREFUSED)' });
});

it.each([
  ['ipv4', '127.0.0.1', [8, 0, 0xf7, 0xfd, 0, 1, 0, 1]],
  ['ipv6', '::1', [128, 0, 0, 0, 0, 1, 0, 1]],
] as const)('receives an echo reply over %s without IP header', async (family, address, request) => {
  const heard: number[][] = [];
  const ping: Conversation = {
    on: (event) => {
      if (event.kind === 'connected')
        return { state: ping, effects: [{ kind: 'send', bytes: Uint8Array.from(request) }] };
      if (event.kind !== 'data') return { state: ping, effects: [failed(event)] };
      heard.push([...event.bytes]);
      return { state: ping, effects: [passed()] };
    },
  };
  const result = await hold(place(0, { transport: 'ping', family, address }), ping);
  expect(result).toMatchObject({ passed: true });
  const [reply = []] = heard;
  expect(reply[0]).toBe(family === 'ipv4' ? 0 : 129);
  expect(reply.slice(4)).toEqual([0, 1, 0, 1]);
});

it('refuses TLS with an alternative if the host does not support it', async () => {
  const result = await hold(place(servers.port.echo, { tls: { serverName: undefined } }), CONNECT);
  expect(result).toMatchObject({
    passed: false,
    reason: 'TLS is not available on this host; use HTTP_GET or TCP_CHECK',
  });
});

it('closes the socket of an abandoned conversation without a result', async () => {
  const results: ProbeResult[] = [];
  const talking = talk(talkTools(sys, loop), place(servers.port.silent), CONNECT, (result) => results.push(result));
  talking.abandon();
  await turn(50);
  expect(results).toEqual([]);
});
