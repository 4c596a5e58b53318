import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { capture, type Capture } from '../support/capture.ts';
import { eventually, instance, startRouter, type Instance, type Router } from '../support/router.ts';
import { openSegment, type Segment } from '../support/segment.ts';

// A hanging notify script must not block the agent or be left behind. keepalived terminates only the script itself; the
// agent also terminates its children.

const VIP = '10.77.0.99';
const A = '02:77:00:00:00:01';
const V: Instance = { version: 3, priority: 100, advertInt: 0.2, addresses: [VIP] };

let segment: Segment;
let wire: Capture;

beforeEach(async () => {
  segment = openSegment(['a', 'b']);
  wire = await capture(segment);
});
afterEach(async () => segment.close());

const at = (name: string): string => path.join(segment.folder, name);
const calls = (): readonly string[] =>
  existsSync(at('calls')) ? readFileSync(at('calls'), 'utf8').trimEnd().split('\n') : [];
const peer = (priority: number): Router => startRouter(segment, 'b', 'agent', instance({ ...V, priority }));
const asked = (router: Router): number => router.program.output().split('terminating script').length - 1;

const written = (): string => `echo "$3" >>${at('calls')}`;
const hangs = (): string => `${written()}\nwhile :; do sleep 600; done`;

function withScript(body: string): Router {
  writeFileSync(at('hang.sh'), `#!/bin/sh\n${body}\n`);
  chmodSync(at('hang.sh'), 0o755);
  const globals = 'global_defs {\n  script_user root\n}\n';
  return startRouter(segment, 'a', 'agent', globals + instance({ ...V, more: [`notify ${at('hang.sh')}`] }));
}

function running(): readonly string[] {
  const { stdout } = spawnSync('ip', ['netns', 'pids', segment.namespace('a')], { encoding: 'utf8' });
  return stdout.split('\n').filter((pid) => pid !== '');
}

describe('a hanging notify script', () => {
  it('does not block state changes', async () => {
    withScript(hangs());
    await eventually('it is master', () => segment.holds('a', VIP));
    const better = peer(200);
    await eventually('it is backup', () => segment.holds('b', VIP) && !segment.holds('a', VIP));
    await better.stop();
    await eventually('it is master again', () => segment.holds('a', VIP));
    await eventually('every state is reported', () => calls().length === 4);
    expect(calls()).toEqual(['BACKUP', 'MASTER', 'BACKUP', 'MASTER']);
  });

  it('does not delay resignation on SIGTERM and is terminated', async () => {
    const router = withScript(hangs());
    await eventually('it is master', () => segment.holds('a', VIP) && calls().length === 2);
    peer(50);
    const stopped = router.stop();
    // The peer takes over while the agent is still running, so it resigned without waiting for scripts.
    await eventually('b is master', () => segment.holds('b', VIP));
    expect(router.program.process.exitCode).toBeNull();
    expect(segment.holds('a', VIP)).toBe(false);
    // Exited by itself: `stop` kills after 10 s.
    expect(await stopped).toBe(0);
    expect((await wire.adverts()).findLast(({ from }) => from === A)?.priority).toBe(0);
    expect(calls()).toEqual(['BACKUP', 'MASTER', 'STOP']);
    expect(asked(router)).toBe(3);
    await eventually('no process is left', () => running().length === 0);
  });
});

describe('a slow notify script', () => {
  it('is waited for on SIGTERM', async () => {
    const router = withScript(`sleep 0.2; ${written()}`);
    await eventually('it is master', () => segment.holds('a', VIP));
    expect(await router.stop()).toBe(0);
    expect(calls().at(-1)).toBe('STOP');
    expect(asked(router)).toBe(0);
  });
});
