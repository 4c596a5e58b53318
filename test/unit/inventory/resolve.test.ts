import { describe, expect, it } from 'vitest';
import { hostsOf } from '../../../src/inventory/cluster.ts';
import { originRows } from '../../../src/inventory/origins.ts';
import { readInventory } from '../../../src/inventory/read.ts';
import { textOf } from '../../../src/keepalived/write.ts';
import { minimalWith, read, world } from './reading.ts';

describe('the defaults', () => {
  it('of the smallest inventory are what a good engineer would pick', async () => {
    const { cluster } = await read(minimalWith('client: 192.168.168.200'));
    expect(cluster).toMatchObject({
      name: 'a',
      networks: [{ name: 'lan', cidr: '192.168.168.0/24' }],
      directors: [
        {
          name: 'dr1',
          address: '192.168.168.100',
          addresses: ['192.168.168.100'],
          router_id: 'dr1',
          engine: 'auto',
        },
        {
          name: 'dr2',
          address: '192.168.168.107',
          router_id: 'dr2',
        },
      ],
      realServers: [
        { name: 'rs1', weight: 1, port: undefined },
        { name: 'rs2', weight: 1, port: undefined },
      ],
      client: { name: 'c1', address: '192.168.168.200' },
      global_defs: { notification_email: [], smtp_server: undefined },
      instances: [
        {
          name: 'VI_1',
          family: 'ipv4',
          version: 2,
          virtual_router_id: 12,
          advert_int: 1,
          authentication: undefined,
          virtual_ipaddress: [{ address: '192.168.168.12', prefix: 32 }],
          nopreempt: false,
          members: [
            { director: 'dr1', address: '192.168.168.100', state: 'MASTER', priority: 254, interface: 'auto' },
            { director: 'dr2', address: '192.168.168.107', state: 'BACKUP', priority: 253, interface: 'auto' },
          ],
        },
      ],
      syncGroups: [],
      nat: undefined,
      tun: { type: 'ipip', port: 6080, mss: undefined },
      packages: { localMount: undefined },
      web: { package: undefined, service: undefined, demoPage: false },
    });
    expect(cluster?.virtualServers).toEqual([
      {
        name: '192.168.168.12:80',
        target: { kind: 'address', vip: '192.168.168.12', port: 80 },
        protocol: 'TCP',
        family: 'ipv4',
        delay_loop: 6,
        lb_algo: 'rr',
        lb_kind: 'DR',
        nat_mask: undefined,
        persistence_timeout: undefined,
        verify: { request: 'http', path: '/', host: undefined, status_code: [{ min: 200, max: 399 }] },
        conf: [],
        pool: ['192.168.168.102', '192.168.168.103'].map((address, index) => ({
          name: `rs${index + 1}`,
          address,
          port: 80,
          weight: 1,
          timing: { retry: 3, delay_before_retry: 3 },
          conf: [
            {
              keyword: 'TCP_CHECK',
              words: [],
              block: [
                { keyword: 'connect_timeout', words: ['3'] },
                { keyword: 'retry', words: ['3'] },
                { keyword: 'delay_before_retry', words: ['3'] },
              ],
            },
          ],
        })),
      },
    ]);
  });

  it('of SSH are those of OpenSSH, with host keys checked', async () => {
    const { cluster } = await read(minimalWith());
    expect(cluster?.directors[0]?.access).toEqual({
      kind: 'ssh',
      host: '192.168.168.100',
      port: 22,
      user: 'root',
      identityFiles: ['/home/me/.ssh/id_ed25519', '/home/me/.ssh/id_ecdsa', '/home/me/.ssh/id_rsa'],
      knownHosts: ['/home/me/.ssh/known_hosts', '/etc/ssh/ssh_known_hosts'],
      proxyCommand: undefined,
      hostKeyChecking: 'strict',
      connectTimeoutSeconds: 10,
    });
  });
});

