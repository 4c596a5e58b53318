import { beforeAll, describe, expect, it } from 'vitest';
import { hostsOf } from '../../src/inventory/cluster.ts';
import { readInventory } from '../../src/inventory/read.ts';
import { processEnvironment } from '../../src/inventory/source.ts';
import { deploy } from '../../src/pipeline/deploy.ts';
import { openSession } from '../../src/pipeline/session.ts';
import { connector } from '../../src/cli/connect.ts';
import { ARTICLE, lvsctl, onHost, rebooting } from '../support/lab.ts';
import { useBareLab } from './use-lab.ts';

const HOSTS = ['dr1', 'dr2', 'rs1', 'rs2', 'c1'] as const;

/** What lvsctl may change on a host: files with mode, owner and digest, kernel parameters, addresses, units, programs. */
const SNAPSHOT = `find /usr/local /etc/sysctl.d /etc/modules-load.d /etc/systemd/system /etc/keepalived/keepalived.conf /var/lib/lvs* '(' -type f -o -type l ')' -exec stat -c '%n %F %a %U' '{}' + -exec sha256sum '{}' + 2>/dev/null | sort
grep -s . /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf/*/arp_*
ip -o addr show | awk '{ print $2, $4 }'
systemctl is-active keepalived nginx lvs-dr || :
command -v keepalived ipvsadm || :`;

async function snapshot(): Promise<Readonly<Record<string, string>>> {
  return Object.fromEntries(
    await Promise.all(HOSTS.map(async (host) => [host, await onHost(host, SNAPSHOT)] as const)),
  );
}

/** A file of the user's own, where lvsctl then writes. */
const FORMER = 'global_defs { router_id former }';
const FORMER_FILE = '/etc/keepalived/keepalived.conf';

describe('five bare hosts', () => {
  useBareLab();

  let before: Awaited<ReturnType<typeof snapshot>>;
  beforeAll(async () => {
    await onHost(
      'dr2',
      `mkdir -p /etc/keepalived; rm -f ${FORMER_FILE}; (umask 037; echo '${FORMER}' > ${FORMER_FILE})`,
    );
    before = await snapshot();
  }, 60_000);

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

  it('are again what they were after a reset, but for what was changed by hand', async () => {
    await onHost('rs2', 'echo mine >> /var/www/html/index.html');
    expect((await lvsctl(['reset', ...ARTICLE, '--check'])).exitCode).toBe(2);
    const reset = await lvsctl(['reset', ...ARTICLE, '--yes']);
    expect(reset.stdout).toContain('Observed again: the hosts are as before lvsctl.');
    expect(reset.stdout).toContain(
      'rs2: former-file /var/www/html/index.html is left as it is: it was changed since, not by lvsctl',
    );
    expect(reset.exitCode).toBe(0);
    expect(await snapshot()).toEqual(before);
    expect(await onHost('dr2', `stat -c %a ${FORMER_FILE}; cat ${FORMER_FILE}`)).toBe(`640\n${FORMER}`);
    expect(await onHost('rs1', 'ls /var/www/html/index.html || :')).toBe('');
    expect(await onHost('rs2', 'tail -n 1 /var/www/html/index.html; rm /var/www/html/index.html')).toBe('mine');
  });

  it('become a cluster again after that', async () => {
    const again = await lvsctl(['reset', ...ARTICLE, '--yes']);
    expect(again.stdout).toContain('dr1: has no record of a state before lvsctl.');
    expect(again.stdout).toContain('No changes.');
    const { exitCode, output } = await lvsctl(['deploy', ...ARTICLE, '--yes']);
    expect(output).toContain('checks passed');
    expect(exitCode).toBe(0);
  });
});
