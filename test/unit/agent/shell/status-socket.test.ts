import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeSys } from '../../../../src/agent/host-node/node-sys.ts';
import { EpollLoop } from '../../../../src/agent/shell/loop.ts';
import { askStatus, StatusSocket } from '../../../../src/agent/shell/status-socket.ts';

const sys = nodeSys([]);
let folder = '';
let file = '';

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lvs-agent-status-'));
  file = path.join(folder, 'status.sock');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a loop that answers with this document until somebody has heard it to its end. */
async function ask(document: string): Promise<string> {
  const loop = new EpollLoop(sys, (error) => expect.unreachable(String(error)));
  const status = new StatusSocket(sys, loop, file, () => document);
  expect(status.open()).toBeUndefined();
  let heard = '';
  const connection = createConnection(file).setEncoding('utf8');
  connection.on('data', (part: string) => (heard += part));
  connection.on('close', () => loop.stop());
  await loop.run();
  status.close();
  return heard;
}

test('whoever connects gets the document, and the end of it', async () => {
  expect(await ask('{"engine":"lvs-agent"}\n')).toBe('{"engine":"lvs-agent"}\n');
});

test('a document that is longer than the socket can hold comes whole', async () => {
  const long = 'x'.repeat(3_000_000);
  expect(await ask(long)).toBe(long);
});

test('only its owner can connect', () => {
  const loop = new EpollLoop(sys, () => undefined);
  const status = new StatusSocket(sys, loop, file, () => '');
  expect(status.open()).toBeUndefined();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  status.close();
});

test('a socket that a killed agent left behind is taken over', async () => {
  writeFileSync(file, '');
  expect(await ask('new')).toBe('new');
});

test('nobody there is told apart from an agent that cannot be asked', () => {
  expect(askStatus(sys, file)).toMatchObject({ absent: true });
  writeFileSync(file, '');
  expect(askStatus(sys, path.join(file, 'below'))).toMatchObject({ absent: false });
});
