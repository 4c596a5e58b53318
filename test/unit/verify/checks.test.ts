import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/failure.ts';
import type { CheckResult } from '../../../src/verify/check.ts';
import { answers } from '../../../src/verify/checks/answers.ts';
import { arp } from '../../../src/verify/checks/arp.ts';
import { configuration } from '../../../src/verify/checks/configuration.ts';
import { owner } from '../../../src/verify/checks/owner.ts';
import { reachable } from '../../../src/verify/checks/reachable.ts';
import { methods } from '../../../src/verify/checks/methods.ts';
import { table } from '../../../src/verify/checks/table.ts';
import { judge } from '../../../src/verify/verify.ts';
import { type Undone, add, all, onAgent, recordedCluster, replace } from '../../support/recorded.ts';
import { MAC, VIP, answered, evidence, neighbour, judged } from './evidence.ts';

const bad = (results: readonly CheckResult[]) => results.filter(({ status }) => status !== 'passed');
const summaryOf = (results: readonly CheckResult[]) =>
  bad(results).map(({ status, title, actual }) => `${status}: ${title}: ${actual}`);

const held = (address: string, device = 'eth0') =>
  add('address', `9: ${device}    inet ${address} scope global ${device}\\       valid_lft forever\n`);
const lostVip = replace('address', /^2: eth0 +inet 192.168.168.12\/32.*\n/m, '');

describe('a cluster that is well', () => {
  it('passes every check, and each says what it saw', async () => {
    const results = judge(await evidence());
    expect(summaryOf(results)).toEqual([]);
    expect(new Set(results.map(({ check }) => check))).toEqual(
      new Set([
        'answers',
        'rotation',
        'owner',
        'arp',
        'table',
        'vip-on-lo',
        'arp-sysctl',
        'proxy-arp',
        'listens',
        'configuration',
      ]),
    );
    expect(results.every(({ actual, expected, fix }) => actual !== '' && expected !== '' && fix === undefined)).toBe(
      true,
    );
  });

  it('does not pass without what to do when something is wrong', async () => {
    const results = judge(
      await evidence({
        undone: { rs1: replace('sysctl', 'all/arp_ignore:1', 'all/arp_ignore:0'), dr1: lostVip },
        client: { answers: [answered({ sequence: [undefined] })], neighbours: [neighbour({ macs: [] })] },
      }),
    );
    expect(bad(results).length).toBeGreaterThan(3);
    expect(bad(results).every(({ fix }) => fix !== undefined && fix !== '')).toBe(true);
  });
});

describe('the owner of a virtual address', () => {
  it.each<readonly [string, Undone, string, string]>([
    ['is missing', { dr1: lostVip }, 'no director holds it', 'journalctl'],
    [
      'is not alone: the backup was given it by hand',
      { dr2: all(held(`${VIP}/24`), replace('vrrp', /^$/, '(VI_1) Entering BACKUP STATE\n')) },
      'dr1 and dr2 hold it; VRRP on dr2 is BACKUP',
      'was added by hand on dr2; `lvsctl deploy` removes it',
    ],
    [
      'is not alone: both are MASTER',
      { dr2: all(held(`${VIP}/32`), replace('vrrp', /^$/, '(VI_1) Entering MASTER STATE\n')) },
      'dr1 and dr2 hold it',
      'protocol 112',
    ],
  ])('%s', async (_name, undone, actual, fix) => {
    const [result] = await judged(owner, { undone });
    expect(result).toMatchObject({ check: 'owner', status: 'failed', actual });
    expect(result?.fix).toContain(fix);
  });

  it("does not hold it on lo: that is a real server's place", async () => {
    const [result] = await judged(owner, { undone: { dr2: held(`${VIP}/32`, 'lo') } });
    expect(result).toMatchObject({ status: 'passed', actual: 'dr1 holds it' });
  });

  it('may be the backup: who it is was not asked', async () => {
    const [result] = await judged(owner, { undone: { dr1: lostVip, dr2: held(`${VIP}/32`) } });
    expect(result).toMatchObject({ status: 'passed', actual: 'dr2 holds it' });
  });
});

