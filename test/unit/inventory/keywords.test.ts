import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cluster } from '../../../src/inventory/cluster.ts';
import { KEYWORDS } from '../../../src/inventory/keywords.ts';
import { originRows } from '../../../src/inventory/origins.ts';
import { secretsOf } from '../../../src/inventory/secrets.ts';
import { renderKeepalived } from '../../../src/render/keepalived.ts';
import { textOf } from '../../../src/keepalived/write.ts';
import { findings, minimalWith, read } from './reading.ts';

async function clusterWith(...more: readonly string[]): Promise<Cluster> {
  const { cluster, diagnostics } = await read(minimalWith('client: local', ...more));
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  if (cluster === undefined) throw new Error('the inventory is refused');
  return cluster;
}

/** The file of the first director, without indentation. */
async function rendered(...more: readonly string[]): Promise<string> {
  const cluster = await clusterWith(...more);
  const [director] = cluster.directors;
  if (director === undefined) throw new Error('no director');
  return renderKeepalived(cluster, director, () => 'eth0').replaceAll(/^ +/gm, '');
}

describe("keepalived's keywords in an inventory", () => {
  it('are written at their places', async () => {
    const text = await rendered(
      'global_defs: {enable_script_security: true, script_user: root}',
      'vrrp_script: {chk: {script: /usr/bin/pgrep nginx, interval: 2}}',
      'vrrp_instance: {track_script: chk, garp_master_delay: 5}',
      'virtual_servers: [{port: 80, quorum: 2, raw: "omega\\n"}]',
    );
    expect(text).toContain('router_id dr1\nscript_user root\nenable_script_security\n}');
    expect(text).toContain('\nvrrp_script chk {\nscript "/usr/bin/pgrep nginx"\ninterval 2\n}\n');
    expect(text).toContain('track_script {\nchk\n}\ngarp_master_delay 5\n}\n\nvirtual_server');
    expect(text).toContain('protocol TCP\nquorum 2\nomega\n');
  });

  it('of one director stand over those of all', async () => {
    const text = minimalWith(
      'client: local',
      'vrrp_instance: {garp_master_delay: 5, raw: "dont_track_primary\\n"}',
    ).replace(
      '[192.168.168.100, 192.168.168.107]',
      '[{address: 192.168.168.100, vrrp_instance: {garp_master_delay: 1, unicast_peer: 192.168.168.107}}, {address: 192.168.168.107, vrrp_instance: {unicast_peer: 192.168.168.100}}]',
    );
    const { cluster, diagnostics } = await read(text);
    expect(diagnostics).toEqual([]);
    const ends = (cluster?.directors ?? []).map((director) =>
      cluster === undefined ? '' : renderKeepalived(cluster, director, () => 'eth0').replaceAll(/^ +/gm, ''),
    );
    expect(ends[0]).toContain('}\nunicast_peer {\n192.168.168.107\n}\ngarp_master_delay 1\ndont_track_primary\n}\n');
    expect(ends[1]).toContain('}\ngarp_master_delay 5\nunicast_peer {\n192.168.168.100\n}\ndont_track_primary\n}\n');
  });

  it('are refused all at once, each with its place', async () => {
    expect(
      await findings(
        minimalWith(
          'client: local',
          'vrrp_instance:',
          '  garp_master_delay: soon',
          '  virtual_router_id: 300',
          '  track_interface: [{eth0: 1}]',
          'virtual_servers:',
          '  - port: 80',
          '    http_get:',
          '      url: [{path: /}, {path: /a, statuscode: 200}]',
        ),
      ),
    ).toEqual([
      "error 6 vrrp_instance.garp_master_delay: `garp_master_delay` takes whole seconds from 0 to 4294, not 'soon'.",
      'error 7 vrrp_instance.virtual_router_id: `virtual_router_id` must be a whole number from 1 to 255, not `300`. Every cluster on a segment needs its own.',
      'error 8 vrrp_instance.track_interface[0]: `track_interface[0]` must be a list of lines.',
      'error 12 virtual_servers[0].http_get.url[1].statuscode: `statuscode` is not a keyword of url. Did you mean `status_code`?',
    ]);
  });

  it('have their passwords hidden', async () => {
    const { cluster, origins } = await read(minimalWith('client: local', 'ssl: {password: hunter22, ca: /etc/ca.pem}'));
    if (cluster === undefined) throw new Error('the inventory is refused');
    expect(secretsOf(cluster)).toContain('hunter22');
    const rows = originRows(origins).map(({ path, value }) => `${path} ${value}`);
    expect(rows.join('\n')).not.toContain('hunter22');
    expect(rows.find((row) => row.startsWith('ssl'))).toContain('ca /etc/ca.pem');
  });
});

