import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { nodeSys } from '../../src/agent/host-node/node-sys.ts';
import { AF_UNIX } from '../../src/agent/shell/net/socket-address.ts';
import { bindSocket, openSocket, receive, SOCK_DGRAM } from '../../src/agent/shell/net/sockets.ts';
import { command, eventually, instance } from '../support/router.ts';
import { openSegment, type Program, type Segment } from '../support/segment.ts';

// systemd detects a hanging agent, and killing and restarting it must not affect the virtual address.

const VIP = '10.77.0.99';
const sys = nodeSys([]);

let segment: Segment;
let fd = -1;
const messages: string[] = [];

beforeEach(() => {
  segment = openSegment(['a']);
  messages.length = 0;
  fd = openSocket(sys, AF_UNIX, SOCK_DGRAM, 0);
  expect(bindSocket(sys, fd, { kind: 'unix', path: socket() })).toBe(0);
});
afterEach(async () => segment.close());

const socket = (): string => path.join(segment.folder, 'notify');

function heard(): readonly string[] {
  const buffer = new Uint8Array(4096);
  for (let length = receive(sys, fd, buffer); length > 0; length = receive(sys, fd, buffer))
    messages.push(Buffer.from(buffer.subarray(0, length)).toString());
  return messages;
}

function start(): Program {
  const at = (name: string): string => path.join(segment.folder, name);
  const script = at('notify.sh');
  writeFileSync(script, `#!/bin/sh\nenv > ${at('environment')}\n`, { mode: 0o755 });
  const conf = instance({
    version: 3,
    priority: 200,
    advertInt: 1,
    addresses: [VIP],
    more: [`notify_master ${script}`],
  });
  writeFileSync(at('conf'), conf);
  const variables = [`NOTIFY_SOCKET=${socket()}`, 'WATCHDOG_USEC=400000'];
  const places = ['-f', at('conf'), '--state', at('state'), '--status-socket', at('sock')];
  return segment.start('a', 'env', ...variables, ...command('agent'), ...places);
}

it('notifies the watchdog until it hangs, and keeps its address across a kill', async () => {
  const first = start();
  await eventually('it is ready', () => heard().includes('READY=1'));
  await eventually('it is master', () => segment.holds('a', VIP));
  await eventually('the loop is alive', () => heard().filter((one) => one === 'WATCHDOG=1').length >= 3);
  await eventually('its script has run', () => existsSync(path.join(segment.folder, 'environment')));
  expect(readFileSync(path.join(segment.folder, 'environment'), 'utf8')).not.toMatch(/NOTIFY_SOCKET|WATCHDOG/);
  first.process.kill('SIGHUP');
  await eventually('it has reloaded its configuration', () => heard().filter((one) => one === 'READY=1').length === 2);
  expect(heard().find((one) => one.startsWith('RELOADING=1\nMONOTONIC_USEC='))).toBeDefined();

  first.process.kill('SIGSTOP');
  await eventually('it is stopped', () => /^State:\s+T/m.test(readFileSync(`/proc/${first.pid}/status`, 'utf8')));
  const before = heard().length;
  await sleep(800);
  expect(heard().length).toBe(before);

  await first.stop('SIGKILL');
  expect(segment.holds('a', VIP)).toBe(true);
  const again = start();
  await eventually('it resumes', () => again.output().includes('resuming after a restart'));
  expect(segment.holds('a', VIP)).toBe(true);
  expect(await again.stop()).toBe(0);
  expect(heard()).toContain('STOPPING=1');
});