describe('ARP for a virtual address', () => {
  it.each([
    [
      'the owner, and a real server',
      [MAC.dr1, MAC.rs1],
      `dr1 (${MAC.dr1}) and rs1 (${MAC.rs1})`,
      `Silence rs1 (${MAC.rs1})`,
    ],
    ['a real server alone', [MAC.rs1], `rs1 (${MAC.rs1})`, 'Silence rs1'],
    ['the backup, which does not hold it', [MAC.dr2], `dr2 (${MAC.dr2})`, 'Silence dr2'],
    [
      'an unknown machine',
      ['de:ad:be:ef:00:01'],
      'de:ad:be:ef:00:01 (not in the inventory)',
      'find the machine with this address',
    ],
    ['none', [], 'no answer', 'No director answers'],
  ])('that is answered by %s fails', async (_name, macs, actual, fix) => {
    const [result] = await judged(arp, { client: { answers: [], neighbours: [neighbour({ macs })] } });
    expect(result).toMatchObject({ check: 'arp', status: 'failed', actual, expected: `one answer, dr1 (${MAC.dr1})` });
    expect(result?.fix).toContain(fix);
  });

  it('that both holders answer sends the reader to the owners', async () => {
    const client = { answers: [], neighbours: [neighbour({ macs: [MAC.dr1, MAC.dr2] })] };
    const [result] = await judged(arp, { undone: { dr2: held(`${VIP}/32`) }, client });
    expect(result).toMatchObject({ status: 'failed', fix: 'Two directors answer: see the owner check above.' });
  });

  it('that could not be checked is skipped, with the reason', async () => {
    const why = 'the client reaches it through a router';
    const [result] = await judged(arp, { client: { answers: [], neighbours: [neighbour({ macs: undefined, why })] } });
    expect(result).toMatchObject({ status: 'skipped', actual: why });
  });
});

describe("the kernel's table", () => {
  const place = '192.168.168.12:80';
  it.each<readonly [string, Undone, string]>([
    [
      'a destination deleted',
      { dr1: replace('ipvs', /^-> C0A8A866.*\n/m, '') },
      `${place} 192.168.168.102:80: missing, not weight 1`,
    ],
    [
      'a destination added',
      { dr2: replace('ipvs', /(-> C0A8A866.*\n)/, '$1-> C0A8A8C8:0050 Route 3 0 0\n') },
      `${place} 192.168.168.200:80: weight 3 is unexpected`,
    ],
    [
      'another weight',
      { dr1: replace('ipvs', /(A866:0050 +Route +)1/, '$10') },
      `${place} 192.168.168.102:80: weight 0, not weight 1`,
    ],
    ['another scheduler', { dr1: replace('ipvs', '0050 rr', '0050 wlc') }, `${place} scheduler: wlc, not rr`],
    [
      'persistence',
      { dr1: replace('ipvs', '0050 rr', '0050 rr persistent 12500 FFFFFFFF') },
      `${place} persistence: 50 s is unexpected`,
    ],
    [
      'nothing in it',
      { dr1: replace('ipvs', /TCP[^]*/, '') },
      `${place} scheduler: missing, not rr; ${place} 192.168.168.102:80: missing, not weight 1; ${place} 192.168.168.103:80: missing, not weight 1`,
    ],
    [
      'another service on the virtual address',
      { dr1: add('ipvs', 'TCP  C0A8A80C:01BB rr\n') },
      '192.168.168.12:443: not in the inventory',
    ],
  ])('with %s fails', async (_name, undone, actual) => {
    const [result, ...others] = bad(await judged(table, { undone }));
    expect(others).toEqual([]);
    expect(result).toMatchObject({ check: 'table', status: 'failed', actual });
    expect(result?.fix).toMatch(/ipvsadm|--flush-unmanaged/);
  });

  it('may have services on addresses that are none of the cluster', async () => {
    expect(summaryOf(await judged(table, { undone: { dr1: add('ipvs', 'TCP  0A000001:01BB rr\n') } }))).toEqual([]);
  });

  it('sends the reader to a web server that is down, when that is why', async () => {
    const gone = replace('ipvs', /^-> C0A8A866.*\n/m, '');
    const undone = { dr1: gone, dr2: gone, rs1: replace('listening', /^LISTEN.*:80 .*\n/gm, '') };
    const results = bad(await judged(table, { undone }));
    expect(results.map(({ fix }) => fix)).toEqual(
      results.map(() => 'The health check removed rs1: start its service.'),
    );
    expect(results).toHaveLength(2);
  });

  it('sends the reader to keepalived, when it does not run', async () => {
    const undone = {
      dr1: all(replace('service', 'ActiveState=active', 'ActiveState=failed'), replace('ipvs', /TCP[^]*/, '')),
    };
    expect(bad(await judged(table, { undone }))[0]?.fix).toContain('keepalived has drifted on dr1');
  });
});

