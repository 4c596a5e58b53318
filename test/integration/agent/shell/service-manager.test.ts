import { afterEach, expect, it } from 'vitest';
import { nodeSys } from '../../../../src/agent/host-node/node-sys.ts';
import { AF_UNIX, type SocketAddress } from '../../../../src/agent/shell/net/socket-address.ts';
import { bindSocket, openSocket, receive, SOCK_DGRAM } from '../../../../src/agent/shell/net/sockets.ts';
import { serviceManager } from '../../../../src/agent/shell/service/service-manager.ts';
import { EpollLoop } from '../../../../src/agent/shell/loop/loop.ts';
import { call } from '../../../../src/agent/shell/sys/syscall-numbers.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const host = nodeSys([]);
const folder = mkdtempSync(path.join(tmpdir(), 'lvs-agent-notify-'));
const open: number[] = [];
afterEach(() => rmSync(`${folder}/watchdog`, { force: true }));
afterEach(() => {
  for (const fd of open.splice(0)) call(host, 'close', fd);
});

/** The service manager's socket. @returns a function that returns messages received since the last call */
function listen(address: SocketAddress): () => readonly string[] {
  const fd = openSocket(host, AF_UNIX, SOCK_DGRAM, 0);
  open.push(fd);
  expect(bindSocket(host, fd, address)).toBe(0);
  const buffer = new Uint8Array(1000);
  return () => {
    const messages: string[] = [];
    for (let length = receive(host, fd, buffer); length > 0; length = receive(host, fd, buffer))
      messages.push(Buffer.from(buffer.subarray(0, length)).toString());
    return messages;
  };
}

function managed(env: Readonly<Record<string, string>>) {
  const loop = new EpollLoop(host, (error) => expect.unreachable(String(error)));
  return { loop, manager: serviceManager({ ...host, env }, loop) };
}

it.each([
  ['a path', (name: string) => name, (name: string) => ({ kind: 'unix', path: name }) as const],
  ['an abstract name', (name: string) => `@${name}`, (name: string) => ({ kind: 'abstract', name }) as const],
])('reports the state of the agent over %s', (_, variable, address) => {
  const name = `${folder}/notify`;
  const heard = listen(address(name));
  const { manager } = managed({ NOTIFY_SOCKET: variable(name) });
  manager.extend(2500);
  manager.ready();
  manager.reloading();
  manager.ready();
  manager.stopping();
  expect(heard()).toEqual([
    'EXTEND_TIMEOUT_USEC=2500000',
    'READY=1',
    expect.stringMatching(/^RELOADING=1\nMONOTONIC_USEC=\d+$/),
    'READY=1',
    'STOPPING=1',
  ]);
});

async function heardWithin(env: Readonly<Record<string, string>>, milliseconds: number): Promise<readonly string[]> {
  const socket = `${folder}/watchdog`;
  const heard = listen({ kind: 'unix', path: socket });
  const { loop, manager } = managed({ NOTIFY_SOCKET: socket, ...env });
  manager.watch();
  loop.at(loop.now() + milliseconds, () => loop.stop());
  await loop.run();
  return heard();
}

it('sends watchdog notifications at half the interval', async () => {
  const heard = await heardWithin({ WATCHDOG_USEC: '50000', WATCHDOG_PID: String(process.pid) }, 120);
  expect(new Set(heard)).toEqual(new Set(['WATCHDOG=1']));
  expect(heard.length).toBeGreaterThanOrEqual(2);
  expect(heard.length).toBeLessThanOrEqual(5);
});

it.each([
  ['without a watchdog', {}],
  ['for another process', { WATCHDOG_USEC: '10000', WATCHDOG_PID: '1' }],
  ['for an invalid interval', { WATCHDOG_USEC: 'soon' }],
])('sends no watchdog notifications %s', async (_, env) => {
  expect(await heardWithin(env, 40)).toEqual([]);
});

it.each([
  ['without NOTIFY_SOCKET', {}],
  ['with an address of another family', { NOTIFY_SOCKET: 'vsock:2:1234' }],
  ['with a path that is too long', { NOTIFY_SOCKET: `/${'x'.repeat(200)}` }],
  ['without a listener', { NOTIFY_SOCKET: '/nowhere/notify' }],
])('continues %s', (_, env) => {
  expect(() => managed(env).manager.ready()).not.toThrow();
});
