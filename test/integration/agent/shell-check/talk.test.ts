import { expect, it } from 'vitest';
import { decodeUtf8, encodeUtf8 } from '../../../../src/keepalived/text/utf8.ts';
import type { Conversation, ProbeResult } from '../../../../src/agent/core/probe/probe.ts';
import { talk } from '../../../../src/agent/shell/check/talk.ts';
import { talkTools } from '../../../../src/agent/shell/check/talk-tools.ts';
import type { SysArg, Tls } from '../../../../src/agent/shell/sys/sys.ts';
import { CONNECT, say } from './conversations.ts';
import { type FakeLoop, fakeLoop } from './fake-loop.ts';
import { type Answers, type FakeSys, fakeSys } from './fake-sys.ts';
import { place } from './place.ts';

const EINPROGRESS = -115;
const EALREADY = -114;
const EAGAIN = -11;
const EMFILE = -24;

interface Held {
  readonly loop: FakeLoop;
  readonly calls: FakeSys['calls'];
  readonly results: readonly ProbeResult[];
  readonly abandon: () => void;
}

function hold(answers: Answers, conversation: Conversation, where = place(80), tls?: Tls): Held {
  const loop = fakeLoop();
  const { sys, calls } = fakeSys(answers, tls);
  const results: ProbeResult[] = [];
  const held = talk(talkTools(sys, loop), where, conversation, (result) => results.push(result));
  return { loop, calls, results, abandon: () => held.abandon() };
}

/** A read that returns a text. */
function reads(...texts: readonly (string | number)[]): (fd: SysArg, buffer: SysArg) => number {
  const left = [...texts];
  return (_fd, buffer) => {
    const text = left.shift() ?? EAGAIN;
    if (typeof text === 'number') return text;
    const bytes = encodeUtf8(text);
    (buffer as Uint8Array).set(bytes);
    return bytes.length;
  };
}

it('makes four system calls for a TCP check, apart from the loop', () => {
  const { loop, calls, results } = hold({ socket: 5, connect: [EINPROGRESS, 0], close: 0 }, CONNECT);
  expect(results).toEqual([]);
  loop.ready(5, 'writable');
  expect(results).toEqual([{ passed: true, weight: undefined }]);
  expect(calls).toEqual(['socket', 'connect', 'connect', 'close']);
  expect([loop.waiting(), loop.timers()]).toEqual([[], 0]);
});

it('does not take a stale event of a reused descriptor for a connection', () => {
  const { loop, results } = hold({ socket: 5, connect: [EINPROGRESS, EALREADY, -111], close: 0 }, CONNECT);
  loop.ready(5, 'writable');
  expect(results).toEqual([]);
  loop.ready(5, 'writable');
  expect(results).toEqual([{ passed: false, reason: 'connection refused (ECONNREFUSED)' }]);
});

it('retries when out of descriptors, until the deadline', () => {
  const { loop, results } = hold({ socket: [EMFILE, EMFILE, 5], connect: [EINPROGRESS, 0], close: 0 }, CONNECT);
  loop.pass(100);
  expect(results).toEqual([]);
  loop.ready(5, 'writable');
  expect(results).toEqual([{ passed: true, weight: undefined }]);

  const never = hold({ socket: EMFILE }, CONNECT);
  never.loop.pass(999);
  expect(never.results).toEqual([]);
  never.loop.pass(1);
  expect(never.results).toEqual([{ passed: false, reason: 'deadline' }]);
  expect(never.loop.timers()).toBe(0);
});

it('retries if a descriptor cannot be watched', () => {
  const loop = fakeLoop();
  let watches = 0;
  const full: FakeLoop = {
    ...loop,
    watch: (fd, interest) => {
      watches += 1;
      if (watches === 1) throw new Error('no space left');
      return loop.watch(fd, interest);
    },
  };
  const { sys, calls } = fakeSys({ socket: 5, connect: [EINPROGRESS, EINPROGRESS, 0], close: 0 });
  const results: ProbeResult[] = [];
  talk(talkTools(sys, full), place(80), CONNECT, (result) => results.push(result));
  expect(calls).toEqual(['socket', 'connect', 'close']);
  loop.pass(50);
  loop.ready(5, 'writable');
  expect(results).toEqual([{ passed: true, weight: undefined }]);
});