describe('directors', () => {
  const states = async (directors: string, more = '') => {
    const { cluster } = await read(minimalWith(more).replace(/directors: .*/, `directors: ${directors}`));
    return cluster?.instances[0]?.members.map(({ director, state, priority }) => `${director} ${state} ${priority}`);
  };

  it('come in the order of their priority, and the highest is master', async () => {
    expect(
      await states('[{address: 192.168.168.100, priority: 50}, {address: 192.168.168.107, priority: 100}]'),
    ).toEqual(['dr2 MASTER 100', 'dr1 BACKUP 50']);
  });

  it('without a priority come below the one before', async () => {
    expect(await states('[{address: 192.168.168.100, priority: 100}, 192.168.168.107, 192.168.168.108]')).toEqual([
      'dr1 MASTER 100',
      'dr2 BACKUP 99',
      'dr3 BACKUP 73',
    ]);
  });

  it('have a priority of their own as long as there are some', async () => {
    expect(
      await states('[{address: 192.168.168.100, priority: 20}, 192.168.168.107, 192.168.168.108, 192.168.168.109]'),
    ).toEqual(['dr1 MASTER 20', 'dr2 BACKUP 19', 'dr3 BACKUP 10', 'dr4 BACKUP 1']);
  });

  it('all start as BACKUP when the VIP is not taken back at once', async () => {
    for (const more of ['vrrp_instance: {nopreempt: yes}', 'vrrp_instance: {preempt_delay: 9}']) {
      expect(await states('[192.168.168.100, 192.168.168.107]', more)).toEqual(['dr1 BACKUP 254', 'dr2 BACKUP 253']);
    }
  });

  it('keep the name of their position when another has a name of its own', async () => {
    expect(await states('[{name: dr2, address: 192.168.168.100}, 192.168.168.107, 192.168.168.108]')).toEqual([
      'dr2 MASTER 254',
      'dr3 BACKUP 253',
      'dr4 BACKUP 227',
    ]);
  });
});

describe('the platform', () => {
  it('is what the inventory says of the host, then of all, for each key, and nothing by default', async () => {
    const text = `vip: 192.168.168.12
directors: [{address: 192.168.168.100, platform: {init: openrc}}, 192.168.168.107]
real_servers: [{address: 192.168.168.102, platform: {packages: apk}}]
client: {address: 192.168.168.200}
platform: {packages: rpm, init: sysvinit}
`;
    const { cluster, origins } = await read(text);
    expect(cluster?.directors.map(({ platform }) => platform)).toEqual([
      { packages: 'rpm', init: 'openrc' },
      { packages: 'rpm', init: 'sysvinit' },
    ]);
    expect(cluster?.realServers[0]?.platform).toEqual({ packages: 'apk', init: 'sysvinit' });
    expect(cluster?.client?.platform).toEqual({ packages: 'rpm', init: 'sysvinit' });
    expect(origins.get('directors[0].platform.init')?.origin).toMatch(/:2$/);
    expect(origins.get('directors[0].platform.packages')?.origin).toMatch(/:5$/);
    const usual = await read(minimalWith());
    expect(usual.cluster?.directors[0]?.platform).toEqual({ packages: undefined, init: undefined });
  });

  it('is one of those that lvsctl knows', async () => {
    const { diagnostics } = await read(minimalWith('platform: {packages: yast, init: upstart}'));
    expect(diagnostics.map(({ path }) => path)).toEqual(['platform.packages', 'platform.init']);
  });
});

describe('the engine', () => {
  it("is a director's own, else the cluster's, else left to what the host offers", async () => {
    const directors = ['{address: 192.168.168.100, engine: keepalived}', '192.168.168.107'];
    const own = await read(
      `vip: 192.168.168.12\ndirectors: [${directors.join(', ')}]\nreal_servers: [192.168.168.102]\nengine: agent\n`,
    );
    expect(own.cluster?.directors.map(({ engine }) => engine)).toEqual(['keepalived', 'agent']);
    expect(own.origins.get('directors[1].engine')?.origin).toMatch(/:4$/);
    const { cluster } = await read(minimalWith());
    expect(cluster?.directors.map(({ engine }) => engine)).toEqual(['auto', 'auto']);
  });

  it('that is unknown is refused with the name of the bundled one', async () => {
    const { diagnostics } = await read(minimalWith('engine: lvs-agent'));
    expect(diagnostics.map(({ path, hint }) => [path, hint])).toEqual([
      ['engine', '`agent` is the bundled lvs-agent.'],
    ]);
  });
});

