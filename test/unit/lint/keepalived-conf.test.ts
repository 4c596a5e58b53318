import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readInventory } from '../../../src/inventory/read.ts';
import { keepalivedConf } from '../../../src/lint/keepalived-conf.ts';
import { lines, minimalWith, world } from '../inventory/reading.ts';

const linted = (text: string) =>
  readInventory(['a.yml'], world({ files: { '/home/ops/a.yml': text } }), [keepalivedConf]);

const summaryOf = async (...more: readonly string[]) => lines(await linted(minimalWith(...more)));

const raw = (...block: readonly string[]): string =>
  `vrrp_instance:\n  raw: |\n${block.map((line) => `    ${line}`).join('\n')}`;

describe('the raw blocks of an inventory, read as the engines read them', () => {
  it('are good when keepalived knows what they say', async () => {
    expect(await summaryOf(raw('garp_master_delay 5', 'track_interface {', '  eth1', '}'))).toEqual([]);
  });

  it('are reported with the place of the block and its line, once for all directors', async () => {
    expect(await summaryOf(raw('garp_master_delay 5', 'no_such_keyword 1'))).toEqual([
      "error 5 vrrp_instance.raw: unknown keyword 'no_such_keyword' in vrrp_instance: line 2 of the raw block.",
    ]);
  });

  it('are reported for the right block when several have an error', async () => {
    const found = await summaryOf('global_defs: {raw: "wrong_here 1"}', raw('wrong_there 2'));
    expect(found.map((line) => line.split(':')[0])).toEqual(['error 4 global_defs.raw', 'error 6 vrrp_instance.raw']);
  });

  it.each([
    ['agent', /^error 6 vrrp_instance\.raw: The bundled agent does not support this\. vrf/],
    ['auto', /^warning 6 vrrp_instance\.raw: A director with the bundled agent will reject this\. vrf/],
  ])('that the agent does not support are reported for engine %s', async (engine, what) => {
    const found = await summaryOf(`engine: ${engine}`, raw('vrf blue'));
    expect(found).toEqual([expect.stringMatching(what)]);
  });

  it('that the agent does not support are accepted for keepalived', async () => {
    expect(await summaryOf('engine: keepalived', raw('vrf blue'))).toEqual([]);
  });

  it('are left to the hosts, with a warning, when they include files of theirs', async () => {
    expect(await summaryOf(raw('include /etc/keepalived/more.conf', 'no_such_keyword 1'))).toEqual([
      expect.stringMatching(/^warning 5 vrrp_instance\.raw: The block includes files on the hosts/),
    ]);
  });

  it('never make lint fall over, whatever they hold', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme-ascii' }), async (block) => {
        await linted(minimalWith(`vrrp_instance: {raw: ${JSON.stringify(block)}}`));
      }),
    );
  });
});

const one = async (...more: readonly string[]): Promise<string> => {
  const found = await summaryOf(...more);
  expect(found).toEqual([found[0]]);
  return found[0] ?? '';
};
const server = (...block: readonly string[]): string =>
  `virtual_servers: [{port: 80, raw: ${JSON.stringify(block.join('\n'))}}]`;

describe('what a test of keepalived.conf refuses is a mistake', () => {
  it.each([
    ['a quorum above the weights', server('quorum 5'), /^error 4 virtual_servers\[0\]\.raw: .*quorum of 2/],
    ['hysteresis not below the quorum', server('quorum 2', 'hysteresis 2'), /^error 4 virtual_servers\[0\]\.raw: hyst/],
    ['an empty list of peers', raw('unicast_peer {', '}'), /^error 5 vrrp_instance\.raw: VI_1 has unicast_peer/],
    [
      'scripts without script security',
      'raw: "vrrp_script probe {\\n  script /bin/true\\n}"',
      /^error 4 raw: without enable_script_security/,
    ],
    [
      'another port under direct routing',
      'raw: |\n  virtual_server 10.0.0.1 80 {\n    lb_algo rr\n    lb_kind DR\n    protocol TCP\n    real_server 10.0.0.2 81 {\n    }\n  }',
      /^error 4 raw: port 81 of 10\.0\.0\.2/,
    ],
    [
      'a password in strict mode',
      'engine: keepalived\nglobal_defs: {raw: vrrp_strict}\nvrrp_instance: {authentication: {auth_pass: secret}, nopreempt: true}',
      /^error 5 global_defs\.raw: VI_1 has authentication, which strict mode does not support/,
    ],
    ['real servers that all take no connections', 'real_servers: [{address: 192.168.168.102, weight: 0}]', /^error/],
  ])('%s', async (_, more, what) => {
    const text = more.startsWith('real_servers')
      ? ['vip: 192.168.168.12', 'directors: [192.168.168.100, 192.168.168.107]', more].join('\n')
      : minimalWith(more);
    expect(lines(await linted(text))).toContainEqual(expect.stringMatching(what));
  });

  it('once for all directors', async () => {
    expect(await one(server('quorum 5'))).toContain('line 1 of the raw block');
  });
});

