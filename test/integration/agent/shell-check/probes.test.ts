import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Checker } from '../../../../src/keepalived/model/check.ts';
import type { ProbeResult } from '../../../../src/agent/core/probe/probe.ts';
import { openProbes } from '../../../../src/agent/shell/check/probes.ts';
import { openPrograms } from '../../../../src/agent/shell/script/programs.ts';
import {
  dnsCheck,
  fileCheck,
  httpGet,
  miscCheck,
  pingCheck,
  smtpCheck,
  sslGet,
  tcpCheck,
  udpCheck,
} from './checkers.ts';
import { realLoop } from './real-loop.ts';
import { type RealServers, startServers } from './servers.ts';

const { sys, loop, turn, until, journal, expectNoMistakes } = realLoop();
const results = new Map<string, ProbeResult[]>();
const programs = openPrograms(sys, loop, journal);
programs.configure({ enable_script_security: false });
const probes = openProbes(sys, loop, programs, (id, result) => {
  results.set(id, [...(results.get(id) ?? []), result]);
});
let servers: RealServers;
let begun = 0;

beforeAll(async () => {
  servers = await startServers();
});
afterAll(async () => {
  await servers.stop();
  expectNoMistakes();
});

/** The single result of a probe. */
async function probe(checker: Checker): Promise<ProbeResult> {
  begun += 1;
  const id = `probe ${begun}`;
  probes.begin(id, checker);
  expect(results.has(id)).toBe(false);
  await until(() => results.has(id));
  await turn(20);
  expect(results.get(id)).toHaveLength(1);
  return results.get(id)?.[0] ?? { passed: false, reason: 'no result' };
}

const PASSED = { passed: true, weight: undefined };
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

it.each<[string, () => Checker]>([
  ['TCP_CHECK', () => tcpCheck(servers.port.echo)],
  ['HTTP_GET', () => httpGet(servers.port.http, { path: '/' })],
  ['HTTP_GET with a digest', () => httpGet(servers.port.http, { path: '/', digest: md5('ready') })],
  ['HTTP_GET of a large page', () => httpGet(servers.port.http, { path: '/large', digest: md5('x'.repeat(300_000)) })],
  ['HTTP_GET of three pages', () => httpGet(servers.port.http, { path: '/' }, { path: '/large' }, { path: '/' })],
  ['SMTP_CHECK', () => smtpCheck(servers.port.smtp)],
  ['DNS_CHECK', () => dnsCheck(servers.port.dns, 'www.example.org')],
  ['UDP_CHECK with a reply', () => udpCheck(servers.port.udp)],
  ['UDP_CHECK without a reply', () => udpCheck(servers.port.mute, { require_reply: undefined })],
  ['PING_CHECK', () => pingCheck('127.0.0.1')],
  ['PING_CHECK over IPv6', () => pingCheck('::1')],
  ['MISC_CHECK', () => miscCheck(['/bin/true'])],
])('passes %s of a healthy server', async (_what, checker) => {
  expect(await probe(checker())).toEqual(PASSED);
});

it('runs a checker repeatedly and concurrently, regardless of earlier results', async () => {
  const page = httpGet(servers.port.http, { path: '/' });
  expect(await probe(page)).toEqual(PASSED);
  const [first, second] = await Promise.all([probe(page), probe(page)]);
  expect([first, second]).toEqual([PASSED, PASSED]);
  probes.begin('forgotten', page);
  probes.abandon('forgotten');
  expect(await probe(page)).toEqual(PASSED);
  const silent = httpGet(servers.port.silent, { path: '/' });
  expect(await probe(silent)).toMatchObject({ passed: false });
  expect(await probe(silent)).toMatchObject({ passed: false });
  expect(results.has('forgotten')).toBe(false);
});