it('continues a partial write in order', () => {
  const written: string[] = [];
  const room = [4, EAGAIN, 3, EAGAIN, 100];
  const { loop, results } = hold(
    {
      socket: 5,
      connect: [EINPROGRESS, 0],
      close: 0,
      sendto: (_fd, bytes) => {
        const length = Math.min((bytes as Uint8Array).length, room.shift() ?? 0);
        if (length > 0) written.push(decodeUtf8((bytes as Uint8Array).subarray(0, length)));
        return length;
      },
      recvfrom: reads('bye'),
    },
    say('0123456789', 'bye', () => undefined),
  );
  loop.ready(5, 'writable');
  expect(loop.waiting()).toEqual(['5 readable', '5 writable']);
  loop.ready(5, 'writable');
  loop.ready(5, 'writable');
  expect(written).toEqual(['0123', '456', '789']);
  expect(loop.waiting()).toEqual(['5 readable']);
  loop.ready(5, 'readable');
  expect(results).toEqual([{ passed: true, weight: undefined }]);
});

it('allows a conversation to extend its deadline', () => {
  const patient: Conversation = {
    on: (event) =>
      event.kind === 'connected'
        ? { state: patient, effects: [{ kind: 'deadline', due: event.at + 5000 }] }
        : CONNECT.on(event),
  };
  const { loop, results } = hold({ socket: 5, connect: [EINPROGRESS, 0], close: 0 }, patient);
  loop.pass(400);
  loop.ready(5, 'writable');
  loop.pass(4999);
  expect(results).toEqual([]);
  loop.pass(1);
  expect(results).toEqual([{ passed: false, reason: 'deadline' }]);
});

it('cleans up after an abandoned conversation', () => {
  const { loop, calls, results, abandon } = hold({ socket: 5, connect: EINPROGRESS, close: 0 }, CONNECT);
  abandon();
  abandon();
  loop.pass(10_000);
  expect(calls).toEqual(['socket', 'connect', 'close']);
  expect([results, loop.waiting(), loop.timers()]).toEqual([[], [], 0]);
});

it('sets mark, interface and IP_BIND_ADDRESS_NO_PORT before connecting', () => {
  const set: (readonly unknown[])[] = [];
  const { calls } = hold(
    {
      socket: 5,
      setsockopt: (_fd, level, option, value) => {
        set.push([level, option, decodeUtf8(value as Uint8Array)]);
        return 0;
      },
      bind: 0,
      connect: EINPROGRESS,
    },
    CONNECT,
    place(80, { fwmark: 65, bind_if: 'eth1', bindto: '127.0.0.9' }),
  );
  expect(set).toEqual([
    [1, 36, 'A\0\0\0'],
    [1, 25, 'eth1\0'],
    [0, 24, '\u0001\0\0\0'],
  ]);
  expect(calls).toEqual(['socket', 'setsockopt', 'setsockopt', 'setsockopt', 'bind', 'connect']);
});

it('reaches a link-local address through its interface', () => {
  const scopes: number[] = [];
  const scope = (_fd: SysArg, address: SysArg): number => {
    scopes.push((address as Uint8Array)[24] ?? 0);
    return EINPROGRESS;
  };
  const ioctl = (_fd: SysArg, _request: SysArg, request: SysArg): number => {
    expect(decodeUtf8((request as Uint8Array).subarray(0, 5))).toBe('eth1\0');
    (request as Uint8Array)[16] = 42;
    return 0;
  };
  hold(
    { socket: 5, setsockopt: 0, ioctl, connect: scope },
    CONNECT,
    place(80, { family: 'ipv6', address: 'fe80::1', bind_if: 'eth1' }),
  );
  hold(
    { socket: 5, setsockopt: 0, connect: scope },
    CONNECT,
    place(80, { family: 'ipv6', address: '2001:db8::1', bind_if: 'eth1' }),
  );
  expect(scopes).toEqual([42, 0]);
});

