import { expect, describe, it } from 'vitest';
import { Recorder } from '../../../src/failover/recorder.ts';
import { kernelPlace, kernelService, readTable } from '../../../src/failover/watch.ts';
import { nameOfPlace } from '../../../src/keepalived/ipvs/name.ts';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { sh } from '../../../src/remote/command.ts';
import { runIn, SHELLS, temporaryFolder } from '../../support/shells.ts';
import { choiceIn } from './cluster.ts';
import { shape, type SHAPES } from './shapes.ts';

/** What the kernel prints of a director with services of both families, of a mark, and over UDP. */
const TABLE = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
TCP  [fd00:0000:0000:0000:0000:0000:0000:0012]:01BB wlc
  -> [fd00:0000:0000:0000:0000:0000:0000:0103]:01BB      Route   1      0          0
  -> [fd00:0000:0000:0000:0000:0000:0000:0102]:01BB      Route   0      0          0
TCP  C0A8A80C:0050 wlc
  -> C0A8A867:0050      Route   1      0          0
  -> C0A8A866:0050      Route   3      0          0
UDP  C0A8A80C:0050 rr
  -> C0A8A8FE:0050      Route   1      0          0
FWM  00000050 wlc
  -> C0A8A867:0000      Route   1      0          0
`;

async function recorderOf(name: keyof typeof SHAPES, virtualServer: string): Promise<Recorder> {
  const { service } = choiceIn(await shape(name), virtualServer);
  const servers = new Map(service.pool.map((member) => [kernelPlace(member), nameOfPlace(member)]));
  const subject = {
    vip: service.vip,
    service: kernelService(service, service),
    servers,
    statuses: service.verify.status_code,
  };
  return new Recorder(
    subject,
    () => 1000,
    () => undefined,
  );
}

function printed(shell: (typeof SHELLS)[number]): string {
  const file = path.join(temporaryFolder(), 'ip_vs');
  writeFileSync(file, TABLE);
  return runIn(shell, {
    ...readTable,
    script: readTable.script.replaceAll('/proc/net/ip_vs', () => sh`${file}`.script),
  }).stdout.trim();
}

describe.each(SHELLS)('the table that $name reads', (shell) => {
  it.each([
    ['dualStack', '192.168.168.12:80', ['192.168.168.102:80', '192.168.168.103:80']],
    ['dualStack', '[fd00::12]:443', ['[fd00::103]:443']],
    ['twoMasters', 'fwmark 80', ['192.168.168.103:0']],
  ] as const)('has the real servers of %s, %s, with a weight above 0', async (name, service, servers) => {
    const recorder = await recorderOf(name, service);
    recorder.watch('dr1', printed(shell));
    expect(recorder.seen.tables).toEqual([{ at: 1000, host: 'dr1', servers }]);
  });
});

it('a director holds the IPv6 VIP, and the client resolves it', async () => {
  const recorder = await recorderOf('dualStack', '[fd00::12]:443');
  recorder.watch(
    'dr1',
    '[10.00] 2: eth0    inet6 fd00::12/128 scope global deprecated nodad \\       valid_lft forever',
  );
  recorder.watch('dr1', '[10.00] 2: eth0    inet 192.168.168.12/32 scope global eth0\\       valid_lft forever');
  recorder.watch('dr2', '[10.00] Deleted 2: eth0    inet6 fd00::12/128 scope global nodad \\       valid_lft forever');
  recorder.watch('c1', '[10.00] fd00::12 dev eth0 lladdr 02:00:c0:a8:a8:64 router REACHABLE');
  expect(recorder.seen.holdings).toEqual([
    { at: 1000, host: 'dr1', holds: true },
    { at: 1000, host: 'dr2', holds: false },
  ]);
  expect(recorder.neighbours).toEqual([{ at: 1000, mac: '02:00:c0:a8:a8:64' }]);
});

it('a connection is an answer', async () => {
  const recorder = await recorderOf('dualStack', '[fd00::12]:3306');
  recorder.probe('10.00 connects:1 0.001000 0.301000');
  recorder.probe('10.00 connects:0 0.000000 0.250000');
  expect(recorder.seen.requests.map(({ answered }) => answered)).toEqual([true, false]);
});
