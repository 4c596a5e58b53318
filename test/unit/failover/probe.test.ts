import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_OPTIONS } from '../../../src/failover/options.ts';
import { parseProbeLine, planProbe, probeCommand } from '../../../src/failover/probe.ts';
import type { Command } from '../../../src/remote/command.ts';
import type { Ask } from '../../../src/failover/service.ts';
import { has, runIn, SHELLS } from '../../support/shells.ts';
import { alive, until } from '../../support/until.ts';

const PAGE = { vip: '192.168.168.12', port: 80, ask: 'http' } as const;

describe('the plan of the stream', () => {
  it('has a worker for each possible concurrent request, so that the rate is independent of answers', () => {
    const plan = planProbe(DEFAULT_OPTIONS, PAGE, 60);
    expect(plan).toEqual({
      ask: 'http',
      url: 'http://192.168.168.12:80/',
      workers: 14,
      periodMs: 280,
      timeoutMs: 250,
      perWorker: 215,
    });
    expect(plan.periodMs).toBeGreaterThan(plan.timeoutMs);
  });

  it.each([
    ['fd00::12', 'https', '/', 'https://[fd00::12]:80/'],
    ['10.0.0.1', 'https', '/a?b={c}[1-9]#d', 'https://10.0.0.1:80/a?b=%7Bc%7D%5B1-9%5D'],
    ['10.0.0.1', 'connection', '/', 'telnet://10.0.0.1:80'],
  ] as const)('%s by %s, %s', (vip, ask, path, url) => {
    expect(planProbe({ ...DEFAULT_OPTIONS, path }, { vip, port: 80, ask }, 60).url).toBe(url);
  });

  it('has more workers for connections, which last until the time-out and the next tick of curl', () => {
    expect(planProbe(DEFAULT_OPTIONS, { ...PAGE, ask: 'connection' }, 60)).toMatchObject({
      workers: 19,
      periodMs: 380,
    });
  });
});

describe('a line of the stream', () => {
  it.each([
    ['1212.30 200 0.001111', { stampMs: 1_212_300, endedMs: 1_212_300, answer: 200, tookMs: 1.111 }],
    ['1212.30 000 0.250500', { stampMs: 1_212_300, endedMs: 1_212_300, answer: 0, tookMs: 250.5 }],
    ['1212.30 connects:1 0.001000 0.301000', { stampMs: 1_212_300, endedMs: 1_212_000, answer: true, tookMs: 1 }],
    ['1212.30 connects:0 0.000000 0.000500', { stampMs: 1_212_300, endedMs: 1_212_300, answer: false, tookMs: 0.5 }],
    ['1212.30 connects:1 0.000000 0.250000', { stampMs: 1_212_300, endedMs: 1_212_300, answer: false, tookMs: 250 }],
    ['1212.30 connects:1 0.001000', undefined],
    ['1212.30 2002', undefined],
    ['', undefined],
  ])('%j', (line, expected) => {
    expect(parseProbeLine(line)).toEqual(expected);
  });
});

describe.runIf(has('curl'))('the stream itself', () => {
  const urls = new Set<string>();
  let connections = 0;
  let server: Server;
  let port = 0;

  beforeAll(async () => {
    server = createServer((request, response) => {
      urls.add(`${request.method} ${request.url}`);
      response.statusCode = 404;
      response.end('x');
    });
    server.on('connection', () => (connections += 1));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });

  afterAll(() => {
    server.close();
  });

  const plan = (path: string, seconds: number, ask: Ask = 'http') =>
    planProbe(
      { ...DEFAULT_OPTIONS, ratePerSecond: 40, requestTimeoutMs: 300, path },
      { vip: '127.0.0.1', port, ask },
      seconds,
    );

  it('repeats the request, each on its own connection', async () => {
    const child = spawn('/bin/sh', { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.end(probeCommand(plan('/page', 1)).script);
    let stdout = '';
    child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
    await once(child, 'close');
    const lines = stdout.trim().split('\n').map(parseProbeLine);
    // A busy machine may let one time out.
    const answers = lines.filter((line) => line?.answer === 404).length;
    expect(answers).toBeGreaterThan(3);
    expect(connections).toBeGreaterThanOrEqual(answers);
    expect([...urls]).toEqual(['GET /page']);
  });

  it('opens connections where no page is asked for', async () => {
    const answersOf = async (command: Command): Promise<ReadonlySet<number | boolean | undefined>> => {
      const child = spawn('/bin/sh', { stdio: ['pipe', 'pipe', 'inherit'] });
      child.stdin.end(command.script);
      let stdout = '';
      child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
      await once(child, 'close');
      return new Set(
        stdout
          .trim()
          .split('\n')
          .map((line) => parseProbeLine(line)?.answer),
      );
    };
    expect([...(await answersOf(probeCommand(plan('/', 1, 'connection'))))]).toContain(true);
    const closed = planProbe(DEFAULT_OPTIONS, { vip: '127.0.0.1', port: 9, ask: 'connection' }, 1);
    expect([...(await answersOf(probeCommand(closed)))]).toEqual([false]);
  });

  it('ends all curl processes when the connection is lost', async () => {
    const child = spawn('/bin/sh', { stdio: ['pipe', 'pipe', 'ignore'] });
    child.stdin.end(probeCommand(plan('/', 60)).script);
    await once(child.stdout, 'data');
    child.stdout.destroy();
    await once(child, 'close');
    const before = connections;
    await until(() => !alive(String(child.pid)));
    await new Promise((resolve) => setTimeout(resolve, 300));
    const after = connections;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(connections).toBe(after);
    expect(after - before).toBeLessThan(20);
  });
});

it.each(SHELLS.filter(({ onlyBusybox }) => onlyBusybox))('a client without curl says so in $name', (shell) => {
  const { exitCode, stderr } = runIn(shell, probeCommand(planProbe(DEFAULT_OPTIONS, PAGE, 1)));
  expect({ exitCode, stderr }).toEqual({ exitCode: 127, stderr: 'curl is not installed\n' });
});