describe('a real server', () => {
  it.each<readonly [string, Undone, string]>([
    [
      'that lost the virtual address',
      { rs1: replace('address', /^1: lo +inet 192.168.168.12.*\n/m, '') },
      `failed: rs1 has ${VIP} on lo: missing`,
    ],
    [
      'that has it with another prefix',
      { rs1: replace('address', '168.12/32', '168.12/24') },
      `failed: rs1 has ${VIP} on lo: ${VIP}/24 on lo`,
    ],
    [
      'that has it on eth0 instead of lo',
      {
        rs1: replace(
          'address',
          /^1: lo +inet 192.168.168.12\/32 scope global lo/m,
          '2: eth0 inet 192.168.168.12/32 scope global eth0',
        ),
      },
      `failed: rs1 has ${VIP} on lo: ${VIP}/32 on eth0`,
    ],
    [
      'that has it on eth0 too',
      { rs1: held(`${VIP}/32`) },
      `failed: rs1 has ${VIP} on lo: ${VIP}/32 on lo, ${VIP}/32 on eth0`,
    ],
    [
      'that answers ARP',
      { rs2: replace('conf', 'all/arp_ignore:1', 'all/arp_ignore:0') },
      'failed: rs2 does not answer ARP for the virtual address: arp_ignore 0, arp_announce 2',
    ],
    [
      'that announces it',
      { rs2: replace('conf', 'all/arp_announce:2', 'all/arp_announce:1') },
      'failed: rs2 does not answer ARP for the virtual address: arp_ignore 1, arp_announce 1',
    ],
    [
      'whose web server is down',
      { rs2: replace('listening', /^LISTEN.*:80 .*\n/gm, '') },
      'failed: rs2 listens on port 80: nothing listens',
    ],
    [
      'whose web server listens for itself alone',
      { rs2: replace('listening', '0.0.0.0:80 0', '127.0.0.1:80 0') },
      'failed: rs2 listens on port 80: listening only on 127.0.0.1',
    ],
    [
      'whose web server listens on the real address alone, so that its health check is content',
      { rs2: replace('listening', '0.0.0.0:80 0', '192.168.168.103:80 0') },
      'failed: rs2 listens on port 80: listening only on 192.168.168.103',
    ],
  ])('%s fails', async (_name, undone, actual) => {
    expect(summaryOf(await judged(methods, { undone }))).toEqual([actual]);
  });

  it('is silent when the interface says so and `all` does not: the kernel takes the larger', async () => {
    const undone = {
      rs1: all(
        replace('conf', 'all/arp_ignore:1', 'all/arp_ignore:0'),
        replace('conf', 'eth0/arp_ignore:0', 'eth0/arp_ignore:2'),
      ),
    };
    expect(summaryOf(await judged(methods, { undone }))).toEqual([]);
  });

  it('may listen on the virtual address alone', async () => {
    const undone = { rs1: replace('listening', '0.0.0.0:80 0', `${VIP}:80 0`) };
    expect(summaryOf(await judged(methods, { undone }))).toEqual([]);
  });
});

describe('the answers of a virtual server', () => {
  const asked = (given: Parameters<typeof answered>[0]) =>
    judged(answers, { client: { answers: [answered(given)], neighbours: [] } });

  it('that are incomplete fail, with the reason of the client', async () => {
    const [result] = await asked({ sequence: ['rs1', undefined, 'rs1', undefined], errors: ['Connection timed out'] });
    expect(result).toMatchObject({
      check: 'answers',
      status: 'failed',
      expected: '4 of 4 requests answered',
      actual: '2 of 4 answered (Connection timed out)',
    });
    expect(result?.fix).toContain('DR needs the virtual address on lo');
  });

  it('that fail because a web server is down name it', async () => {
    const [result] = await asked({
      sequence: [undefined],
      errors: [],
      silent: [{ name: 'rs2', error: 'connection refused or no route' }],
    });
    expect(result?.actual).toBe('0 of 1 answered; asked directly, rs2: connection refused or no route');
    expect(result?.fix).toBe('Start the service on rs2, and check its log.');
  });

  it('with a status that the inventory does not accept point to the site and to verify.status_code', async () => {
    const [result] = await asked({
      sequence: [undefined],
      errors: ['HTTP 403'],
      silent: [{ name: 'rs2', error: 'HTTP 403' }],
    });
    expect(result?.actual).toBe('0 of 1 answered (HTTP 403); asked directly, rs2: HTTP 403');
    expect(result?.fix).toBe(
      'Correct the site on rs2, or name the status in verify.status_code of the virtual server if clients expect it.',
    );
  });

  it.each([
    ['connection', 16, '4 of 4 connections established', 'passed'],
    ['datagram', 4, '4 of 4 datagrams counted by the directors', 'passed'],
    ['datagram', 3, '3 of 4 counted by the directors', 'failed'],
  ] as const)('of a %s, %i counted: %s', async (kind, count, actual, status) => {
    const counted = new Map([['rs1', count]]);
    const [result] = await asked({ kind, sequence: ['?', '?', '?', '?'], counted });
    expect(result).toMatchObject({ status, actual });
  });

  it('that were not asked for are skipped, each reason once', async () => {
    const why = 'verify asks for 60 s';
    const unasked = Array.from({ length: 7 }, (_, index) => ({ service: `192.168.168.12:${8000 + index}`, why }));
    const results = await judged(answers, { client: { answers: [], unasked } });
    expect(summaryOf(results)).toEqual([
      'skipped: 192.168.168.12:8000, 192.168.168.12:8001, 192.168.168.12:8002, 192.168.168.12:8003, 192.168.168.12:8004, and 2 more answer the client: not asked: verify asks for 60 s',
    ]);
  });

  it('are complete when a web server is down and its health check took it out', async () => {
    expect(summaryOf(await asked({ silent: [{ name: 'rs2', error: 'connection refused or no route' }] }))).toEqual([]);
  });

  it('are not verified without a client in the inventory', async () => {
    const cluster = { ...(await recordedCluster()), client: undefined };
    expect(summaryOf(await judged(answers, { cluster, client: undefined }))).toEqual([
      'skipped: the cluster answers a client: the inventory names no client',
    ]);
  });

  it('are not verified when the client fails', async () => {
    expect(summaryOf(await judged(answers, { client: undefined }))).toEqual([
      'failed: the cluster answers a client: no answer from c1',
    ]);
  });

  it('are not reported twice when the client is unreachable', async () => {
    const undone = { c1: new Failure('unreachable', 'c1: no route to host') };
    expect(await judged(answers, { undone, client: undefined })).toEqual([]);
    expect(summaryOf(await judged(reachable, { undone, client: undefined }))).toEqual([
      'failed: c1 can be read: c1: no route to host',
    ]);
  });
});

