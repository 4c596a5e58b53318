import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { Failure } from '../../../src/failure.ts';
import type { Cluster } from '../../../src/inventory/cluster.ts';
import type { Report } from '../../../src/pipeline/event.ts';
import { openSession } from '../../../src/pipeline/session.ts';
import { verify } from '../../../src/pipeline/verify.ts';
import { answeringClient, ARP, PAGES } from '../../support/answering-client.ts';
import type { ExpectedRun } from '../../support/fake-host.ts';
import {
  add,
  AGENT,
  all,
  connectFakeCluster,
  connectTo,
  fakeHosts,
  recordedCluster,
  replace,
} from '../../support/recorded.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await recordedCluster();
});

const options = { waitSeconds: 0, report: () => undefined, signal: new AbortController().signal };

describe('verify', () => {
  it('passes for a healthy cluster, and observes each host once', async () => {
    const { session } = await connectFakeCluster(cluster, 'deployed', {}, { observed: 1, more: answeringClient });
    const results = await verify(session, options);
    expect(results.filter(({ status }) => status !== 'passed')).toEqual([]);
  });

  it('observes again until it passes, within the time to wait', async () => {
    let looks = 0;
    const rs1 = (sections: Map<string, string>): void => {
      if ((looks += 1) === 1) replace('sysctl', 'all/arp_ignore:1', 'all/arp_ignore:0')(sections);
    };
    const { session } = await connectFakeCluster(cluster, 'deployed', { rs1 }, { observed: 2, more: answeringClient });
    const results = await verify(session, { ...options, waitSeconds: 10 });
    expect(results.filter(({ status }) => status !== 'passed')).toEqual([]);
  });

  it('gives up requests that are not answered while the hosts are not ready for them', async () => {
    let [looks, asked] = [0, 0];
    const rs1 = (sections: Map<string, string>): void => {
      if ((looks += 1) === 1) replace('sysctl', 'all/arp_ignore:1', 'all/arp_ignore:0')(sections);
    };
    const gives: ExpectedRun['gives'] = async (_script, { signal }) => {
      if ((asked += 1) > 1) return PAGES.gives as { readonly stdout: string };
      if (!signal.aborted) await once(signal, 'abort');
      throw new Failure('interrupted', 'c1: the command was interrupted');
    };
    const more = (host: string) => (host === 'c1' ? [{ ...PAGES, gives }, ARP] : []);
    const { session } = await connectFakeCluster(cluster, 'deployed', { rs1 }, { observed: 2, more });
    const results = await verify(session, { ...options, waitSeconds: 60 });
    expect(results.filter(({ status }) => status !== 'passed')).toEqual([]);
    expect(asked).toBe(2);
  });

  it('waits for requests that take longer than an observation of the hosts', async () => {
    const gives: ExpectedRun['gives'] = async (_script, { signal }) => {
      await delay(100, undefined, { signal });
      return PAGES.gives as { readonly stdout: string };
    };
    const more = (host: string) => (host === 'c1' ? [{ ...PAGES, gives }, ARP] : []);
    const { session } = await connectFakeCluster(cluster, 'deployed', {}, { observed: 1, more });
    const results = await verify(session, { ...options, waitSeconds: 60 });
    expect(results.filter(({ status }) => status !== 'passed')).toEqual([]);
  });

  it('waits for a director that is about to take over, and reports it once', async () => {
    let looks = 0;
    const held =
      '2: eth0    inet 192.168.168.12/32 scope global eth0\\       valid_lft forever preferred_lft forever\n';
    const isFirst = () => (looks += 1) <= 4;
    const dr1 = (sections: Map<string, string>): void => {
      if (isFirst()) all(replace('address', held, ''), replace('vrrp', /.*\n/, ''))(sections);
    };
    const dr2 = (sections: Map<string, string>): void => {
      if (isFirst()) all(add('address', held), add('vrrp', '(VI_1) Entering MASTER STATE\n'))(sections);
    };
    const { session } = await connectFakeCluster(
      cluster,
      'deployed',
      { dr1, dr2 },
      { observed: 3, more: answeringClient },
    );
    const notes: unknown[] = [];
    const report: Report = (event) => event.type === 'note' && notes.push(`${event.host}: ${event.text}`);
    const results = await verify(session, { ...options, report, waitSeconds: 10 });
    expect(results.filter(({ status }) => status !== 'passed')).toEqual([]);
    expect(notes).toEqual(['dr1: about to take over VI_1 from dr2']);
  });

  it('reconnects to a host that boots: it refuses connections, and goes down with one that it accepted', async () => {
    const hosts = fakeHosts(cluster, 'deployed', {}, { more: answeringClient });
    const connect = connectTo(hosts);
    let attempts = 0;
    const refuse = () => Promise.reject(new Failure('unreachable', 'rs1 refused the connection'));
    const keepSilent = async (signal: AbortSignal): Promise<never> => {
      await once(signal, 'abort');
      throw new Failure('interrupted', 'rs1: the login was interrupted');
    };
    const session = await openSession(cluster, {
      connectTo: (host) => (signal) =>
        host.name === 'rs1' ? ([refuse, keepSilent][attempts++] ?? connect(host))(signal) : connect(host)(signal),
      forks: 50,
      report: () => undefined,
      signal: options.signal,
      agents: AGENT,
    });
    expect(session.unreachable.map(({ host }) => host)).toEqual(['rs1']);
    const results = await verify(session, { ...options, waitSeconds: 6 });
    expect(results.filter(({ status }) => status !== 'passed')).toEqual([]);
    expect([session.unreachable, attempts]).toEqual([[], 3]);
  });

  it('fails when the client does not answer', async () => {
    const late: ExpectedRun = { ...PAGES, gives: new Failure('timeout', 'c1: no answer') };
    const { session } = await connectFakeCluster(
      cluster,
      'deployed',
      {},
      { more: (host) => (host === 'c1' ? [late, ARP] : []) },
    );
    const results = await verify(session, options);
    const failed = results.filter(({ status }) => status === 'failed');
    expect(failed.map(({ check, actual }) => ({ check, actual }))).toEqual([
      { check: 'reachable', actual: 'c1: no answer' },
    ]);
  });
});
