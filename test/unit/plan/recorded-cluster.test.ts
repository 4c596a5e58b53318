import { beforeAll, describe, expect, it } from 'vitest';
import type { Cluster } from '../../../src/inventory/cluster.ts';
import { plan as planSession } from '../../../src/pipeline/plan.ts';
import type { Change } from '../../../src/plan/change.ts';
import { changesIn } from '../../../src/plan/plan.ts';
import { type Undone, add, all, recordedCluster, replace, connectFakeCluster } from '../../support/recorded.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await recordedCluster();
});

const signal = new AbortController().signal;

async function changes(state: 'bare' | 'deployed', undone: Undone = {}, of = cluster): Promise<readonly Change[]> {
  const { session } = await connectFakeCluster(of, state, undone, { observed: 1 });
  return (await planSession(session, () => undefined, signal)).changes;
}

/** `dr1: create file /etc/x: mode, text` */
function summaryOf({ host, action, kind, key, fields }: Change): string {
  const names = fields.map(({ name, before, after, text }) =>
    text === true ? name : `${name} ${before ?? 'none'} → ${after ?? 'none'}`,
  );
  return `${host}: ${action} ${kind} ${key}: ${names.join(', ')}`;
}

describe('a cluster as it was recorded', () => {
  it('needs nothing after a deploy', async () => {
    expect((await changes('deployed')).map(summaryOf)).toEqual([]);
  });

  it('needs everything when its hosts are bare, in the right order', async () => {
    const { session } = await connectFakeCluster(cluster, 'bare');
    const { plan } = await planSession(session, () => undefined, signal);
    expect(plan.waves.map((wave) => [wave.title, [...new Set(wave.changes.map(({ host }) => host))]])).toEqual([
      ['real servers, and packages everywhere', ['dr1', 'dr2', 'rs1', 'rs2', 'c1']],
      ['backup director dr2', ['dr2']],
      ['master director dr1', ['dr1']],
    ]);
    expect(
      changesIn(plan)
        .filter(({ host }) => host === 'rs1')
        .map(({ kind, key }) => `${kind} ${key}`),
    ).toEqual([
      'file /etc/sysctl.d/zz-lvsctl.conf',
      'file /usr/local/sbin/lvs.dr.sh',
      'file /etc/systemd/system/lvs-dr.service',
      'service lvs-dr.service',
      'sysctl net.ipv4.conf.all.arp_ignore',
      'sysctl net.ipv4.conf.all.arp_announce',
      'sysctl net.ipv4.conf.lo.arp_ignore',
      'sysctl net.ipv4.conf.lo.arp_announce',
      'address 192.168.168.12 lo',
      'packages packages',
      'file /var/www/html/index.html',
      'service nginx.service',
    ]);
    expect(
      changesIn(plan)
        .filter(({ host }) => host === 'dr1')
        .map(({ kind, key }) => `${kind} ${key}`),
    ).toEqual([
      'packages packages',
      'file /etc/modules-load.d/lvsctl.conf',
      'file /etc/sysctl.d/zz-lvsctl.conf',
      'file /etc/keepalived/keepalived.conf',
      'sysctl net.ipv4.vs.expire_nodest_conn',
      'sysctl net.ipv4.vs.expire_quiescent_template',
      'service keepalived.service',
    ]);
  });

  it('excludes a host on which another user could redirect writes of root, and says so in the plan', async () => {
    const page = '/var/www/html/index.html';
    const undone = { rs1: add('file', `!${page}\t/var/www/html is owned by www-data\n`) };
    const { session } = await connectFakeCluster(cluster, 'bare', undone, { observed: 1 });
    const { plan } = await planSession(session, () => undefined, signal);
    expect(
      plan.unreadable.map(({ host, failure: { code, message, detail } }) => [host, code, message, detail.hint]),
    ).toEqual([
      [
        'rs1',
        'unsupported',
        `rs1: file ${page}: /var/www/html is owned by www-data`,
        expect.stringContaining('chown root'),
      ],
    ]);
    expect(changesIn(plan).map(({ host }) => host)).not.toContain('rs1');
  });

  it('has links in place of its files replaced, and says so in the plan', async () => {
    const conf = '/etc/keepalived/keepalived.conf';
    const linked = replace('file', /^=600 .*$/m, `>${conf}\t/srv/keepalived.conf`);
    const [change, ...others] = await changes('deployed', { dr1: linked });
    expect(change?.fields[0]).toEqual({ name: 'type', before: 'symbolic link to /srv/keepalived.conf', after: 'file' });
    expect(others.map(({ kind, key }) => `${kind} ${key}`)).toEqual(['service keepalived.service']);
  });

  const byHand = (address: string, device: string) =>
    add('address', `9: ${device}    inet ${address} scope global ${device}\\       valid_lft forever\n`);
  const backup = replace('vrrp', /^$/, '(VI_1) Entering BACKUP STATE\n');

  const faults: readonly (readonly [string, Undone, string])[] = [
    [
      'a sysctl that was undone',
      { rs1: replace('sysctl', 'all/arp_ignore:1', 'all/arp_ignore:0') },
      'rs1: update sysctl net.ipv4.conf.all.arp_ignore: value 0 → 1',
    ],
    [
      'a virtual address that is gone from lo',
      { rs2: replace('address', /^1: lo +inet 192.168.168.12.*\n/m, '') },
      'rs2: create address 192.168.168.12 lo: address none → 192.168.168.12/32',
    ],
    [
      'a virtual address on lo with another prefix',
      { rs2: replace('address', '168.12/32', '168.12/24') },
      'rs2: update address 192.168.168.12 lo: address 192.168.168.12/24 → 192.168.168.12/32',
    ],
    [
      'a virtual address on lo with a second prefix',
      { rs2: byHand('192.168.168.12/24', 'lo') },
      'rs2: update address 192.168.168.12 lo: address 192.168.168.12/32 and 192.168.168.12/24 → 192.168.168.12/32',
    ],
    [
      'a virtual address that a real server has on the wire too',
      { rs1: byHand('192.168.168.12/32', 'eth0') },
      'rs1: remove address 192.168.168.12 eth0: address 192.168.168.12/32 → none',
    ],
    [
      'a virtual address that was added to the backup',
      { dr2: all(backup, byHand('192.168.168.12/32', 'eth0')) },
      'dr2: remove address 192.168.168.12 eth0: address 192.168.168.12/32 → none',
    ],
    [
      'a virtual address that was added to the backup with another prefix',
      { dr2: all(backup, byHand('192.168.168.12/24', 'eth0')) },
      'dr2: remove address 192.168.168.12 eth0: address 192.168.168.12/24 → none',
    ],
    [
      'an IPVS destination that was deleted',
      { dr1: replace('ipvs', /^-> C0A8A866.*\n/m, '') },
      'dr1: update ipvs 192.168.168.12:80: 192.168.168.102:80 none → weight 1',
    ],
    [
      'an IPVS destination that was added',
      { dr1: replace('ipvs', /(-> C0A8A866.*\n)/, '$1-> C0A8A8C8:0050 Route 1 0 0\n') },
      'dr1: update ipvs 192.168.168.12:80: 192.168.168.200:80 weight 1 → none',
    ],
    [
      'another weight',
      { dr2: replace('ipvs', /(A866:0050 +Route +)1/, '$17') },
      'dr2: update ipvs 192.168.168.12:80: 192.168.168.102:80 weight 7 → weight 1',
    ],
    [
      'another way of forwarding',
      { dr2: replace('ipvs', /(A866:0050 +)Route/, '$1Masq') },
      'dr2: update ipvs 192.168.168.12:80: 192.168.168.102:80 weight 1 by Masq → weight 1',
    ],
    [
      'another scheduler',
      { dr1: replace('ipvs', '0050 rr', '0050 wlc') },
      'dr1: update ipvs 192.168.168.12:80: scheduler wlc → rr',
    ],
    [
      'unwanted persistence',
      { dr1: replace('ipvs', '0050 rr', '0050 rr persistent 12500 FFFFFFFF') },
      'dr1: update ipvs 192.168.168.12:80: persistence 50 s → none',
    ],
    [
      'a table that was flushed',
      { dr1: replace('ipvs', /TCP[^]*/, '') },
      'dr1: create ipvs 192.168.168.12:80: scheduler none → rr, 192.168.168.102:80 none → weight 1, 192.168.168.103:80 none → weight 1',
    ],
    [
      'a file whose mode was opened',
      { dr1: replace('file', '=600', '=644') },
      'dr1: update file /etc/keepalived/keepalived.conf: mode 0644 → 0600',
    ],
    [
      'a page that was edited',
      { rs1: replace('file', /<h1>|<title>/, '$&x') },
      'rs1: update file /var/www/html/index.html: text',
    ],
    [
      'a package that was removed',
      { c1: replace('packages', 'curl\n', '') },
      'c1: create packages packages: curl none → installed',
    ],
    [
      'a service that is not started at boot',
      { dr2: replace('service', 'UnitFileState=enabled', 'UnitFileState=disabled') },
      'dr2: update service keepalived.service: enabled no → yes',
    ],
    [
      'a service that failed',
      { rs1: replace('service', /(nginx.service\nLoadState=loaded\nActiveState=)active/, '$1failed') },
      'rs1: update service nginx.service: active failed → active',
    ],
  ];

  it.each(faults)('needs one change for %s', async (_name, undone, change) => {
    expect((await changes('deployed', undone)).map(summaryOf)).toEqual([change]);
  });

  it('needs a reload after a changed configuration, with the reason', async () => {
    const found = await changes('deployed', { dr1: replace('file', 'priority 254', 'priority 100') });
    expect(found.map(summaryOf)).toEqual([
      'dr1: update file /etc/keepalived/keepalived.conf: text',
      'dr1: run service keepalived.service: reload none → now',
    ]);
    expect(found[1]).toMatchObject({ reason: '/etc/keepalived/keepalived.conf changes', disruptive: false });
    expect(found[0]?.steps[0]?.script).toMatch(
      /is invalid[^\n]*\nmkdir -p \/run\/lvsctl\/pending && : >> \/run\/lvsctl\/pending\/keepalived.service\n\[ ! -d [^\n]*\nmv /,
    );
    expect(found[1]?.steps.at(-1)?.script).toBe('rm -f /run/lvsctl/pending/keepalived.service');
  });

  it('still needs the reload when the run that changed the configuration did not reach it', async () => {
    const found = await changes('deployed', { dr1: replace('service', /^/, 'Pending=keepalived.service\n\n') });
    expect(found.map(summaryOf)).toEqual(['dr1: run service keepalived.service: reload none → now']);
  });

  it('marks nothing as pending for a service that does not exist yet: it reads everything when it starts', async () => {
    const steps = (await changes('bare')).flatMap((change) => change.steps);
    expect(steps.some(({ script }) => script.includes('> /run/lvsctl/pending'))).toBe(false);
  });

  it('needs a daemon-reload for a changed unit, and no restart', async () => {
    const found = await changes('deployed', { rs1: replace('file', 'Type=oneshot', 'Type=another') });
    expect(found.map(summaryOf)).toEqual(['rs1: update file /etc/systemd/system/lvs-dr.service: text']);
    expect(found[0]?.steps.at(-1)?.script).toBe('systemctl daemon-reload');
  });

  const silent = replace('listening', /^LISTEN.*:80 .*\n/gm, '');
  const gone = replace('ipvs', /^-> C0A8A866.*\n/m, '');

  it.each<readonly [string, Undone]>([
    ['is in the table still', { rs1: silent }],
    ['is out of it on one director', { rs1: silent, dr1: gone }],
    ['is out of it on both', { rs1: silent, dr1: gone, dr2: gone }],
    ['has weight 0 there', { rs1: silent, dr1: replace('ipvs', /(A866:0050 +Route +)1/, '$10') }],
  ])('leaves the table to keepalived when a real server is down and %s', async (_name, undone) => {
    expect((await changes('deployed', undone)).map(summaryOf)).toEqual([]);
  });

  it('does not restore an entry that keepalived removed when a web server listens on loopback only', async () => {
    const lonely = replace('listening', /0\.0\.0\.0:80 0/, '127.0.0.1:80 0');
    expect((await changes('deployed', { rs1: lonely, dr1: gone, dr2: gone })).map(summaryOf)).toEqual([]);
  });

  it('does not restore an entry that another check removed, and keeps the sorry server', async () => {
    const [server] = cluster.virtualServers;
    if (server === undefined) throw new Error('no virtual server');
    const own = {
      ...cluster,
      virtualServers: [
        {
          ...server,
          conf: [{ keyword: 'sorry_server', words: ['192.168.168.200', '80'] }],
          pool: server.pool.map((member) => ({
            ...member,
            conf: [{ keyword: 'HTTP_GET', words: [], block: [] }],
          })),
        },
      ],
    };
    const sorry = replace('ipvs', /(?:^->.*:0050.*\n)+/m, '-> C0A8A8C8:0050      Route   1      0          0\n');
    expect((await changes('deployed', { dr1: sorry, dr2: sorry }, own)).map(summaryOf)).toEqual([]);
  });

  it('does not change the table while keepalived is stopped, and starts it', async () => {
    const found = await changes('deployed', {
      dr1: all(replace('service', 'ActiveState=active', 'ActiveState=inactive'), replace('ipvs', /TCP[^]*/, '')),
    });
    expect(found.map(summaryOf)).toEqual(['dr1: update service keepalived.service: active inactive → active']);
    expect(found[0]?.disruptive).toBe(true);
  });
});
