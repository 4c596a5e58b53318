import { beforeAll, describe, expect, it } from 'vitest';
import { Failure } from '../../../src/failure.ts';
import type { Cluster } from '../../../src/inventory/cluster.ts';
import { verify } from '../../../src/pipeline/verify.ts';
import { answeringClient, ARP, PAGES } from '../../support/answering-client.ts';
import type { ExpectedRun } from '../../support/fake-host.ts';
import { recordedCluster, replace, connectFakeCluster } from '../../support/recorded.ts';

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