describe('checks', () => {
  const pool = async (inventory: string) => {
    const { cluster, diagnostics } = await read(inventory);
    expect(diagnostics).toEqual([]);
    return (cluster?.virtualServers[0]?.pool ?? []).map(({ timing, conf }) => ({ timing, conf: textOf(conf) }));
  };
  const confs = async (inventory: string) =>
    (await pool(inventory)).map(({ conf }) => conf.replaceAll('\n', ' ').trim());
  const tcp = (timeout: number, retry: number, more = '') =>
    `TCP_CHECK {   connect_timeout ${timeout}   retry ${retry}   delay_before_retry 3${more} }`;

  it('of a virtual server replace the TCP_CHECK of its real servers', async () => {
    const conf = 'HTTP_GET {\n  url {\n    path /\n  }\n  retry 2\n  delay_before_retry 1\n}\n';
    const member = { timing: { retry: 2, delay_before_retry: 1 }, conf };
    const check = '{url: {path: /}, retry: 2, delay_before_retry: 1}';
    const inventory = minimalWith('client: local', `virtual_servers: [{port: 80, http_get: ${check}}]`);
    expect(await pool(inventory)).toEqual([member, member]);
  });

  it('has the other keywords of a TCP_CHECK in tcp_check, those of the real server over those of the virtual server', async () => {
    const more = 'virtual_servers: [{port: 80, tcp_check: {connect_port: 81, warmup: 0}}]';
    const inventory = minimalWith('client: local', more).replace(
      '192.168.168.102,',
      '{address: 192.168.168.102, tcp_check: {connect_port: 82, nb_get_retry: 1}},',
    );
    expect(await confs(inventory)).toEqual([
      tcp(3, 1, '   warmup 0   connect_port 82'),
      tcp(3, 3, '   warmup 0   connect_port 81'),
    ]);
  });

  it('of a virtual server are doubted where every real server has its own', async () => {
    const own = (text: string) =>
      text.replaceAll(/192\.168\.168\.10[23]/g, (address) => `{address: ${address}, tcp_check: {connect_timeout: 1}}`);
    const inventory = minimalWith('client: local', 'virtual_servers: [{port: 80, http_get: {url: {path: /}}}]');
    expect(await findings(inventory)).toEqual([]);
    expect(await findings(own(inventory))).toEqual([
      'warning 5 virtual_servers[0].http_get: `http_get` has no effect: every real server has a check of its own. Remove it, or remove the checks of `real_servers`.',
    ]);
  });

  it('of a real server are nearer than those of the virtual server', async () => {
    const inventory = minimalWith('client: local', 'virtual_servers: [{port: 80, ping_check: true}]').replace(
      '192.168.168.102,',
      '{address: 192.168.168.102, misc_check: {misc_path: /usr/local/bin/check}}, {address: 192.168.168.104, tcp_check: {connect_timeout: 1}},',
    );
    expect(await confs(inventory)).toEqual([
      'MISC_CHECK {   misc_path /usr/local/bin/check }',
      tcp(1, 3),
      'PING_CHECK { }',
    ]);
  });
});

it('whatever stands behind a keyword, lint neither throws nor writes what it refused', async () => {
  const anyValue = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      fc.constantFrom('true', 'off', '1', '0', '-5', '2.5', '', 'a b', 'x', '192.0.2.1', '"', '{', '#', '$X', 'é'),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('path', 'url', 'name', 'weight', 'x y', '{'), tie('value'), { maxKeys: 3 }),
    ),
  })).value;
  const places = Object.entries(KEYWORDS).flatMap(([place, table]) =>
    Object.keys(table).map((key) => [place, key] as const),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...places), anyValue, async ([place, key], value) => {
      const pair = `${JSON.stringify(key)}: ${JSON.stringify(value)}`;
      const text =
        place === 'top'
          ? minimalWith('client: local', pair)
          : place === 'virtual_servers'
            ? minimalWith('client: local', `virtual_servers: [{${pair}}]`)
            : place === 'real_servers'
              ? minimalWith('client: local').replace('192.168.168.102', `{address: 192.168.168.102, ${pair}}`)
              : minimalWith('client: local', `${place}: {${pair}}`);
      const { cluster, diagnostics } = await read(text);
      const [director] = cluster?.directors ?? [];
      if (cluster === undefined || director === undefined) {
        expect(diagnostics.some(({ severity }) => severity === 'error')).toBe(true);
        return;
      }
      // Braces stay in pairs whatever the words are.
      const lines = renderKeepalived(cluster, director, () => 'eth0')
        .split('\n')
        .map((line) => line.replaceAll(/"[^"]*"/g, ''));
      const braces = (sign: string): number => lines.join('').split(sign).length;
      expect(braces('{')).toBe(braces('}'));
    }),
    { numRuns: 300 },
  );
});
