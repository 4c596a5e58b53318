import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_OPTIONS } from '../../../src/failover/options.ts';
import { parseProbeLine, planProbe, probeCommand } from '../../../src/failover/probe.ts';
import { has, runIn, SHELLS } from '../../support/shells.ts';
import { alive, until } from '../../support/until.ts';

describe('the plan of the stream', () => {
  it('has a worker for each possible concurrent request, so that the rate is independent of answers', () => {
    const plan = planProbe(DEFAULT_OPTIONS, '192.168.168.12', 80, 60);
    expect(plan).toEqual({
      url: 'http://192.168.168.12:80/',
      workers: 14,
      periodMs: 280,
      timeoutMs: 250,
      perWorker: 215,
    });
    expect(plan.periodMs).toBeGreaterThan(plan.timeoutMs);
  });

  it.each([
    ['fd00::12', 8443, '/', 'https://[fd00::12]:8443/'],
    ['10.0.0.1', 443, '/a?b={c}[1-9]#d', 'https://10.0.0.1:443/a?b=%7Bc%7D%5B1-9%5D'],
  ])('%s %i %s', (vip, port, path, url) => {
    expect(planProbe({ ...DEFAULT_OPTIONS, path }, vip, port, 60).url).toBe(url);
  });
});

describe('a line of the stream', () => {
  it.each([
    ['1212.30 200 0.001111', { stampMs: 1_212_300, status: 200, tookMs: 1.111 }],
    ['1212.30 000 0.250500', { stampMs: 1_212_300, status: 0, tookMs: 250.5 }],
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

  const plan = (path: string, seconds: number) =>
    planProbe({ ...DEFAULT_OPTIONS, ratePerSecond: 40, requestTimeoutMs: 300, path }, '127.0.0.1', port, seconds);

  it('repeats the request, each on its own connection', async () => {
    const child = spawn('/bin/sh', { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.end(probeCommand(plan('/page', 1)).script);
    let stdout = '';
    child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
    await once(child, 'close');
    const lines = stdout.trim().split('\n').map(parseProbeLine);
    // A busy machine may let one time out.
    const answers = lines.filter((line) => line?.status === 404).length;
    expect(answers).toBeGreaterThan(3);
    expect(connections).toBeGreaterThanOrEqual(answers);
    expect([...urls]).toEqual(['GET /page']);
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
  const { exitCode, stderr } = runIn(shell, probeCommand(planProbe(DEFAULT_OPTIONS, '127.0.0.1', 9, 1)));
  expect({ exitCode, stderr }).toEqual({ exitCode: 127, stderr: 'curl is not installed\n' });
});
