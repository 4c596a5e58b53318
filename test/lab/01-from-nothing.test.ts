import { describe, expect, it } from 'vitest';
import { hostsOf } from '../../src/inventory/cluster.ts';
import { readInventory } from '../../src/inventory/read.ts';
import { processEnvironment } from '../../src/inventory/source.ts';
import { deploy } from '../../src/pipeline/deploy.ts';
import { openSession } from '../../src/pipeline/session.ts';
import { connector } from '../../src/cli/connect.ts';
import { ARTICLE, lvsctl, onHost, rebooting } from '../support/lab.ts';
import { useBareLab } from './use-lab.ts';

describe('five bare hosts', () => {
  useBareLab();

  it('are shown everything that would be done, and are left as they are', async () => {
    const { exitCode, stdout } = await lvsctl(['plan', ...ARTICLE]);
    expect(exitCode).toBe(2);
    expect(stdout).toContain('+ packages packages');
    expect(stdout).toContain('+ file /etc/keepalived/keepalived.conf');
    expect(await onHost('dr1', 'command -v keepalived || echo none')).toBe('none');
    expect(await onHost('rs1', 'cat /proc/sys/net/ipv4/conf/all/arp_ignore')).toBe('0');
  });

  it('become a cluster that is proven from the client', async () => {
    const { exitCode, output } = await lvsctl(['deploy', ...ARTICLE, '--yes']);
    expect(output).toContain('checks passed');
    expect(exitCode).toBe(0);
  });

  it('say "No changes." to a second deploy, which opens one connection and runs one command per host', async () => {
    const again = await lvsctl(['deploy', ...ARTICLE, '--yes']);
    expect(again.stdout).toContain('No changes.');
    expect(again.exitCode).toBe(0);

    const { cluster } = await readInventory(
      ARTICLE.filter((word) => word !== '-i'),
      processEnvironment(),
    );
    if (cluster === undefined) throw new Error('the inventory has mistakes');
    const connect = connector();
    const connections: string[] = [];
    const commands: string[] = [];
    const session = await openSession(cluster, {
      connectTo: (host) => async (signal) => {
        connections.push(host.name);
        const transport = await connect(host)(signal);
        return {
          host: transport.host,
          close: () => transport.close(),
          run: (command, options) => {
            commands.push(host.name);
            return transport.run(command, options);
          },
        };
      },
      forks: 50,
      report: () => undefined,
      signal: new AbortController().signal,
    });
    const result = await deploy(session, {
      owner: 'a test',
      generation: 'test',
      confirm: async () => true,
      prove: async () => undefined,
      report: () => undefined,
      signal: new AbortController().signal,
    });
    session.close();
    const everyHostOnce = hostsOf(cluster)
      .map(({ host }) => host.name)
      .toSorted();
    expect(result.status).toBe('unchanged');
    expect(connections.toSorted()).toEqual(everyHostOnce);
    expect(commands.toSorted()).toEqual(everyHostOnce);
  });

  it('serve both pages in turn', async () => {
    const pages = await onHost('c1', 'for i in 1 2 3 4; do curl -s http://192.168.168.12/; done');
    expect(pages.match(/<h1>rs1<\/h1>/g)).toHaveLength(2);
    expect(pages.match(/<h1>rs2<\/h1>/g)).toHaveLength(2);
  });

  it('never show the password', async () => {
    await onHost('dr2', "sed -i 's/auth_pass .*/auth_pass former77/' /etc/keepalived/keepalived.conf");
    const reports = await Promise.all([
      lvsctl(['plan', ...ARTICLE, '--diff']),
      lvsctl(['plan', ...ARTICLE, '--json']),
      lvsctl(['render', ...ARTICLE]),
      lvsctl(['inventory', ...ARTICLE]),
    ]);
    const after = await lvsctl(['deploy', ...ARTICLE, '--yes', '--verbose', '--diff']);
    for (const { output } of [...reports, after]) {
      expect(output).not.toMatch(/\b1111\b/);
      expect(output).not.toContain('former77');
    }
    expect(after.exitCode).toBe(0);
    expect(await onHost('dr2', 'stat -c %a /etc/keepalived/keepalived.conf')).toBe('600');
  });

  it('verify while a real server and the master boot, without a deploy', async () => {
    await Promise.all([rebooting('rs1'), rebooting('dr1')]);
    const { exitCode, output } = await lvsctl(['verify', ...ARTICLE, '--wait', '60']);
    expect(output).toContain('checks passed');
    expect(exitCode).toBe(0);
    expect((await lvsctl(['plan', ...ARTICLE])).stdout).toContain('No changes.');
  });
});
