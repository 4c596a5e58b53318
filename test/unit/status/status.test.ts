import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/failure.ts';
import { statusOf } from '../../../src/pipeline/status.ts';
import { hostState } from '../../../src/observe/observe.ts';
import { split } from '../../../src/observe/sections.ts';
import { directorStatus } from '../../../src/status/director.ts';
import { renderStatus } from '../../../src/status/render.ts';
import { servicesOf } from '../../../src/status/table.ts';
import { recordedCluster, connectFakeCluster, stamped } from '../../support/recorded.ts';
import { NONCE } from '../../support/nonce.ts';

const cluster = await recordedCluster();
const VIP = '192.168.168.12';

const TABLE = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
TCP  C0A8A80C:0050 rr
  -> C0A8A867:0050      Route   1      3          12
  -> C0A8A866:0050      Route   1      0          7
`;

interface Said {
  readonly engine?: 'keepalived' | 'agent' | undefined;
  readonly state?: 'MASTER' | 'BACKUP' | 'FAULT';
  readonly holds?: string;
  readonly table?: string;
}

/** What a director prints. */
function said({ engine = 'keepalived', state = 'MASTER', holds = '', table = TABLE }: Said): string {
  const agent = JSON.stringify({ vrrp: { instances: [{ name: 'VI_1', state }] } });
  return `@lvsctl:section service
Names=keepalived.service
LoadState=loaded
ActiveState=${engine === 'keepalived' ? 'active' : 'inactive'}
UnitFileState=enabled

Names=lvs-agent.service
LoadState=loaded
ActiveState=${engine === 'agent' ? 'active' : 'inactive'}
UnitFileState=enabled

@lvsctl:section versions
Keepalived v2.2.7 (01/16,2022)
lvs-agent 0.1.0

@lvsctl:section address
1: lo    inet 127.0.0.1/8 scope host lo
2: eth0    inet 192.168.168.100/24 scope global eth0
${holds}

@lvsctl:section ipvs
${table}
@lvsctl:section agent
${engine === 'agent' ? agent : ''}
@lvsctl:section journal
${engine === 'keepalived' ? `(VI_1) Entering ${state} STATE` : '(VI_1) Entering FAULT STATE'}

@lvsctl:section end
`;
}

const HELD = `2: eth0    inet ${VIP}/32 scope global eth0`;

const statusIn = (host: string, output: string) =>
  directorStatus([VIP], hostState(host, split(stamped(output), NONCE)));

const read = (host: string, given: Said) => statusIn(host, said(given));

const text = (...all: ReturnType<typeof read>[]) => renderStatus(cluster, all).map((line) => line.text);

describe('the status of directors', () => {
  it('shows the master, its engine and version, its table and its connections', () => {
    expect(text(read('dr1', { holds: HELD }))).toEqual([
      'dr1  MASTER  keepalived 2.2.7  holds 192.168.168.12',
      '  192.168.168.12:80  rr',
      '    rs1  192.168.168.102:80  up  weight 1  active 0  inactive 7',
      '    rs2  192.168.168.103:80  up  weight 1  active 3  inactive 12',
    ]);
  });

  it('reads the state of an agent, and not the journal of a former keepalived', () => {
    expect(read('dr2', { engine: 'agent', state: 'BACKUP' })).toMatchObject({
      engine: 'agent',
      version: '0.1.0',
      state: 'BACKUP',
      problems: [],
      holds: [],
    });
  });

  it('repeats problems of an agent, and a rejected reload', () => {
    const status = statusIn(
      'dr2',
      said({ engine: 'agent', state: 'BACKUP' }).replace(
        '{"vrrp"',
        '{"problems":["no IPVS"],"configuration":{"reload":{"accepted":false,"said":["x:1:2: unknown"]}},"vrrp"',
      ),
    );
    expect(text(status).slice(1, 4)).toEqual(['  no IPVS', '  the last reload was refused', '  x:1:2: unknown']);
  });

  it('names a real server removed by a check, and one that is not in the inventory', () => {
    const table = TABLE.replace(/ {2}-> C0A8A866.*\n/, '  -> C0A8A8C8:0050      Route   1      0          0\n');
    expect(servicesOf(cluster, read('dr1', { table })).flatMap(({ realServers }) => realServers)).toEqual([
      expect.objectContaining({ name: 'rs1', health: 'down', weight: undefined }),
      expect.objectContaining({ name: 'rs2', health: 'up' }),
      expect.objectContaining({ name: undefined, address: '192.168.168.200:80', health: 'stranger' }),
    ]);
  });

  it('reads weight 0 as set by a check, unless the inventory has 0', () => {
    const status = read('dr1', { table: TABLE.replace('Route   1      0 ', 'Route   0      0 ') });
    const drained = {
      ...cluster,
      virtualServers: cluster.virtualServers.map((server) => ({
        ...server,
        pool: server.pool.map((member) => ({ ...member, weight: 0 })),
      })),
    };
    const health = (of: typeof cluster) => servicesOf(of, status)[0]?.realServers[0]?.health;
    expect([health(cluster), health(drained)]).toEqual(['down', 'drained']);
  });

  it('shows when no engine runs, the table is empty and the address has no owner', () => {
    const silent = said({ table: '' }).replace('ActiveState=active', 'ActiveState=failed');
    expect(text(statusIn('dr1', silent))).toEqual([
      'dr1  no VRRP state  neither keepalived nor lvs-agent is running',
      '  192.168.168.12:80  not in the IPVS table',
      '192.168.168.12: no director that was asked holds it',
    ]);
  });

  it('does not report a missing owner when no director answered', () => {
    expect(text()).toEqual([]);
  });

  it('reports two owners of the address', () => {
    expect(text(read('dr1', { holds: HELD }), read('dr2', { holds: HELD })).at(-1)).toBe(
      '192.168.168.12: dr1 and dr2 hold it',
    );
  });

  it('never throws, whatever the output', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (agent, table) => {
        const mad = said({ engine: 'agent', table }).replace(/^\{.*\}$/m, () => agent);
        expect(statusIn('dr1', mad).engine).toBe('agent');
      }),
    );
  });
});

describe('asking directors', () => {
  const STATUS = { name: 'the status', matches: (script: string) => script.includes('@lvsctl:section versions') };
  const signal = new AbortController().signal;

  it('takes one round trip each, and reports an unreachable one beside the others', async () => {
    const lost = new Failure('connection-lost', 'dr2: the connection was lost');
    const { session } = await connectFakeCluster(
      cluster,
      'deployed',
      {},
      {
        more: (host) => [
          {
            script: STATUS,
            gives: host === 'dr2' ? lost : { stdout: said({ holds: HELD }) },
            times: host.startsWith('dr') ? 1 : 'any',
          },
        ],
      },
    );
    const directors = session.members.filter(({ role }) => role === 'director');
    const seen = await statusOf({ ...session, members: directors, unreachable: [] }, () => undefined, signal);
    expect(seen.directors.map(({ host, holds }) => [host, holds])).toEqual([['dr1', [VIP]]]);
    expect(seen.unreadable).toEqual([{ host: 'dr2', failure: lost }]);
  });
});
