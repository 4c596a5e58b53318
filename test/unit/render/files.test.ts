import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hostsOf } from '../../../src/inventory/cluster.ts';
import { INIT_SYSTEMS, unitFileIn } from '../../../src/platforms/init-systems.ts';
import { filesOf } from '../../../src/render/files.ts';
import { renderTemplate } from '../../../src/render/template.ts';
import { SHELLS, grammar } from '../../support/shells.ts';
import { minimalWith, read } from '../inventory/reading.ts';

const file = async (lines: readonly string[], name: string, path: string, seen: string | undefined = 'ens18') => {
  const { cluster } = await read(minimalWith(...lines));
  const hosts = [...(cluster?.directors ?? []), ...(cluster?.realServers ?? [])];
  const host = hosts.find((one) => one.name === name);
  if (cluster === undefined || host === undefined) throw new Error('no such host');
  return filesOf(cluster, host, { interfaceOf: () => seen }).find((one) => one.path === path);
};
const conf = '/etc/keepalived/keepalived.conf';

describe('the files of a host', () => {
  it('use the observed interface for auto, or the configured one', async () => {
    expect((await file([], 'dr1', conf))?.text).toContain('\n  interface ens18\n');
    expect((await file(['vrrp_instance: {interface: bond0}'], 'dr1', conf))?.text).toContain('\n  interface bond0\n');
  });

  it('keep auto before observation', async () => {
    const { cluster } = await read(minimalWith());
    const [director] = cluster?.directors ?? [];
    if (cluster === undefined || director === undefined) throw new Error('no director');
    const files = filesOf(cluster, director, { interfaceOf: () => undefined });
    expect(files.find(({ path }) => path === conf)?.text).toContain('\n  interface auto\n');
  });

  it('hold the password readable by root only, marked as a secret', async () => {
    const found = await file(['vrrp_instance: {authentication: {auth_pass: hidden}}'], 'dr2', conf);
    expect(found).toMatchObject({ mode: 0o600, secrets: ['hidden'] });
    expect(found?.text).toContain('auth_pass hidden\n');
  });

  it('start the VIP before the web server of the inventory', async () => {
    const unit = await file(['web: {service: varnish.service}'], 'rs1', '/etc/systemd/system/lvs-dr.service');
    expect(unit?.text).toMatch(/^Before=nginx\.service .* varnish\.service$/m);
  });

  it.each(INIT_SYSTEMS)('have scripts of $title that every shell can read', async (init) => {
    const { cluster } = await read(minimalWith('engine: agent', 'web: {service: varnish.service}'));
    if (cluster === undefined) throw new Error('no cluster');
    const files = hostsOf(cluster).flatMap(({ host }) => filesOf(cluster, host, { interfaceOf: () => 'eth0', init }));
    for (const unit of ['lvs-dr.service', 'lvs-agent.service']) {
      const { text = '', mode } = files.find(({ path }) => path === unitFileIn(init, unit)) ?? {};
      expect(text).toContain('Managed by lvsctl');
      expect(mode).toBe(text.startsWith('#!') ? 0o755 : 0o644);
      if (text.startsWith('#!')) for (const shell of SHELLS) expect(grammar(shell, text)).toBe('');
      if (unit === 'lvs-dr.service') expect(text).toContain('varnish');
    }
  });

  it('include a demo page on request', async () => {
    expect(await file([], 'rs1', '/var/www/html/index.html')).toBeUndefined();
    const page = await file(['web: {demo_page: yes, demo_path: /srv/www/index.html}'], 'rs2', '/srv/www/index.html');
    expect(page?.text).toContain('<h1>rs2</h1>');
  });

  it('load the module of each scheduler once', async () => {
    const modules = await file(
      ['virtual_servers: [{port: 80}, {port: 443, lb_algo: wlc}, {port: 8080}]'],
      'dr1',
      '/etc/modules-load.d/lvsctl.conf',
    );
    expect(modules?.text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([
      'ip_vs',
      'ip_vs_rr',
      'ip_vs_wlc',
    ]);
  });

  const unit = '/etc/systemd/system/lvs-agent.service';

  it('include the unit of the agent if the inventory requests it, but not for engine auto', async () => {
    expect((await file(['engine: agent'], 'dr1', unit))?.text).toContain('Conflicts=keepalived.service\n');
    expect(await file([], 'dr1', unit)).toBeUndefined();
    expect(await file(['engine: keepalived'], 'dr1', unit)).toBeUndefined();
  });

  const unitWith = async (...lines: readonly string[]): Promise<string> =>
    (await file(['engine: agent', ...lines], 'dr1', unit))?.text ?? '';

  it('confine the agent to its own needs', async () => {
    const text = await unitWith();
    expect(text).toContain('\nProtectSystem=strict\n');
    expect(text).toContain('\nMemoryMax=384M\n');
    expect(text).toMatch(/^CapabilityBoundingSet=CAP_NET_ADMIN (?!.*SETUID)/m);
  });

  it('allow every system call of the agent', async () => {
    const text = await unitWith();
    const allowed = new Set(
      [...text.matchAll(/^SystemCallFilter=([a-z0-9_ ]+)$/gm)].flatMap(([, calls = '']) => calls.split(' ')),
    );
    const table = readFileSync(new URL('../../../src/agent/shell/sys/syscall-numbers.ts', import.meta.url), 'utf8');
    const known = [...table.matchAll(/^ {2}([a-z0-9_]+): \[\d+, \d+\],$/gm)].map(([, name = '']) => name);
    expect(known.length).toBeGreaterThan(50);
    // Those of notify FIFOs, which count as scripts, and one that only tests make.
    const unneeded = ['fchownat', 'memfd_create', 'mknodat'];
    expect(known.filter((name) => !allowed.has(name))).toEqual(unneeded);
  });

  it.each([
    'notify_master /root/it.sh',
    'include /etc/keepalived/more.conf',
    '  include more/*.conf',
    '$WORD=noti\n${WORD}fy_master /root/it.sh',
    'vrrp_track_file it {\n file /x\n init_file 1 overwrite\n}',
  ])('leave scripts their privileges with %j in a raw block', async (raw) => {
    const text = await unitWith(`vrrp_instance: {raw: ${JSON.stringify(raw)}}`);
    expect(text).not.toMatch(/^(ProtectSystem|ProtectHome|PrivateTmp|NoNewPrivileges|RestrictNamespaces)=/m);
    expect(text).toContain('\nOOMPolicy=continue\n');
  });

  it('let the agent see tracked files in /tmp and /home', async () => {
    const text = await unitWith('raw: "vrrp_track_file it {\\n file /tmp/x\\n}"');
    expect(text).toContain('\nProtectHome=read-only\n');
    expect(text).toMatch(/^CapabilityBoundingSet=.* CAP_DAC_READ_SEARCH$/m);
    expect(text).not.toContain('PrivateTmp');
  });

  it('let the agent see the processes of others where it tracks one', async () => {
    expect(await unitWith()).toContain('\nProtectProc=invisible\n');
    expect(await unitWith('raw: "vrrp_track_process it {\\n process x\\n}"')).not.toContain('ProtectProc');
  });

  it('are none for a client', async () => {
    const { cluster } = await read(minimalWith('client: 192.168.168.200'));
    if (cluster?.client === undefined) throw new Error('no client');
    expect(filesOf(cluster, cluster.client, { interfaceOf: () => 'eth0' })).toEqual([]);
  });
});

describe('a template', () => {
  it('never renders a hole', () => {
    expect(() => renderTemplate('usr/local/sbin/lvs.dr.sh', { name: 'rs1', cluster: 'x' })).toThrow(/vips/);
  });

  it('preserves every character', () => {
    const view = { name: "it's <&>", address: '', cluster: '' };
    expect(renderTemplate('var/www/html/index.html', view)).toContain("<h1>it's <&></h1>");
  });
});
