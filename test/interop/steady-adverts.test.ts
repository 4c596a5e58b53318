import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { capture, type Capture } from '../support/capture.ts';
import { ROOT } from '../support/lab.ts';
import { eventually, instance, startRouter, type Router } from '../support/router.ts';
import { openSegment, type Segment } from '../support/segment.ts';

// A master must advertise on time whatever its real servers answer, as checks and VRRP share a loop.

const VIP = '10.77.0.99';
const A = '02:77:00:00:00:01';
const OBSERVED_MS = 20_000;

let segment: Segment;
let wire: Capture;

beforeEach(async () => {
  segment = openSegment(['a', 's']);
  wire = await capture(segment);
});
afterEach(async () => segment.close());

/** Real-time priority, as on a director, so that other programs cannot delay it. */
const globals = 'global_defs {\n  vrrp_rt_priority 50\n}\n';

const vrrp = (advertInt: number): string =>
  globals + instance({ version: 3, priority: 200, advertInt, addresses: [VIP] });

function virtualServer(port: number, realServers: string): string {
  return `virtual_server ${VIP} ${port} {\n  delay_loop 1\n  lb_algo rr\n  lb_kind NAT\n  protocol TCP\n${realServers}\n}\n`;
}

function realServer(address: string, port: number, checker: string): string {
  return `  real_server ${address} ${port} {\n    weight 1\n    ${checker}\n  }`;
}

const http = (url: string): string => `HTTP_GET {
      retry 0
      connect_timeout 5
      url {
        path /
        ${url}
      }
    }`;

const hostile = (): string =>
  virtualServer(
    80,
    [
      realServer('10.77.0.2', 8001, http('regex "<title>.*OK.*</title>"')),
      realServer('10.77.0.2', 8002, http(String.raw`regex "^(\\w+\\s?)*$"`)),
      realServer('10.77.0.2', 8003, http(String.raw`regex "^(\\w+\\s?)*$"`)),
      realServer('10.77.0.2', 8004, http('regex "[ab]*a[ab]{200}c"')),
      realServer('10.77.0.2', 8005, http('regex "<+$"')),
      realServer('10.77.0.2', 8006, http('regex "x"')),
      realServer('10.77.0.2', 8007, http('regex "x"')),
      realServer('10.77.0.2', 8008, http('digest 5d41402abc4b2a76b9719d911017c592')),
      realServer('10.77.0.2', 8009, 'SMTP_CHECK {\n      retry 0\n      connect_timeout 5\n    }'),
    ].join('\n'),
  );

async function master(text: string, addresses: readonly string[] = []): Promise<Router> {
  for (const address of addresses) segment.run('s', 'ip', 'addr', 'add', address, 'dev', 'lo');
  segment.run('a', 'ip', 'route', 'add', '10.78.0.0/16', 'via', '10.77.0.2');
  segment.run('s', 'ip', 'route', 'add', 'local', '10.78.0.0/16', 'dev', 'lo');
  const server = segment.start('s', process.execPath, path.join(ROOT, 'test/support/hostile-server.js'));
  await eventually('the real servers are ready', () => server.output().includes('ready'), 20_000);
  const router = startRouter(segment, 'a', 'agent', text);
  await eventually('a is master', () => segment.holds('a', VIP), 20_000);
  return router;
}

/** The longest gap between advertisements by kernel timestamps, relative to the interval. */
async function longestGap(advertInt: number): Promise<number> {
  await sleep(1000);
  const begin = (await wire.adverts()).length;
  await sleep(OBSERVED_MS);
  const times = (await wire.adverts()).flatMap(({ from, at }) => (from === A ? [at] : []));
  expect(times.length - begin).toBeGreaterThan((OBSERVED_MS / 1000 / advertInt) * 0.8);
  const gaps = times.slice(begin).map((at, index) => at - (times[begin + index - 1] ?? at));
  return Math.max(...gaps) / (advertInt * 1000);
}

// At 0.1 s a loaded machine may delay by more than a tenth of the interval, but no advertisement may be missed.
describe.each([
  [1, 1.1],
  [0.1, 2],
])('at an advert_int of %d s', (advertInt, most) => {
  it('advertises on time while real servers send pathological responses', async () => {
    const router = await master(vrrp(advertInt) + hostile());
    expect(await longestGap(advertInt)).toBeLessThanOrEqual(most);
    await eventually('checks have failed', () =>
      router.program.output().includes(String.raw`does not match ^(\w+\s?)*$`),
    );
    expect(router.program.output()).toContain('does not match <title>.*OK.*</title>');
  });

  it('advertises on time while 1,000 real servers flap', async () => {
    const groups = Array.from({ length: 10 }, (_, group) =>
      virtualServer(
        8000 + group,
        Array.from({ length: 100 }, (__, index) =>
          realServer(`10.78.${group}.${index + 1}`, 80, 'TCP_CHECK {\n      retry 0\n      connect_timeout 1\n    }'),
        ).join('\n'),
      ),
    );
    const router = await master(vrrp(advertInt) + groups.join(''));
    expect(await longestGap(advertInt)).toBeLessThanOrEqual(most);
    const changes = router.program.output().match(/real server \S+ of \S+ is (?:up|down)/g) ?? [];
    expect(changes.length).toBeGreaterThan(1000);
  });
});

it('runs under the real-time scheduler, as on a director', async () => {
  const router = await master(vrrp(1));
  expect(execFileSync('chrt', ['-p', String(router.program.pid)], { encoding: 'utf8' })).toContain('SCHED_FIFO');
});
