import { expect, it } from 'vitest';
import type { HealthEvent } from '../../../../src/agent/core/health/event.ts';
import { initialHealth } from '../../../../src/agent/core/health/state.ts';
import { stepHealth } from '../../../../src/agent/core/health/step.ts';
import { checkConf, virtualServer } from './make-conf.ts';

const state = () => initialHealth();

it('removes a real server after a failed retry and adds it again when it passes', () => {
  let now = state();
  const feed = (event: HealthEvent) => {
    const { state, effects } = stepHealth(now, event);
    now = state;
    return effects;
  };
  const id = 'TCP_CHECK 1';
  const started = feed({ kind: 'start', at: 0, conf: checkConf(virtualServer()), kernel: [], seed: 1, flush: false });
  expect(started).toContainEqual({ kind: 'timer', id, due: 0 });
  expect(feed({ kind: 'timer', at: 0, id }).map(({ kind }) => kind)).toEqual(['probe']);
  expect(feed({ kind: 'probed', at: 1, id, result: { passed: false, reason: 'connection refused' } })).toEqual([
    { kind: 'timer', id, due: 1001 },
  ]);
  feed({ kind: 'timer', at: 1001, id });
  const down = feed({ kind: 'probed', at: 1002, id, result: { passed: false, reason: 'connection refused' } });
  expect(down).toContainEqual({
    kind: 'ipvs',
    changes: [
      {
        kind: 'del-destination',
        id: { kind: 'address', protocol: 'TCP', address: '192.0.2.10', port: 80 },
        address: '192.0.2.1',
        port: 80,
      },
    ],
  });
  expect(down).toContainEqual({ kind: 'fifo', line: 'RS [192.0.2.1]:tcp:80 [192.0.2.10]:tcp:80 DOWN' });
  feed({ kind: 'timer', at: 7002, id });
  const up = feed({ kind: 'probed', at: 7003, id, result: { passed: true, weight: undefined } });
  expect(up).toContainEqual({ kind: 'fifo', line: 'RS [192.0.2.1]:tcp:80 [192.0.2.10]:tcp:80 UP' });
});
