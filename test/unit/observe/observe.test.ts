import { beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, hostsOf } from '../../../src/inventory/cluster.ts';
import { platformsOf } from '../../../src/platforms/platforms.ts';
import { observeHost, observeScript } from '../../../src/observe/observe.ts';
import { faultsWatchlist, statusWatchlist, watchlist } from '../../../src/observe/watchlist.ts';
import { renderKeepalived } from '../../../src/render/keepalived.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { printed, recorded, recordedCluster } from '../../support/recorded.ts';
import { SHELLS, runIn } from '../../support/shells.ts';
import { NONCE } from '../../support/nonce.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await recordedCluster();
});

const signal = new AbortController().signal;

describe('observing a host', () => {
  it('runs one script once, which reads all managed resources', async () => {
    const [dr1] = cluster.directors;
    if (dr1 === undefined) throw new Error('no director');
    const watch = watchlist(cluster, {
      role: 'director',
      host: dr1,
      director: dr1,
      realServer: undefined,
      client: undefined,
    });
    const host = fakeHost('dr1', [
      {
        script: observeScript(watch, NONCE),
        gives: { stdout: printed(recorded(cluster, dr1, 'deployed')) },
      },
    ]);
    const seen = await observeHost(host, watch, signal);
    expect(seen.host).toBe('dr1');
    expect(seen.facts).toMatchObject({
      vrrpState: 'MASTER',
      vrrpStates: new Map([['VI_1', 'MASTER']]),
      machine: 'x86_64',
      keepalivedFrom: 'installed',
      keepalivedVersion: '2.2.7',
    });
    expect(Object.entries(seen.have).map(([kind, have]) => [kind, have.size])).toEqual([
      ['bundle', 0],
      ['packages', 1],
      ['built', 0],
      ['module', 1],
      ['program', 0],
      ['file', 3],
      ['sysctl', 2],
      ['boolean', 0],
      ['service', 1],
      ['script', 0],
      ['firewall', 0],
      ['obsolete', 0],
      ['address', 5],
      ['ipvs', 1],
      ['former-file', 0],
      ['former-service', 0],
      ['absent-packages', 0],
      ['own-folder', 0],
    ]);
  });

  it('asks only the platforms that the inventory names', () => {
    const [dr1] = cluster.directors;
    if (dr1 === undefined) throw new Error('no director');
    const member = { role: 'director', host: dr1, director: dr1, realServer: undefined, client: undefined } as const;
    const platforms = platformsOf({ packages: 'zypper', init: 'openrc' });
    const { script } = observeScript(watchlist(cluster, member), NONCE, platforms);
    expect(script).toContain("if :; then echo 'platform zypper'");
    expect(script).toContain(': && echo openrc\n');
    expect(script).toContain('rc-service');
    expect(script).not.toMatch(/systemctl|journalctl|dpkg|pacman|inittab/);
  });

  it('fails with the error output when the script does not finish, without a partial observation', async () => {
    const [dr1] = cluster.directors;
    if (dr1 === undefined) throw new Error('no director');
    const whole = printed(recorded(cluster, dr1, 'deployed'));
    for (const stdout of ['', whole.slice(0, whole.length / 2), whole.replace(/@lvsctl:section end\n+$/, '')]) {
      const host = fakeHost('dr1', [
        {
          script: observeScript(statusWatchlist({ instances: [] }), NONCE),
          gives: { exitCode: 127, stdout, stderr: 'sh: not found' },
        },
      ]);
      await expect(observeHost(host, statusWatchlist({ instances: [] }), signal)).rejects.toMatchObject({
        code: 'command',
        message: 'dr1: could not be observed',
        detail: { host: 'dr1', exitCode: 127, stderr: 'sh: not found' },
      });
    }
  });

  it.each(SHELLS)('comes to its end on this machine in $name, whatever is missing here', (shell) => {
    const all = [
      ...hostsOf(cluster).map((member) => watchlist(cluster, member)),
      statusWatchlist({ instances: [] }),
      faultsWatchlist({ port: 80, addresses: ['192.168.168.102'] }),
    ];
    for (const watch of all) {
      const { stdout, stderr } = runIn(shell, observeScript(watch, NONCE));
      expect([stdout.trimEnd().endsWith(`@lvsctl:section end ${NONCE}`), stderr]).toEqual([true, '']);
    }
  });

  it('reads a keepalived.conf twice as large as the wanted one, however large the cluster', () => {
    const [dr1] = cluster.directors;
    const [server] = cluster.virtualServers;
    const [member] = server?.pool ?? [];
    if (dr1 === undefined || server === undefined || member === undefined) throw new Error('no cluster');
    const pool = Array.from({ length: 4000 }, () => ({
      ...member,
      conf: [{ raw: Array.from({ length: 100 }, () => 'a') }],
    }));
    const large = { ...cluster, virtualServers: [{ ...server, pool }] };
    const [first] = watchlist(large, {
      role: 'director',
      host: dr1,
      director: dr1,
      realServer: undefined,
      client: undefined,
    }).watched.file;
    expect(first?.readAtMost).toBeGreaterThan(2 * renderKeepalived(large, dr1, () => 'eth0').length);
  });
});
