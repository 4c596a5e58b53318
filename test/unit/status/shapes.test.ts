import { describe, expect, it } from 'vitest';
import { virtualAddressesOf } from '../../../src/inventory/cluster.ts';
import { hostState } from '../../../src/observe/observe.ts';
import { directorStatus } from '../../../src/status/director.ts';
import { renderStatus } from '../../../src/status/render.ts';
import { read } from '../inventory/reading.ts';

const SERVICES = `directors: [{address: 192.168.168.100, addresses: "fd00::100"}, {address: 192.168.168.107, addresses: "fd00::107"}]
real_servers: [{address: 192.168.168.102, addresses: "fd00::102"}]
client: 192.168.168.200
vrrp_instances:
  VI_1: {virtual_ipaddress: [192.168.168.12, "fd00::12"]}
  VI_2: {virtual_ipaddress: 192.168.168.13, directors: [dr2, dr1]}
virtual_server_group: {web: ["192.168.168.13 80", "192.168.168.13 81"]}
virtual_servers:
  - {vip: "fd00::12"}
  - {vip: 192.168.168.12, port: [80, 443]}
  - {group: web, sorry_server: 192.168.168.110 80}
  - {vip: 192.168.168.12, port: 53, protocol: UDP}
`;

const TABLE = `FWM  00000050 rr
  -> C0A8A866:0000      Route   1      1          2
TCP  [fd00:0000:0000:0000:0000:0000:0000:0012]:0050 rr
  -> [fd00:0000:0000:0000:0000:0000:0000:0102]:0050      Route   1      0          7
TCP  C0A8A80D:0050 rr
  -> C0A8A866:0050      Route   1      0          3
TCP  C0A8A80D:0051 rr
  -> C0A8A86E:0051      Route   1      0          4
UDP  C0A8A80C:0035 rr
`;

interface Said {
  readonly engine: 'keepalived' | 'agent';
  readonly journal?: string;
  readonly agent?: string;
  readonly holds: readonly string[];
}

async function status(hosts: Readonly<Record<string, Said>>): Promise<readonly string[]> {
  const { cluster, diagnostics } = await read(SERVICES);
  if (cluster === undefined) throw new Error(JSON.stringify(diagnostics));
  const vips = virtualAddressesOf(cluster).map(({ address }) => address);
  const all = Object.entries(hosts).map(([host, { engine, journal = '', agent = '', holds }]) => {
    const unit = engine === 'agent' ? 'lvs-agent' : 'keepalived';
    const sections = {
      service: `Names=${unit}.service\nLoadState=loaded\nActiveState=active\nUnitFileState=enabled\n`,
      versions: 'Keepalived v2.2.7 (01/16,2022)\nlvs-agent 0.1.0\n',
      address: holds
        .map((one) => `2: eth0 ${one.includes(':') ? 'inet6' : 'inet'} ${one}/32 scope global eth0\n`)
        .join(''),
      ipvs: host === 'dr1' ? TABLE : '',
      agent,
      journal,
    };
    return directorStatus(vips, hostState(host, new Map(Object.entries(sections))));
  });
  return renderStatus(cluster, all).map(({ text }) => text);
}

const JOURNAL = `(VI_2) Entering BACKUP STATE
(VI_1_6) Entering MASTER STATE
(VI_1) Entering MASTER STATE
(VI_1) Entering BACKUP STATE (init)
`;

const AGENT = JSON.stringify({
  vrrp: {
    instances: [
      { name: 'VI_1', state: 'BACKUP' },
      { name: 'VI_1_6', state: 'BACKUP' },
      { name: 'VI_2', state: 'MASTER' },
    ],
  },
});

describe('the status of a cluster', () => {
  it('has the state of each instance, and services of every shape, IPv4 first', async () => {
    const shown = await status({
      dr1: { engine: 'keepalived', journal: JOURNAL, holds: ['192.168.168.12', 'fd00::12'] },
      dr2: { engine: 'agent', agent: AGENT, holds: ['192.168.168.13'] },
    });
    expect(shown).toEqual([
      'dr1  MASTER of VI_1, MASTER of VI_1_6, BACKUP of VI_2  keepalived 2.2.7  holds 192.168.168.12, fd00::12',
      '  fwmark 80  rr',
      '    rs1  192.168.168.102:0  up  weight 1  active 1  inactive 2',
      '  192.168.168.13:80  rr',
      '    rs1  192.168.168.102:80  up  weight 1  active 0  inactive 3',
      '  192.168.168.13:81  rr',
      '    rs1           192.168.168.102:81  down  out of the table',
      '    sorry server  192.168.168.110:81  up    weight 1          active 0  inactive 4',
      '  192.168.168.12:53/udp  rr',
      '    rs1  192.168.168.102:53  down  out of the table',
      '  [fd00::12]:80  rr',
      '    rs1  [fd00::102]:80  up  weight 1  active 0  inactive 7',
      'dr2  BACKUP of VI_1, BACKUP of VI_1_6, MASTER of VI_2  lvs-agent 0.1.0  holds 192.168.168.13',
      '  fwmark 80  not in the IPVS table',
      '  192.168.168.13:80  not in the IPVS table',
      '  192.168.168.13:81  not in the IPVS table',
      '  192.168.168.12:53/udp  not in the IPVS table',
      '  [fd00::12]:80  not in the IPVS table',
    ]);
  });

  it('says that a sync group is divided, and names addresses with the same fault in one line', async () => {
    const divided = await status({
      dr1: { engine: 'keepalived', holds: ['192.168.168.12'] },
      dr2: { engine: 'keepalived', holds: ['fd00::12', '192.168.168.13'] },
    });
    expect(divided.at(-1)).toBe('VI_1_GROUP: VI_1 is on dr1, VI_1_6 is on dr2');
    const none = await status({ dr1: { engine: 'keepalived', holds: [] } });
    expect(none.at(-1)).toBe('192.168.168.12, fd00::12, 192.168.168.13: no director that was asked holds it');
  });
});
