import { describe, expect, it } from 'vitest';
import { capture } from '../support/capture.ts';
import { startFrr } from '../support/frr.ts';
import { eventually, instance, startRouter } from '../support/router.ts';
import { openSegment } from '../support/segment.ts';

// The agent and FRR's vrrpd as one virtual router: elections, preemption and takeover.

const WIRES = [
  { version: 2, vip: '10.77.0.99' },
  { version: 3, vip: '10.77.0.99' },
  { version: 3, vip: 'fd77::99' },
] as const;

const AGENT = '02:77:00:00:00:01';
/** Milliseconds that a busy machine may take; less than what a silence lasts longer than a resignation. */
const SLACK = 1000;

describe.concurrent.each(WIRES)('v$version, $vip', ({ version, vip }) => {
  const advertInt = version === 2 ? 1 : 0.4;
  const skewOf = (priority: number): number => ((256 - priority) / 256) * advertInt * 1000;
  const agentConf = (priority: number): string => instance({ version, priority, advertInt, addresses: [vip] });
  const frr = { version, vrid: 7, advertMs: advertInt * 1000, addresses: [vip] } as const;

  it('preempts FRR, which takes over when the agent resigns', async () => {
    const segment = openSegment(['agent', 'frr']);
    try {
      const wire = await capture(segment);
      const router = await startFrr(segment, 'frr', { ...frr, priority: 100 });
      await eventually('FRR is master', () => /Status \(v.\) +Master/.test(router.show()));
      const agent = startRouter(segment, 'agent', 'agent', agentConf(200));
      await eventually('the agent holds the address', () => segment.holds('agent', vip));
      await eventually('FRR is backup', () => /Status \(v.\) +Backup/.test(router.show()));
      await agent.stop();
      await eventually('FRR is master again', () => /Status \(v.\) +Master/.test(router.show()));
      const resigned = (): number =>
        wire.soFar().find((one) => one.from === AGENT && one.priority === 0)?.at ?? Number.NaN;
      const next = (): number =>
        wire.soFar().find(({ from, at }) => from !== AGENT && at > resigned())?.at ?? Number.NaN;
      await eventually('both advertise', () => next() > 0);
      expect(next() - resigned()).toBeLessThan(skewOf(100) + SLACK);
      expect(segment.holds('agent', vip)).toBe(false);
    } finally {
      await segment.close();
    }
  });

  it('yields to FRR of higher priority, and takes over when it is gone', async () => {
    const segment = openSegment(['agent', 'frr']);
    try {
      const wire = await capture(segment);
      startRouter(segment, 'agent', 'agent', agentConf(100));
      await eventually('the agent holds the address', () => segment.holds('agent', vip));
      const router = await startFrr(segment, 'frr', { ...frr, priority: 200 });
      await eventually('FRR is master', () => /Status \(v.\) +Master/.test(router.show()));
      await eventually('the agent released the address', () => !segment.holds('agent', vip));
      segment.cable('frr', 'cut');
      await eventually('the agent holds the address again', () => segment.holds('agent', vip));
      const last = (await wire.adverts()).findLast(({ from }) => from !== AGENT)?.at ?? Number.NaN;
      const next = (): number => wire.soFar().find(({ from, at }) => from === AGENT && at > last)?.at ?? Number.NaN;
      await eventually('the agent advertises', () => next() > 0);
      const after = next();
      expect(after - last).toBeGreaterThan(3000 * advertInt + skewOf(100) - 2);
      expect(after - last).toBeLessThan(3000 * advertInt + skewOf(100) + SLACK);
    } finally {
      await segment.close();
    }
  });
});
