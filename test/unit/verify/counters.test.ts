import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rotation } from '../../../src/verify/checks/rotation.ts';
import { countedBetween, countersScript, readCounters } from '../../../src/verify/counters.ts';
import { requestScript } from '../../../src/verify/requests.ts';
import { questionsOf } from '../../../src/verify/question.ts';
import { askFromClient } from '../../../src/verify/ask.ts';
import { neighbourScript } from '../../../src/verify/neighbours.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { recordedCluster } from '../../support/recorded.ts';
import { answered, judged } from './evidence.ts';

const cluster = await recordedCluster();
const [question] = questionsOf(cluster).questions;
if (question === undefined) throw new Error('the recorded cluster has no virtual server');

const table = (rs1: number, rs2: number): string => `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes
  -> RemoteAddress:Port
TCP  192.168.168.12:80                  ${rs1 + rs2}       48        0     2880        0
  -> 192.168.168.102:80                  ${rs1}       24        0     1440        0
  -> 192.168.168.103:80                  ${rs2}       24        0     1440        0
`;

const counts = (output: string) =>
  [...readCounters(output).values()].map(({ service, place, count }) => `${service} ${place} ${count}`);

describe('the counters of a director', () => {
  it('are connections by destination', () => {
    expect(counts(table(7, 9))).toEqual([
      '192.168.168.12:80 192.168.168.102:80 7',
      '192.168.168.12:80 192.168.168.103:80 9',
    ]);
  });

  it('are none where there is no table, whatever is printed', () => {
    expect(readCounters('').size).toBe(0);
    fc.assert(fc.property(fc.string(), (text) => void readCounters(text)));
  });

  it('are connections one by one where there is no ipvsadm, and what is remembered of a client is none', () => {
    const entries = (...ports: readonly string[]) =>
      readCounters(`Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData
${ports.map((port) => `TCP C0A8A8C8 ${port} C0A8A80C 0050 C0A8A866 0050 FIN_WAIT        118\n`).join('')}`);
    expect(countedBetween(question, [entries('A001', 'A002')], [entries('A002', 'A003', 'A004', '0000')])).toEqual(
      new Map([
        ['rs1', 2],
        ['rs2', 0],
      ]),
    );
  });

  it('are read twice one by one, since entries that expire meanwhile hide others', () => {
    expect(countersScript([question]).script).toBe(`if command -v ipvsadm >/dev/null; then
sleep 3
ipvsadm -Ln --stats --exact 2>/dev/null
else
for reading in 1 2; do printf '%s\\n' ' C0A8A80C 0050 ' | grep -F -f - /proc/net/ip_vs_conn 2>/dev/null; done
fi || :`);
    const entry = (port: string): string => `TCP C0A8A8C8 ${port} C0A8A80C 0050 C0A8A866 0050 FIN_WAIT 118\n`;
    const reading = readCounters(entry('A001') + entry('A001') + entry('A002'));
    expect(countedBetween(question, [new Map()], [reading]).get('rs1')).toBe(2);
  });

  it('count what came between two readings, over all directors, and from nothing where an entry was made anew', () => {
    const read = (rs1: number, rs2: number) => readCounters(table(rs1, rs2));
    expect(countedBetween(question, [read(100, 100), read(5, 5)], [read(108, 107), read(5, 2)])).toEqual(
      new Map([
        ['rs1', 8],
        ['rs2', 9],
      ]),
    );
  });
});

describe('pages that are alike', () => {
  const same = ['0.0', '1.0', ...Array.from({ length: 16 }, () => 'v.0')]
    .map((place) => `${place} 0 200 ${'a'.repeat(64)}\n`)
    .join('');

  it.each([
    { title: 'at once', after: [table(108, 108)] },
    { title: 'late', after: [table(100, 103), table(108, 107), table(108, 108)] },
  ])('make the directors count, around the same requests once more: $title', async ({ after }) => {
    const client = fakeHost('c1', [
      { script: requestScript(question), gives: { stdout: same }, times: 2 },
      { script: neighbourScript('192.168.168.12'), gives: {} },
    ]);
    const readings = [table(92, 95), table(100, 100), ...after];
    const times = readings.length;
    const director = fakeHost('dr1', [
      { script: countersScript([question]), gives: () => ({ stdout: readings.shift() ?? '' }), times },
    ]);
    const { answers } = await askFromClient(cluster, client, [director], new AbortController().signal);
    expect(answers[0]?.counted).toEqual(
      new Map([
        ['rs1', 8],
        ['rs2', 8],
      ]),
    );
  });

  it('repeat requests and count when entries were recreated and counted from zero', async () => {
    const client = fakeHost('c1', [
      { script: requestScript(question), gives: { stdout: same }, times: 3 },
      { script: neighbourScript('192.168.168.12'), gives: {} },
    ]);
    const anew = Array.from({ length: 4 }, () => table(8, 8));
    const readings = [table(2, 2), table(2, 2), ...anew, table(16, 16)];
    const times = readings.length;
    const director = fakeHost('dr1', [
      { script: countersScript([question]), gives: () => ({ stdout: readings.shift() ?? '' }), times },
    ]);
    const { answers } = await askFromClient(cluster, client, [director], new AbortController().signal);
    expect(answers[0]?.counted).toEqual(
      new Map([
        ['rs1', 8],
        ['rs2', 8],
      ]),
    );
  });

  const unknown = Array.from({ length: 16 }, () => '?');
  it.each([
    ['equal shares hold', 8, 8, 'passed'],
    ['equal shares hold among other clients too', 40, 43, 'passed'],
    ['a real server without a connection does not', 16, 0, 'failed'],
    ['no count proves nothing', 0, 0, 'skipped'],
  ])('%s', async (_name, rs1, rs2, status) => {
    const counted = new Map([
      ['rs1', rs1],
      ['rs2', rs2],
    ]);
    const [result] = await judged(rotation, {
      client: { answers: [answered({ sequence: unknown, counted })], neighbours: [] },
    });
    expect(result?.status).toBe(status);
  });
});
