import { describe, expect, it } from 'vitest';
import type { SshAccess } from '../../../src/remote/access.ts';
import { originRows } from '../../../src/inventory/origins.ts';
import { readInventory } from '../../../src/inventory/read.ts';
import { minimalWith, world } from './reading.ts';

/** Reads an inventory beside a ~/.ssh/config, or another file. */
async function read(config: string, lines: readonly string[], file = '/home/me/.ssh/config') {
  const environment = world({ files: { '/home/ops/a.yml': minimalWith(...lines), [file]: config } });
  const stat = async (path: string) => ((await environment.exists(path)) ? { uid: 1, mode: 0o600 } : undefined);
  const files = { readFile: environment.readFile, stat, list: () => Promise.resolve([]), uid: 1 };
  const reading = await readInventory(['a.yml'], { ...environment, ssh: { files, user: 'me', hostname: 'desk' } });
  const origins = new Map(originRows(reading.origins).map(({ path, value, origin }) => [path, `${value} (${origin})`]));
  const access = (index: number): SshAccess | undefined =>
    reading.understood?.directors[index]?.access as SshAccess | undefined;
  return { ...reading, access, rows: origins };
}

describe('access', () => {
  it('follows ~/.ssh/config, with the line of each value, and the inventory overrides it', async () => {
    const { access, rows } = await read(
      [
        'Host 192.168.168.100',
        '  Port 2222',
        '  IdentityFile ~/.ssh/cluster',
        '  UserKnownHostsFile ~/.ssh/cluster_hosts',
        'Host 192.168.168.*',
        '  User ops',
        '  StrictHostKeyChecking accept-new',
      ].join('\n'),
      ['ssh: {host_key_checking: strict}'],
    );
    expect(access(0)).toMatchObject({
      host: '192.168.168.100',
      port: 2222,
      user: 'ops',
      identityFiles: ['/home/me/.ssh/cluster'],
      knownHosts: ['/home/me/.ssh/cluster_hosts', '/etc/ssh/ssh_known_hosts'],
      hostKeyChecking: 'strict',
    });
    expect(access(1)).toMatchObject({ port: 22, user: 'ops' });
    expect([
      rows.get('directors[0].ssh.port'),
      rows.get('directors[1].ssh.port'),
      rows.get('directors[1].ssh.user'),
      rows.get('directors[0].ssh.host_key_checking'),
    ]).toEqual([
      '2222 (/home/me/.ssh/config:2)',
      '22 (default: the port of SSH)',
      'ops (/home/me/.ssh/config:6)',
      'strict (a.yml:4)',
    ]);
  });

  it('looks up a destination of its own, such as the name of the host', async () => {
    const { access } = await read('Host dr1\n  HostName 10.0.0.1\n', ['ssh: {destination: "%n"}']);
    expect([access(0)?.host, access(0)?.destination, access(1)?.host]).toEqual(['10.0.0.1', 'dr1', 'dr2']);
  });

  it('goes through jump hosts, each with a configuration of its own', async () => {
    const { access, rows } = await read(
      [
        'Host 192.168.168.*',
        '  ProxyJump outer,ops@inner:2200',
        'Host inner',
        '  HostName 10.0.0.9',
        '  ProxyJump ignored',
        'Host outer',
        '  User door',
        '  ProxyJump first',
      ].join('\n'),
      [],
    );
    const inner = access(0)?.jump;
    expect(inner).toMatchObject({ host: '10.0.0.9', port: 2200, user: 'ops' });
    expect(inner?.jump).toMatchObject({ host: 'outer', port: 22, user: 'door' });
    expect(inner?.jump?.jump).toMatchObject({ host: 'first', user: 'me' });
    expect(inner?.jump?.jump?.jump).toBeUndefined();
    expect(rows.get('directors[0].ssh.proxy_jump')).toBe('outer, ops@inner:2200 (/home/me/.ssh/config:2)');
  });

  it('goes through the jump hosts or the proxy command of the inventory instead', async () => {
    const config = 'Host 192.168.168.*\n  ProxyJump bastion\n';
    const jump = await read(config, ['ssh: {proxy_jump: me@other}']);
    expect([jump.access(0)?.jump?.host, jump.access(0)?.proxyCommand]).toEqual(['other', undefined]);
    const command = await read(config, ['ssh: {proxy_command: nc %h %p}']);
    expect([command.access(0)?.jump, command.access(0)?.proxyCommand]).toEqual([undefined, 'nc %h %p']);
  });

  it('never goes in a circle of jump hosts', async () => {
    const { cluster, diagnostics } = await read('Host *\n  ProxyJump bastion\n', []);
    expect([cluster, diagnostics.map(({ file, line, what }) => `${file}:${line} ${what}`)]).toEqual([
      undefined,
      ['/home/me/.ssh/config:2 ProxyJump leads in a circle: bastion:22, bastion:22, 192.168.168.100:22.'],
    ]);
  });

  it('reads another file, or none', async () => {
    const other = await read('User ops\n', ['ssh: {config: ssh_config}'], '/home/ops/ssh_config');
    expect(other.access(0)?.user).toBe('ops');
    const none = await read('Port nonsense\n', ['ssh: {config: false}']);
    expect([none.diagnostics, none.access(0)?.user]).toEqual([[], 'root']);
    const missing = await read('', ['ssh: {config: gone}']);
    expect(missing.diagnostics.map(({ file, what }) => [file, what])).toEqual([
      ['/home/ops/gone', 'The file does not exist.'],
    ]);
  });

  it('says that StrictHostKeyChecking no is not honoured', async () => {
    const { access } = await read('StrictHostKeyChecking no\n', []);
    expect([access(0)?.hostKeyChecking, access(0)?.uncheckedAt]).toEqual(['strict', '/home/me/.ssh/config:1']);
  });
});