/** A fake TLS that records its calls. */
function fakeTls(calls: string[], handshakes: number[], parts: readonly (string | number)[], wantsWrite = false): Tls {
  const read = reads(...parts);
  return {
    open: (fd, serverName) => {
      calls.push(`open ${fd} ${serverName ?? '-'}`);
      return 77;
    },
    handshake: () => handshakes.shift() ?? 0,
    wantsWrite: () => wantsWrite,
    read: (_handle, buffer) => read(0, buffer),
    write: (_handle, bytes) => {
      calls.push(`write ${decodeUtf8(bytes)}`);
      return bytes.length;
    },
    close: () => void calls.push('close'),
    reason: () => 'wrong version number',
  };
}

const OVER_TLS = place(443, { tls: { serverName: 'www.example' } });
const STREAM: Answers = { socket: 5, close: 0 };

it('completes the TLS handshake with SNI and reads all buffered data', () => {
  const calls: string[] = [];
  const heard: string[] = [];
  const tls = fakeTls(calls, [EAGAIN, 0], ['one ', 'two ', 'three']);
  const answers = { ...STREAM, connect: [EINPROGRESS, 0] };
  const { loop, results } = hold(
    answers,
    say('hello', 'three', (text) => heard.push(text)),
    OVER_TLS,
    tls,
  );
  loop.ready(5, 'writable');
  expect(loop.waiting()).toEqual(['5 readable']);
  loop.ready(5, 'readable');
  loop.ready(5, 'readable');
  // Decrypted data does not make the descriptor readable.
  loop.pass(0);
  expect(results).toEqual([{ passed: true, weight: undefined }]);
  expect(heard).toEqual(['one two three']);
  expect(calls).toEqual(['open 5 www.example', 'write hello', 'close']);
});

it('continues a handshake that waits for writing', () => {
  const tls = fakeTls([], [EAGAIN, 0], [], true);
  const { loop, results } = hold({ ...STREAM, connect: [EINPROGRESS, 0] }, CONNECT, OVER_TLS, tls);
  loop.ready(5, 'writable');
  expect(loop.waiting()).toEqual(['5 writable']);
  loop.ready(5, 'writable');
  expect(results).toEqual([{ passed: true, weight: undefined }]);
});

it('describes a failed handshake', () => {
  const tls = fakeTls([], [-71], []);
  const { loop, results } = hold({ ...STREAM, connect: [EINPROGRESS, 0] }, CONNECT, OVER_TLS, tls);
  loop.ready(5, 'writable');
  expect(results).toEqual([{ passed: false, reason: 'TLS failed: wrong version number' }]);
});

it('continues reading buffered TLS data in the next turn', () => {
  const parts = Array.from({ length: 40 }, (_, index) => `${index},`);
  const heard: string[] = [];
  const tls = fakeTls([], [0], parts);
  const { loop, results } = hold(
    { ...STREAM, connect: [EINPROGRESS, 0] },
    say('hello', '39,', (text) => heard.push(text)),
    OVER_TLS,
    tls,
  );
  loop.ready(5, 'writable');
  loop.ready(5, 'readable');
  expect(results).toEqual([]);
  loop.pass(1);
  expect(results).toEqual([{ passed: true, weight: undefined }]);
  expect(heard).toEqual([parts.join('')]);
});

it('does not read while the conversation is paused', () => {
  const events: string[] = [];
  const slow: Conversation = {
    on: (event) => {
      events.push(event.kind);
      if (event.kind === 'resume')
        return { state: slow, effects: [{ kind: 'done', result: { passed: true, weight: undefined } }] };
      return { state: slow, effects: event.kind === 'data' ? [{ kind: 'pause' }] : [] };
    },
  };
  const { loop, results } = hold({ ...STREAM, connect: [EINPROGRESS, 0], recvfrom: reads('a', 'b') }, slow);
  loop.ready(5, 'writable');
  loop.ready(5, 'readable');
  expect(events).toEqual(['connected', 'data']);
  expect(loop.waiting()).toEqual([]);
  loop.pass(0);
  expect(events).toEqual(['connected', 'data', 'resume']);
  expect(results).toEqual([{ passed: true, weight: undefined }]);
});
