import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { nodeSys } from '../../../../src/agent/host-node/node-sys.ts';
import { closeFile } from '../../../../src/agent/shell/sys/files.ts';
import { EpollLoop } from '../../../../src/agent/shell/loop/loop.ts';
import { AF_UNIX } from '../../../../src/agent/shell/net/socket-address.ts';
import { bindSocket, openSocket, SOCK_STREAM } from '../../../../src/agent/shell/net/sockets.ts';
import { askStatus, StatusSocket } from '../../../../src/agent/shell/service/status-socket.ts';
import type { Sys } from '../../../../src/agent/shell/sys/sys.ts';
import { fakeLoop } from '../shell-check/fake-loop.ts';

const sys = nodeSys([]);
let folder = '';
let file = '';

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lvs-agent-status-'));
  file = path.join(folder, 'status.sock');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a loop that serves this document to one client. @returns what it received */
async function ask(document: string): Promise<string> {
  const loop = new EpollLoop(sys, (error) => expect.unreachable(String(error)));
  const status = new StatusSocket(sys, loop, file, () => document);
  expect(status.open()).toBeUndefined();
  let received = '';
  const connection = createConnection(file).setEncoding('utf8');
  connection.on('data', (part: string) => (received += part));
  connection.on('close', () => loop.stop());
  await loop.run();
  status.close();
  return received;
}

it('sends the document and closes', async () => {
  expect(await ask('{"engine":"lvs-agent"}\n')).toBe('{"engine":"lvs-agent"}\n');
});

it('sends a document longer than the socket buffer', async () => {
  const long = 'x'.repeat(3_000_000);
  expect(await ask(long)).toBe(long);
});

it('restricts the socket to its owner', () => {
  const loop = new EpollLoop(sys, () => undefined);
  const status = new StatusSocket(sys, loop, file, () => '');
  expect(status.open()).toBeUndefined();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  status.close();
});

it('replaces a stale socket', async () => {
  leave(file);
  expect(await ask('new')).toBe('new');
});

it('keeps a file that is not a socket', () => {
  writeFileSync(file, 'foreign');
  const loop = new EpollLoop(sys, () => undefined);
  expect(new StatusSocket(sys, loop, file, () => '').open()).toContain('not a socket');
  expect(readFileSync(file, 'utf8')).toBe('foreign');
});

it('distinguishes a hanging agent from none', () => {
  expect(askStatus(sys, file)).toMatchObject({ hangs: false });
  leave(file);
  expect(askStatus(sys, file)).toMatchObject({ hangs: false });
  const loop = new EpollLoop(sys, () => undefined);
  const status = new StatusSocket(sys, loop, file, () => '');
  expect(status.open()).toBeUndefined();
  expect(askStatus(sys, file, 20)).toMatchObject({ hangs: true });
  status.close();
});

/** A socket without a listener. */
function leave(at: string): void {
  const fd = openSocket(sys, AF_UNIX, SOCK_STREAM, 0);
  expect(bindSocket(sys, fd, { kind: 'unix', path: at })).toBe(0);
  closeFile(sys, fd);
}

it('retries after a second when out of descriptors', () => {
  const loop = fakeLoop();
  const accept4 = sys.arch === 'x64' ? 288 : 242;
  const full: Sys = { ...sys, syscall: (number, ...args) => (number === accept4 ? -24 : sys.syscall(number, ...args)) };
  const status = new StatusSocket(full, loop, file, () => '');
  expect(status.open()).toBeUndefined();
  const listening = loop.waiting();
  loop.ready(Number.parseInt(listening[0] ?? '', 10), 'readable');
  expect(loop.waiting()).toEqual([]);
  loop.pass(999);
  expect(loop.waiting()).toEqual([]);
  loop.pass(1);
  expect(loop.waiting()).toEqual(listening);
  status.close();
  expect([loop.waiting(), loop.timers()]).toEqual([[], 0]);
});