it('omits findings that follow from a misspelt key', async () => {
  const { diagnostics } = await linted(
    minimalWith(
      'client: local',
      'global_defs: {enable_script_security: true, script_user: root}',
      'vrrp_scripts: {chk: {script: /bin/true}}',
      'vrrp_instance: {track_script: chk}',
    ),
  );
  expect(diagnostics.map(({ path }) => path)).toEqual(['vrrp_scripts']);
});

it('reports a quorum above the weights at its key', async () => {
  const { diagnostics } = await linted(minimalWith('client: local', 'virtual_servers: [{port: 80, quorum: 5}]'));
  expect(diagnostics.map(({ path }) => path)).toEqual(['virtual_servers[0].quorum']);
});

describe('of many services that are alike', () => {
  const many = (at: number, own: string, servers: readonly string[] = ['', '', '']) =>
    [
      'vip: 192.168.168.12',
      'directors: [192.168.168.7, 192.168.168.8]',
      'real_servers:',
      ...servers.map((more, index) => `  - {address: 192.168.168.${20 + index}${more}}`),
      'virtual_servers:',
      ...Array.from({ length: 400 }, (_, index) => `  - {port: ${1000 + index}${index === at ? own : ''}}`),
    ].join('\n');

  it.each([
    [
      ', raw: "no_such_keyword 1"',
      "raw: unknown keyword 'no_such_keyword' in virtual_server: line 1 of the raw block.",
    ],
    [
      ', quorum: 9',
      'quorum: virtual_server 192.168.168.12 1299 gets a quorum of 3, the total weight 3 of its real servers.',
    ],
  ])('a mistake in the 300th is found at its place: %s', async (own, what) => {
    expect(lines(await linted(many(299, own)))).toEqual([`error 307 virtual_servers[299].${what}`]);
  });

  it('the mistakes of each real server are found at their places', async () => {
    const wrong = ', raw: "no_such_keyword 1"';
    const found = lines(await linted(many(-1, '', ['', wrong, wrong])));
    expect(found.map((line) => line.split(':')[0])).toEqual([
      'error 5 real_servers[1].raw',
      'error 6 real_servers[2].raw',
    ]);
  });

  it('a file that the agent cannot read is reported where it may have to', async () => {
    const servers = Array.from({ length: 60 }, () => '');
    const what = expect.stringMatching(/the keepalived\.conf of dr1 has 1\d{5} lines; the limit is 100000/i);
    expect(lines(await linted(many(-1, '', servers)))).toEqual([what]);
    expect(lines(await linted(`engine: keepalived\n${many(-1, '', servers)}`))).toEqual([]);
  });
});

describe('lines that count for one director', () => {
  it('are read for that director alone', async () => {
    expect(await summaryOf(raw('@dr1 garp_master_delay 5', '@^dr1 garp_master_delay 6'))).toEqual([]);
  });

  it.each(['@dr1 no_such_keyword 1', '@^dr1 no_such_keyword 1'])('are judged: %s', async (line) => {
    expect(await one(raw('garp_master_delay 5', line))).toMatch(/^error 5 vrrp_instance\.raw: unknown keyword.*line 2/);
  });

  it('of no director are doubted', async () => {
    expect(await one(raw('@lb1 garp_master_delay 5'))).toMatch(
      /^warning 5 vrrp_instance\.raw: `@lb1` names no director/,
    );
  });
});