it.each<[string, () => Checker, RegExp]>([
  ['TCP_CHECK of a closed port', () => tcpCheck(1), /connection refused/],
  ['HTTP_GET of a closed port', () => httpGet(1, { path: '/' }), /connection refused/],
  ['HTTP_GET of a page with another status', () => httpGet(servers.port.http, { path: '/broken' }), /503/],
  ['HTTP_GET with another digest', () => httpGet(servers.port.http, { path: '/', digest: md5('other') }), /digest|MD5/],
  ['HTTP_GET whose second page fails', () => httpGet(servers.port.http, { path: '/' }, { path: '/broken' }), /503/],
  ['HTTP_GET of an endless page', () => httpGet(servers.port.http, { path: '/never' }), /0\.4 s/],
  ['HTTP_GET of an unresponsive server', () => httpGet(servers.port.silent, { path: '/' }), /0\.4 s/],
  ['SSL_GET on a host without TLS', () => sslGet(servers.port.http, '/'), /TLS is not available/],
  ['SMTP_CHECK of an unresponsive server', () => smtpCheck(servers.port.silent), /0\.4 s/],
  ['DNS_CHECK of a closed port', () => dnsCheck(1, 'www.example.org'), /connection refused/],
  ['DNS_CHECK of an unresponsive server', () => dnsCheck(servers.port.mute, 'www.example.org'), /0\.4 s/],
  ['UDP_CHECK of a closed port', () => udpCheck(1), /connection refused/],
  [
    'UDP_CHECK without required reply of a closed port',
    () => udpCheck(1, { require_reply: undefined }),
    /connection refused/,
  ],
  ['UDP_CHECK of an unresponsive server', () => udpCheck(servers.port.mute), /0\.4 s/],
  ['MISC_CHECK that fails', () => miscCheck(['/bin/false']), /exited with status 1$/],
  ['MISC_CHECK that takes too long', () => miscCheck(['/bin/sleep', '9'], { timeout: 100 }), /exceeded misc_timeout$/],
  ['MISC_CHECK of a missing program', () => miscCheck(['/no/such/program']), /no such file/],
  ['FILE_CHECK, which cannot be probed', () => fileCheck('/tmp/weight'), /watched/],
])('fails %s with a reason', async (_what, checker, reason) => {
  expect(await probe(checker())).toEqual({ passed: false, reason: expect.stringMatching(reason) as string });
});

it.each([
  [true, 0, PASSED],
  [true, 2, { passed: true, weight: 0 }],
  [true, 255, { passed: true, weight: 253 }],
  [true, 1, { passed: false, reason: 'script exited with status 1' }],
  [false, 2, { passed: false, reason: 'script exited with status 2' }],
])('judges MISC_CHECK with misc_dynamic %s and status %d', async (misc_dynamic, code, result) => {
  expect(await probe(miscCheck(['/bin/sh', '-c', `exit ${code}`], { misc_dynamic }))).toEqual(result);
});

it('runs many probes concurrently', async () => {
  const count = 300;
  // Latency is not tested here.
  const PATIENT = { connect_timeout: 30_000 };
  for (let index = 0; index < count; index += 1)
    probes.begin(
      `many ${index}`,
      index % 3 === 0
        ? tcpCheck(1, PATIENT)
        : index % 3 === 1
          ? tcpCheck(servers.port.echo, PATIENT)
          : pingCheck('127.0.0.1', PATIENT),
    );
  await until(
    () =>
      results.has(`many ${count - 1}`) && [...results.keys()].filter((id) => id.startsWith('many')).length === count,
  );
  const passed = Array.from({ length: count }, (_, index) =>
    results.get(`many ${index}`)?.map((result) => result.passed),
  );
  expect(passed).toEqual(Array.from({ length: count }, (_, index) => [index % 3 !== 0]));
});

it('reports no result of an abandoned probe and reuses its id', async () => {
  probes.begin('again', tcpCheck(servers.port.silent));
  probes.abandon('again');
  probes.begin('again', tcpCheck(1));
  probes.begin('gone', miscCheck(['/bin/sleep', '9']));
  probes.abandon('gone');
  probes.abandon('never begun');
  await until(() => results.has('again'));
  await turn(100);
  expect(results.get('again')).toHaveLength(1);
  expect(results.get('again')?.[0]?.passed).toBe(false);
  expect(results.has('gone')).toBe(false);
});

it('closes all descriptors', async () => {
  const before = readdirSync('/proc/self/fd').length;
  probes.begin('left 1', tcpCheck(servers.port.echo));
  probes.begin('left 2', httpGet(servers.port.http, { path: '/' }, { path: '/' }));
  probes.begin('left 3', udpCheck(1));
  probes.begin('left 4', pingCheck('127.0.0.1'));
  probes.begin('left 5', smtpCheck(servers.port.silent));
  await until(() => [1, 2, 3, 4, 5].every((number) => results.has(`left ${number}`)));
  probes.begin('left 6', smtpCheck(servers.port.silent));
  probes.close();
  await turn(20);
  expect(readdirSync('/proc/self/fd')).toHaveLength(before);
  expect(results.has('left 6')).toBe(false);
});
