import { afterEach, expect, it } from 'vitest';
import { nodeSys } from '../../../../src/agent/host-node/node-sys.ts';
import { EpollLoop } from '../../../../src/agent/shell/loop/loop.ts';
import { call } from '../../../../src/agent/shell/sys/syscall-numbers.ts';

const sys = nodeSys([]);
const open: number[] = [];

/** Both ends of a non-blocking pipe. */
function pipe(): readonly [reads: number, writes: number] {
  const ends = new Int32Array(2);
  const result = call(sys, 'pipe2', new Uint8Array(ends.buffer), 0o2004000);
  expect(result).toBe(0);
  const [reads = -1, writes = -1] = ends;
  open.push(reads, writes);
  return [reads, writes];
}

afterEach(() => {
  for (const fd of open.splice(0)) call(sys, 'close', fd);
});

it('fires a timer at its deadline, to the millisecond', async () => {
  const loop = new EpollLoop(sys, () => undefined);
  const due = loop.now() + 30.5;
  let fired = 0;
  loop.at(due, () => {
    fired = loop.now();
    loop.stop();
  });
  await loop.run();
  expect(fired).toBeGreaterThanOrEqual(due);
  expect(fired).toBeLessThan(due + 25);
});

it('does not fire a timer that another one of the same instant postpones', async () => {
  const loop = new EpollLoop(sys, () => undefined);
  const now = loop.now();
  const order: string[] = [];
  loop.at(now, () => {
    order.push('first');
    second.move(now + 20);
  });
  const second = loop.at(now, () => order.push('second'));
  loop.at(now + 10, () => order.push('between'));
  loop.at(now + 30, () => loop.stop());
  await loop.run();
  expect(order).toEqual(['first', 'between', 'second']);
});

it('handles received data before due timers', async () => {
  const loop = new EpollLoop(sys, () => undefined);
  const [reads, writes] = pipe();
  const order: string[] = [];
  const watch = loop.watch(reads, {
    readable: () => {
      order.push('received');
      watch.close();
    },
    writable: undefined,
  });
  loop.at(loop.now() - 1, () => {
    order.push('timer');
    loop.stop();
  });
  call(sys, 'write', writes, Uint8Array.of(1), 1);
  await loop.run();
  expect(order).toEqual(['received', 'timer']);
});

it('continues after a callback throws', async () => {
  const mistakes: unknown[] = [];
  const loop = new EpollLoop(sys, (error) => mistakes.push(error));
  const now = loop.now();
  loop.at(now, () => {
    throw new Error('a mistake');
  });
  loop.at(now, () => loop.stop());
  await loop.run();
  expect(mistakes).toEqual([new Error('a mistake')]);
});

it('handles received data despite timers that set timers', async () => {
  const loop = new EpollLoop(sys, () => undefined);
  const [reads, writes] = pipe();
  const again = (): void => {
    loop.at(0, again);
  };
  again();
  let received = false;
  loop.watch(reads, {
    readable: () => {
      received = true;
      loop.stop();
    },
    writable: undefined,
  });
  call(sys, 'write', writes, Uint8Array.of(1), 1);
  await loop.run();
  expect(received).toBe(true);
});

it('reports the exit status of a child', async () => {
  const loop = new EpollLoop(sys, () => undefined);
  const pid = sys.spawn({
    argv: ['/bin/sh', '-c', 'exit 7'],
    env: {},
    identity: undefined,
    stdio: [undefined, undefined, undefined],
  });
  expect(pid).toBeGreaterThan(0);
  const exits: unknown[] = [];
  loop.onExit(pid, (exit) => {
    exits.push(exit);
    loop.stop();
  });
  await loop.run();
  expect(exits).toEqual([{ pid, code: 7, signal: undefined }]);
});

it('returns ENOENT for a missing program', () => {
  const stdio = [undefined, undefined, undefined] as const;
  expect(sys.spawn({ argv: ['/nonexistent/program'], env: {}, identity: undefined, stdio })).toBe(-2);
});

/** Blocks the loop, like a slow callback. */
function work(loop: EpollLoop, milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end) loop.now();
}

it('fires an urgent timer after at most one other callback', async () => {
  const loop = new EpollLoop(sys, () => undefined);
  const order: string[] = [];
  const urgent = (): void => {
    order.push('urgent');
    loop.stop();
  };
  const now = loop.now();
  loop.at(now, () => {
    order.push('first');
    loop.at(now, urgent, 'urgent');
  });
  for (let index = 0; index < 5; index += 1) loop.at(now, () => order.push('another'));
  await loop.run();
  expect(order.slice(0, 2)).toEqual(['first', 'urgent']);
});

it('handles an urgent descriptor before any others', async () => {
  const loop = new EpollLoop(sys, () => undefined);
  const order: string[] = [];
  const pipes = Array.from({ length: 100 }, () => pipe());
  for (const [index, [reads, writes]] of pipes.entries()) {
    const last = index === pipes.length - 1;
    const readable = (): void => {
      order.push(last ? 'urgent' : 'other');
      if (last) loop.stop();
    };
    loop.watch(reads, { readable, writable: undefined }, last ? 'urgent' : 'ordinary');
    call(sys, 'write', writes, Uint8Array.of(1), 1);
  }
  await loop.run();
  expect(order[0]).toBe('urgent');
});

it('handles every descriptor under load', async () => {
  const loop = new EpollLoop(sys, () => undefined);
  const turns = [0, 0, 0, 0];
  for (const index of turns.keys()) {
    const [reads, writes] = pipe();
    const readable = (): void => {
      turns[index] = (turns[index] ?? 0) + 1;
      work(loop, 6);
      if (turns.every((count) => count >= 3)) loop.stop();
    };
    loop.watch(reads, { readable, writable: undefined });
    call(sys, 'write', writes, Uint8Array.of(1), 1);
  }
  await loop.run();
  expect(Math.max(...turns)).toBeLessThanOrEqual(4);
});