describe('directors that would not hear each other', () => {
  const unicast = (...block: readonly string[]) => summaryOf(raw(...block));

  it.each([
    ['one source for both', ['unicast_src_ip 192.168.168.100'], /dr1 and dr2 have the same unicast_src_ip/],
    ['the other is not among the peers', [], /unicast_peer of dr1 lacks dr2, 192\.168\.168\.107/],
  ])('%s', async (_, more, what) => {
    expect(await unicast(...more, 'unicast_peer {', '192.168.168.100', '}')).toContainEqual(
      expect.stringMatching(what),
    );
  });

  it('are good with all directors among the peers', async () => {
    expect(await unicast('unicast_peer {', '192.168.168.100', '192.168.168.107', '}')).toEqual([]);
  });

  it('are good with a source and a peer each', async () => {
    const lines = ['@dr1 unicast_src_ip 192.168.168.100', '@dr2 unicast_src_ip 192.168.168.107'];
    const peers = ['unicast_peer {', '@dr1 192.168.168.107', '@dr2 192.168.168.100', '}'];
    expect(await unicast(...lines, ...peers)).toEqual([]);
  });

  it.each([
    ['virtual_router_id', '@dr1 virtual_router_id 52'],
    ['version', '@dr1 version 3'],
  ])('have different values of %s', async (keyword, line) => {
    expect(await unicast(line)).toContainEqual(expect.stringContaining(`different values of ${keyword}`));
  });
});

describe('lines that contradict the keys of the inventory', () => {
  const real = 'real_server 192.168.168.110 80 {\n}';

  it('add a real server', async () => {
    expect(await summaryOf(server(real))).toContainEqual(
      expect.stringMatching(
        /^error 4 virtual_servers\[0\]\.raw: .*110:80 weight 1 in the keepalived.conf of dr1, and none/,
      ),
    );
  });

  it('set another scheduler, or another weight', async () => {
    expect(await summaryOf(server('lb_algo wlc'))).toContainEqual(
      expect.stringMatching(/has scheduler wlc in the keepalived.conf of dr1, and rr in the inventory/),
    );
    const weighted = minimalWith().replace('192.168.168.102', '{address: 192.168.168.102, raw: weight 7}');
    expect(lines(await linted(weighted))).toContainEqual(
      expect.stringMatching(/^error 3 real_servers\[0\]\.raw: .*weight 7 in the keepalived.conf of dr1, and weight 1/),
    );
  });

  it('are not those that add a virtual server or a sorry server, or change what has no key', async () => {
    const block = `virtual_server 10.0.0.1 80 {\nlb_algo rr\nlb_kind DR\nprotocol TCP\n${real}\n}`;
    const more = server(
      'sorry_server 192.168.168.200 80',
      'persistence_granularity 255.255.255.0',
      'persistence_timeout 50',
    );
    expect(
      await summaryOf(
        `raw: ${JSON.stringify(block)}`,
        more.replace('port: 80', 'port: 80, lb_algo: sh, persistence_timeout: 50'),
      ),
    ).toEqual([]);
  });
});

describe('the inventories that come with lvsctl', () => {
  const root = fileURLToPath(new URL('../../../', import.meta.url));
  const files = ['inventories', 'test/fixtures/inventories'].flatMap((folder) =>
    readdirSync(`${root}${folder}`)
      .filter((name) => name.endsWith('.yml'))
      .map((name) => `${folder}/${name}`),
  );

  it.each(files)('%s renders to what both engines understand', async (name) => {
    const files = { '/home/ops/a.yml': readFileSync(`${root}${name}`, 'utf8') };
    const { diagnostics } = await readInventory(['a.yml'], world({ files }), [keepalivedConf]);
    expect(diagnostics.filter(({ severity, path }) => severity === 'error' || path.includes('raw'))).toEqual([]);
  });
});

