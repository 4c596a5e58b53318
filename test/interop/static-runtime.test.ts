import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { command, eventually, instance, startRouter } from '../support/router.ts';
import { openSegment, type Segment } from '../support/segment.ts';

// The deployed program and the one on Node must behave the same, and must not leak memory.

const conf = instance({ version: 3, priority: 200, advertInt: 0.01, addresses: ['10.77.0.99'] });

function both(...argv: readonly string[]) {
  return (['agent', 'agent on Node'] as const).map((engine) => {
    const [program = '', ...own] = command(engine);
    const { status, stdout, stderr } = spawnSync(program, [...own, ...argv], { encoding: 'utf8' });
    return { status, stdout, stderr };
  });
}

it.each([
  [['--nope'], /^lvs-agent: unknown option --nope; see `lvs-agent --help`\n$/],
  [['-f'], /^lvs-agent: -f requires a value\n$/],
  [['replay', '/nowhere'], /^lvs-agent: \/nowhere: no such file or directory \(ENOENT\)\n$/],
  [['replay', '/etc/passwd'], /^lvs-agent: \/etc\/passwd is not a recording: [^\n]*\n$/],
  [['status', '-s', '/nowhere'], /^lvs-agent: \/nowhere: [^\n]*\n$/],
])('answers %j with one line and status 1 on both', (argv, line) => {
  for (const { status, stdout, stderr } of both(...argv)) {
    expect(stderr).toMatch(line);
    expect([status, stdout]).toEqual([1, '']);
  }
});

it('prints help and version to stdout with status 0 on both', () => {
  for (const word of ['--help', '-v']) {
    const [pushed, onNode] = both(word);
    expect(pushed).toEqual(onNode);
    expect(pushed).toMatchObject({ status: 0, stderr: '' });
  }
});

describe('over time', () => {
  let segment: Segment;
  beforeEach(() => (segment = openSegment(['a', 'b'])));
  afterEach(async () => segment.close());

  const memory = (pid: number): number =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN);

  it('replays a recording with the same hash on both', async () => {
    const file = path.join(segment.folder, 'recording');
    const router = startRouter(segment, 'a', 'agent', conf, ['--record', file]);
    await eventually('it is master', () => segment.holds('a', '10.77.0.99'));
    router.reload(conf.replace('priority 200', 'priority 150'));
    segment.cable('a', 'cut');
    await eventually('it released the address', () => !segment.holds('a', '10.77.0.99'));
    segment.cable('a', 'whole');
    await eventually('it is master again', () => segment.holds('a', '10.77.0.99'));
    expect(await router.stop()).toBe(0);
    const [pushed, onNode] = both('replay', file);
    expect(pushed).toEqual(onNode);
    const { hash, recorded } = JSON.parse(pushed?.stdout ?? '') as { hash: string; recorded: string };
    expect(hash).toBe(recorded);
    expect(pushed?.status).toBe(0);
  });

  it('does not leak memory with 300 reloads, 1000 adverts and data sent to the status socket', async () => {
    const router = startRouter(segment, 'a', 'agent', conf);
    await eventually('it is master', () => segment.holds('a', '10.77.0.99'));
    const round = async (reloads: number): Promise<number> => {
      for (let count = 0; count < reloads; count += 1) {
        router.reload(conf.replace('priority 200', `priority ${150 + (count % 50)}`));
        const socket = createConnection(path.join(segment.folder, 'a.sock'));
        socket
          .on('error', () => undefined)
          .on('connect', () => socket.destroy(void socket.write(Buffer.alloc(9, count))));
        await sleep(30);
      }
      await sleep(500);
      return memory(router.program.pid);
    };
    const before = await round(100);
    const after = await round(300);
    expect(after - before).toBeLessThan(1024);
    expect(router.status()).toMatchObject({ problems: [], vrrp: { instances: [{ state: 'MASTER' }] } });
  });
});
