import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/failure.ts';
import type { Cluster } from '../../../src/inventory/cluster.ts';
import { openSession } from '../../../src/pipeline/session.ts';
import type { Transport } from '../../../src/remote/transport.ts';
import { recordedCluster } from '../../support/recorded.ts';

/** A cluster whose rs1 can be reached from the given attempt on. */
async function opened(cluster: Cluster, from: number) {
  let attempts = 0;
  const closed: string[] = [];
  const session = await openSession(cluster, {
    connectTo:
      ({ name }) =>
      async () => {
        if (name === 'rs1' && ++attempts < from) throw new Failure('unreachable', `${name}: no route to host`);
        const transport: Transport = {
          host: name,
          run: () => Promise.reject(new Error('nothing is run here')),
          close: () => void closed.push(name),
        };
        return transport;
      },
    forks: 50,
    report: () => undefined,
    signal: new AbortController().signal,
  });
  return { session, closed };
}

const never = new AbortController().signal;

describe('a host that could not be reached', () => {
  it('is connected by a retry, and no longer counts as unreachable', async () => {
    const { session } = await opened(await recordedCluster(), 2);
    expect(session.unreachable.map(({ host }) => host)).toEqual(['rs1']);
    await session.reopen(['rs1'], never);
    expect(session.unreachable).toEqual([]);
    expect(session.transports.has('rs1')).toBe(true);
  });

  it('stays unreachable, without an exception, when the retry fails', async () => {
    const { session } = await opened(await recordedCluster(), 9);
    await session.reopen(['rs1'], never);
    expect(session.unreachable.map(({ host }) => host)).toEqual(['rs1']);
  });

  it('leaves no connection open', async () => {
    const { session, closed } = await opened(await recordedCluster(), 1);
    await session.reopen(['rs1'], never);
    expect(closed).toEqual(['rs1']);
    session.close();
    expect(closed.filter((name) => name === 'rs1')).toHaveLength(2);
  });
});