describe('a director for which this copy of lvsctl has no agent', () => {
  const agents = () => ({ missing: 'it is not built here', fix: 'Build it.' });

  it('is judged in all else when an agent runs there, and the agent itself is said not to be', async () => {
    const cluster = await recordedCluster();
    const results = judge(await evidence({ cluster, undone: { dr2: onAgent(cluster, 'dr2') }, agents }));
    expect(summaryOf(results)).toEqual(['skipped: dr2: program /usr/local/sbin/lvs-agent: it is not built here']);
    expect(bad(results).map(({ fix }) => fix)).toEqual(['Build it.']);
  });

  it('cannot be judged where it needs one, and the answer is not to bring back a host that is there', async () => {
    const recorded = await recordedCluster();
    const directors = recorded.directors.map((one) => ({ ...one, engine: one.name === 'dr2' ? 'agent' : one.engine }));
    const results = await judged(reachable, { cluster: { ...recorded, directors }, agents });
    expect(summaryOf(results)).toEqual([
      expect.stringContaining('failed: dr2 is supported: dr2: the bundled agent is unavailable: it is not built'),
    ]);
    expect(results[0]?.fix).toMatch(/^Build it\. Or set /);
  });
});

describe('the configuration', () => {
  it('that a service has not read is reported, though its file is right', async () => {
    const undone = { dr1: replace('service', /^/, 'Pending=keepalived.service\n\n') };
    expect(summaryOf(await judged(configuration, { undone }))).toEqual([
      'failed: dr1: service keepalived.service: pending since an earlier run changed its files',
    ]);
  });

  it('that has drifted is reported with expected and actual state, without secrets', async () => {
    const undone = {
      rs1: all(
        replace('sysctl', 'lo/arp_ignore:1', 'lo/arp_ignore:0'),
        replace('file', 'Type=oneshot', 'Type=another'),
      ),
    };
    const results = bad(await judged(configuration, { undone }));
    expect(results.map(({ title, expected, actual }) => [title, expected, actual])).toEqual([
      ['rs1: file /etc/systemd/system/lvs-dr.service', 'the rendered text', '2 lines differ, first: -Type=another'],
      ['rs1: sysctl net.ipv4.conf.lo.arp_ignore', 'value: 1', 'value: 0'],
    ]);
  });

  it('reports a changed program, and not the restart that comes with it', async () => {
    const cluster = await recordedCluster();
    const agents = () => ({ sha256: 'b'.repeat(64), size: 1, packed: () => 'H4sI' });
    const results = await judged(configuration, { undone: { dr2: onAgent(cluster, 'dr2') }, agents });
    expect(bad(results).map(({ title }) => title)).toEqual(['dr2: program /usr/local/sbin/lvs-agent']);
  });

  it('of a missing file is reported', async () => {
    const undone = { rs1: replace('file', /^=\S+ \d+ \/var\/www\/html\/index.html\n/m, '') };
    expect(bad(await judged(configuration, { undone }))[0]?.actual).toContain('no such file');
  });
});
