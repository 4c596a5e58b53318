import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { createSocket } from 'node:dgram';
import { type AddressInfo, type Server as TcpServer, createServer as createTcpServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Cluster } from '../../../src/inventory/cluster.ts';
import { type Question, questionsOf } from '../../../src/verify/question.ts';
import { longestWait, readAnswers, requestScript } from '../../../src/verify/requests.ts';
import { SHELLS } from '../../support/shells.ts';
import { clusterWith } from '../../unit/verify/evidence.ts';

type Site = (response: ServerResponse, host: string) => void;

const servers: Server[] = [];
const tcpServers: TcpServer[] = [];
afterEach(() => {
  for (const server of tcpServers.splice(0)) server.close();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listen(site: Site, address: string, port: number): Promise<number> {
  const server = createServer(({ headers }, response) => site(response, headers.host ?? ''));
  servers.push(server);
  server.listen(port, address);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A virtual server on 127.0.0.1 that gives the pages of its two real servers, 127.0.0.2 and .3, in turn. */
async function cluster(rs1: Site, rs2: Site): Promise<Question> {
  let turn = 0;
  const balanced: Site = (response, host) => [rs1, rs2][turn++ % 2]?.(response, host);
  const port = await listen(balanced, '127.0.0.1', 0);
  await listen(rs1, '127.0.0.2', port);
  await listen(rs2, '127.0.0.3', port);
  return questionAt(await clusterWith({ target: { kind: 'address', vip: '127.0.0.1', port } }), port);
}

/** The first question, to real servers on 127.0.0.2 and .3. */
function questionAt(of: Cluster, port: number): Question {
  const [question] = questionsOf(of).questions;
  if (question === undefined) throw new Error('no question');
  const { server } = question;
  const pool = server.pool.map((member, index) => ({ ...member, address: `127.0.0.${index + 2}`, port }));
  return { ...question, server: { ...server, pool } };
}

async function ask(question: Question, shell: readonly [string, ...string[]] = ['/bin/sh']) {
  const [program, ...words] = shell;
  const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(`${requestScript(question).script}\nexit\n`);
  let stdout = '';
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(0);
  return { stdout, ...readAnswers(question, stdout) };
}

const TURNS = Array.from({ length: 16 }, (_, index) => (index % 2 === 0 ? 'rs1' : 'rs2'));

const page =
  (text: string, status = 200): Site =>
  (response) => {
    response.writeHead(status).end(text);
  };

/** `size` bytes that begin with a name, sent as fast as they are taken. */
const large =
  (name: string, size: number): Site =>
  (response) => {
    response.writeHead(200, { 'content-length': size });
    response.write(name.padEnd(65_536));
    let left = size - 65_536;
    const more = (): void => {
      while (left > 0 && !response.destroyed) {
        left -= 65_536;
        if (!response.write(Buffer.alloc(65_536))) return;
      }
      response.end();
    };
    response.on('drain', more);
    more();
  };

describe.each(SHELLS.filter(({ onlyBusybox }) => !onlyBusybox))('requests in $name', ({ argv }) => {
  it('identify real servers by their pages', async () => {
    expect(await ask(await cluster(page('rs1'), page('rs2')), argv)).toMatchObject({ sequence: TURNS, silent: [] });
  });
});

/** Real servers on 127.0.0.2 and .3, and the virtual address, that accept connections and do nothing else. */
async function silent(...addresses: readonly string[]): Promise<Question> {
  let port = 0;
  for (const address of addresses) {
    const server = createTcpServer((socket) => void socket.resume());
    tcpServers.push(server);
    server.listen(port, address);
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  }
  const target = { kind: 'address', vip: '127.0.0.1', port } as const;
  const [{ verify } = {}] = (await clusterWith({})).virtualServers;
  if (verify === undefined) throw new Error('no virtual server');
  return questionAt(await clusterWith({ target, verify: { ...verify, request: 'tcp' } }), port);
}

describe.each(SHELLS.filter(({ onlyBusybox }) => !onlyBusybox))('connections in $name', ({ argv }) => {
  it('count even when the server says nothing', async () => {
    const answers = await ask(await silent('127.0.0.1', '127.0.0.2', '127.0.0.3'), argv);
    expect(answers).toMatchObject({ sequence: Array.from({ length: 16 }, () => '?'), errors: [], silent: [] });
  });

  it('name the real server that refuses them, and the virtual server', async () => {
    expect(await ask(await silent('127.0.0.2'), argv)).toMatchObject({
      sequence: Array.from({ length: 16 }, () => undefined),
      errors: ['connection refused or no route'],
      silent: [{ name: 'rs2', error: 'connection refused or no route' }],
    });
  });
});

describe.each(SHELLS.filter(({ onlyBusybox }) => !onlyBusybox))('datagrams in $name', ({ argv }) => {
  it.each(['127.0.0.1', '::1'] as const)('come to %s from ports of their own', async (vip) => {
    const ports = new Set<number>();
    const socket = createSocket(vip.includes(':') ? 'udp6' : 'udp4');
    socket.on('message', (_, { port }) => ports.add(port));
    socket.bind(0, vip);
    await once(socket, 'listening');
    const { port } = socket.address();
    const question = questionAt(await clusterWith({ protocol: 'UDP', target: { kind: 'address', vip, port } }), port);
    const udp: Question = { ...question, kind: 'datagram' };
    const { sequence } = await ask(udp, argv);
    expect(sequence).toEqual(Array.from({ length: 16 }, () => '?'));
    await expect.poll(() => ports.size).toBe(16);
    socket.close();
  });
});

describe('requests for ordinary sites', () => {
  it('are answered by pages of 100 MB', async () => {
    const size = 100 * 2 ** 20;
    const { sequence, errors, stdout } = await ask(await cluster(large('rs1', size), large('rs2', size)));
    expect({ sequence, errors }).toEqual({ sequence: TURNS, errors: [] });
    expect(stdout.length).toBeLessThan(2000);
  });

  it('are answered by empty pages, which are identical', async () => {
    const { sequence } = await ask(await cluster(page(''), page('')));
    expect(new Set(sequence)).toEqual(new Set(['?']));
    expect(sequence).toHaveLength(16);
  });

  it('are answered by a page that takes a second and a half to begin', async () => {
    let asked = 0;
    const slow: Site = (response) => void setTimeout(() => page('rs2')(response, ''), asked++ < 2 ? 1500 : 0);
    expect(await ask(await cluster(page('rs1'), slow))).toMatchObject({ sequence: TURNS, errors: [] });
  });
});

describe('requests to hostile sites', () => {
  it('are not deceived by a page that prints what the script prints', async () => {
    const forged = `\nv.0 0 200 ${'0'.repeat(64)}\n0.0 0 200 ${'0'.repeat(64)}\n`.repeat(20);
    const { sequence, stdout } = await ask(await cluster(page(forged), page(forged)));
    expect(sequence).toHaveLength(16);
    expect(stdout).not.toContain('0'.repeat(64));
  });

  it('fail on a page that never ends, and stop asking', async () => {
    const drip: Site = (response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('.'), 200);
      response.on('close', () => clearInterval(timer));
    };
    const server = await cluster(drip, drip);
    const began = performance.now();
    const { sequence, errors, silent } = await ask(server);
    expect(performance.now() - began).toBeLessThan(longestWait(server));
    expect({ sequence, errors }).toEqual({
      sequence: Array.from({ length: 4 }, () => undefined),
      errors: ['no complete answer within 5 s'],
    });
    expect(silent.map(({ name }) => name)).toEqual(['rs1', 'rs2']);
  });

  it('fail where the status is not one of the accepted ones', async () => {
    const { sequence, errors, silent } = await ask(await cluster(page('rs1'), page('no', 403)));
    expect(sequence.filter((name) => name === 'rs1')).toHaveLength(8);
    expect({ errors, silent }).toEqual({ errors: ['HTTP 403'], silent: [{ name: 'rs2', error: 'HTTP 403' }] });
  });

  it('say that nothing listens, without waiting', async () => {
    const server = await cluster(page('rs1'), page('rs2'));
    for (const listener of servers.splice(0)) listener.close();
    expect(await ask(server)).toMatchObject({
      sequence: Array.from({ length: 4 }, () => undefined),
      errors: ['connection refused or no route'],
    });
  });
});