describe('what keepalived accepts and what does not do what was meant', () => {
  const secure = 'global_defs: {enable_script_security: true, script_user: root}';

  it.each([
    [
      'a weight that never moves the VIP',
      [secure, 'vrrp_script: {probe: {script: /bin/true, weight: -1}}', 'vrrp_instance: {track_script: [probe]}'],
      /^warning \d+ vrrp_instance\.track_script: When probe fails on dr1, it has priority 253 and dr2 has 253 too/,
    ],
    [
      'a check of the VIP',
      ['virtual_servers: [{port: 80, http_get: {connect_ip: 192.168.168.12, url: {path: /}}}]'],
      /^warning \d+ virtual_servers\[0\]\.http_get\.connect_ip: HTTP_GET connects to the VIP 192/,
    ],
    [
      'a sorry server of the pool',
      ['virtual_servers: [{port: 80, sorry_server: 192.168.168.103 80}]'],
      /^warning \d+ virtual_servers\[0\]\.sorry_server: The sorry server 192\.168\.168\.103 80 is one of the real servers/,
    ],
    [
      'a script where other users can replace it',
      [secure, 'vrrp_instance: {notify_master: /tmp/notify.sh}'],
      /^warning \d+ vrrp_instance\.notify_master: \/tmp\/notify\.sh is in a folder where other users/,
    ],
    [
      'scripts of a user that the directors may not have',
      ['global_defs: {enable_script_security: true}', 'vrrp_instance: {notify_master: /usr/bin/logger}'],
      /^warning \d+ global_defs\.enable_script_security: .*only where a user keepalived_script exists/,
    ],
  ])('%s', async (_, more, what) => {
    expect(await one(...more)).toMatch(what);
  });
});

describe('a script that keepalived runs and the inventory pushes', () => {
  const NOTIFY = '/etc/keepalived/notify.sh';
  const pushed = async (file: string, text = '#!/bin/sh\n') => {
    const inventory = minimalWith(
      'client: local',
      'global_defs: {enable_script_security: true, script_user: root}',
      `vrrp_instance: {notify_master: ${NOTIFY}}`,
      `files: {${NOTIFY}: ${file}, /etc/keepalived/data: notify.sh}`,
    );
    const files = { '/home/ops/a.yml': inventory, '/home/ops/notify.sh': text };
    return lines(await readInventory(['a.yml'], world({ files }), [keepalivedConf]));
  };

  it('must be executable', async () => {
    expect(await pushed('notify.sh')).toEqual([
      `error 7 files.${NOTIFY}: keepalived runs ${NOTIFY}, which is not executable. Add \`mode: "0755"\` to the file.`,
    ]);
    expect(await pushed('{from: notify.sh, mode: "0755"}')).toEqual([]);
  });

  it('should name its interpreter', async () => {
    expect(await pushed('{from: notify.sh, mode: "0755"}', 'logger master\n')).toEqual([
      expect.stringMatching(/^warning 7 files\..*: keepalived runs .*, which has no interpreter in its first line\./),
    ]);
  });
});

describe('what the inventory explains better', () => {
  it('is said once, where it was written', async () => {
    const found = await summaryOf('virtual_servers: [{port: 80, pool: [{name: rs1, port: 81}, rs2]}]');
    expect(found).toEqual([expect.stringMatching(/^error 4 virtual_servers\[0\]\.pool: rs1 listens on port 81/)]);
  });

  it('is that strict mode makes the VIP unreachable', async () => {
    expect(await summaryOf('global_defs: {vrrp_strict: true}')).toContainEqual(
      expect.stringMatching(
        /^warning 4 global_defs\.vrrp_strict: `vrrp_strict` makes the virtual addresses unreachable/,
      ),
    );
  });
});

describe('pinned versions', () => {
  it('of keepalived must have what the inventory asks for', async () => {
    expect(
      await summaryOf(
        'packages: { versions: { keepalived: "2.0.10-1" } }',
        'vrrp_instance: { unicast: yes, check_unicast_src: yes }',
      ),
    ).toEqual([
      'error 4 packages.versions.keepalived: keepalived 2.0.10 has no keyword "check_unicast_src" (since 2.1.0): vrrp_instance.check_unicast_src. Pin keepalived 2.1.0 or later, or remove the keyword.',
    ]);
    expect(await summaryOf('packages: { versions: { keepalived: "2.0.10-1" } }')).toEqual([]);
  });

  it('are of packages that lvsctl installs', async () => {
    expect(
      (await summaryOf('packages: { versions: { nginx: 1.2, ipvsadm: "1:1.31" } }')).map((line) => line.slice(0, 110)),
    ).toEqual([
      'warning 4 packages.versions.nginx: No host gets the package nginx from lvsctl, so its version is not used. Pac',
    ]);
  });
});