describe('access', () => {
  it('of one host is laid over that of all, and paths start at the folder of the inventory', async () => {
    const { cluster } = await read(
      minimalWith(
        'ssh: {user: admin, port: 2222, identity_file: [keys/a, ~/b, /c], known_hosts: known}',
        'client: {address: 192.168.168.200, ssh: {port: 22, proxy_command: "nc %h %p", host_key_checking: accept-new}}',
      ),
    );
    const common = {
      user: 'admin',
      identityFiles: ['/home/ops/keys/a', '/home/me/b', '/c'],
      knownHosts: ['/home/ops/known'],
    };
    expect(cluster?.realServers[1]?.access).toMatchObject({ ...common, port: 2222, proxyCommand: undefined });
    expect(cluster?.client?.access).toMatchObject({
      ...common,
      port: 22,
      proxyCommand: 'nc %h %p',
      hostKeyChecking: 'accept-new',
    });
  });

  it('through a lab that is laid over it takes nothing else', async () => {
    const text = minimalWith('ssh: {user: me, port: 2222, proxy_command: nc %h %p}', 'client: local');
    const over = 'ssh: {lab: lab}\nclient: {address: 192.168.168.9}';
    const files = { '/home/ops/a.yml': text, '/home/ops/lab.yml': over };
    const { cluster, diagnostics } = await readInventory(['a.yml', 'lab.yml'], world({ files }));
    expect(diagnostics).toEqual([]);
    for (const { host } of cluster === undefined ? [] : hostsOf(cluster)) {
      expect(host.access).toEqual({ kind: 'lab', lab: 'lab', host: host.address, connectTimeoutSeconds: 10 });
    }
  });

  it('through a lab only names it, so that lint and render need no lab', async () => {
    const { cluster } = await read(minimalWith('ssh: {lab: lab}', 'client: local'));
    expect(cluster?.directors[1]?.access).toEqual({
      kind: 'lab',
      lab: 'lab',
      host: '192.168.168.107',
      connectTimeoutSeconds: 10,
    });
    expect(cluster?.client).toMatchObject({
      name: 'c1',
      address: '127.0.0.1',
      addresses: ['127.0.0.1'],
      access: { kind: 'local' },
    });
  });
});

describe('health checks', () => {
  it('of a real server go before those of a virtual server, and both before the defaults', async () => {
    const { cluster } = await read(
      minimalWith('virtual_servers: [{tcp_check: {connect_timeout: 5, nb_get_retry: 1}}, {port: 443}]').replace(
        '192.168.168.102,',
        '{address: 192.168.168.102, tcp_check: {connect_timeout: 9}},',
      ),
    );
    expect(
      cluster?.virtualServers.map(({ name, pool }) => [
        name,
        ...pool.map(({ conf }) => textOf(conf).match(/\d+/g)?.join()),
      ]),
    ).toEqual([
      ['192.168.168.12:80', '9,1,3', '5,1,3'],
      ['192.168.168.12:443', '9,3,3', '3,3,3'],
    ]);
  });
});

describe('the password', () => {
  const password = async (source: string, more = {}) => {
    const reading = await read(minimalWith(`vrrp_instance: {authentication: {auth_pass: ${source}}}`), more);
    return reading.cluster?.instances[0]?.authentication?.auth_pass.reveal() ?? reading.diagnostics[0]?.what;
  };

  it('comes from the environment or from a file beside the inventory', async () => {
    expect(await password('{env: PASS}', { variables: { PASS: 'abc' } })).toBe('abc');
    expect(await password('{file: pass}', { files: { '/home/ops/pass': 'abc\n' } })).toBe('abc');
    expect(await password('{file: ~/pass}', { files: { '/home/me/pass': 'xyz' } })).toBe('xyz');
  });

  it('from outside is held to the same rules', async () => {
    expect(await password('{env: PASS}', { variables: { PASS: 'a b' } })).toContain(
      '`auth_pass` must be a password of letters, digits and `_.,:=/%^*?&+()@~<>|;$-`',
    );
    expect(await password('{env: PASS}', { variables: { PASS: '123456789' } })).toContain('more than 8');
  });

  it('is never shown', async () => {
    const reading = await read(minimalWith('vrrp_instance: {authentication: {auth_pass: s3cret}}'));
    expect(JSON.stringify(reading.cluster)).not.toContain('s3cret');
    const rows = originRows(reading.origins);
    expect(rows.find(({ path }) => path.endsWith('auth_pass'))).toEqual({
      path: 'vrrp_instance.authentication.auth_pass',
      value: '[secret]',
      origin: 'a.yml:4',
    });
    expect(JSON.stringify(rows)).not.toContain('s3cret');
  });
});

describe('web', () => {
  it.each([
    ['nginx-light', 'nginx'],
    ['apache2', 'apache2'],
    ['caddy', 'caddy'],
  ])('the unit of %s is %s', async (name, unit) => {
    const { cluster } = await read(minimalWith(`web: {package: ${name}}`));
    expect(cluster?.web.service).toBe(unit);
  });
});

describe('origins', () => {
  it('every value has a line or a reason', async () => {
    const { origins } = await read(minimalWith('vrrp_instance:', '  advert_int: 2', 'name: x'));
    for (const { path, origin } of originRows(origins)) {
      expect(origin, path).toMatch(/^(?:a\.yml:\d+|default: .+)$/);
    }
    expect(origins.get('vrrp_instance.advert_int')).toEqual({ value: 2, origin: 'a.yml:5' });
    expect(origins.get('directors[1].address')).toEqual({ value: '192.168.168.107', origin: 'a.yml:2' });
    expect(origins.get('virtual_servers[0].port')).toEqual({ value: 80, origin: 'default: the port of HTTP' });
  });
});
