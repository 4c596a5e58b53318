import { describe, expect, it } from 'vitest';
import { capture, type Capture, type Heard } from '../support/capture.ts';
import { eventually, instance, startRouter, type Engine } from '../support/router.ts';
import { openSegment, type Segment } from '../support/segment.ts';

// The agent and keepalived as one virtual router, in both roles: election, resignation, preemption, loss of carrier and
// recovery.

interface Pair {
  readonly master: Engine;
  readonly backup: Engine;
  readonly version: 2 | 3;
  readonly vip: string;
  readonly unicast: boolean;
}

const A = '02:77:00:00:00:01';
const B = '02:77:00:00:00:02';

/** Tolerance for loaded test machines. The benchmark measures actual delays. */
const SLACK = 400;

const WIRES = [
  { version: 2, vip: '10.77.0.99', unicast: false },
  { version: 3, vip: '10.77.0.99', unicast: false },
  { version: 3, vip: 'fd77::99', unicast: false },
  { version: 2, vip: '10.77.0.99', unicast: true },
  { version: 3, vip: 'fd77::99', unicast: true },
] as const;

const COUPLES = [
  { master: 'agent', backup: 'keepalived' },
  { master: 'keepalived', backup: 'agent' },
  { master: 'agent', backup: 'agent' },
] as const;

const PAIRS: readonly Pair[] = [
  ...COUPLES.flatMap((couple) => WIRES.map((wire) => ({ ...couple, ...wire }))),
  { master: 'agent on Node', backup: 'keepalived', version: 3, vip: '10.77.0.99', unicast: false },
];

describe.concurrent.each(PAIRS)('$master as master, $backup as backup, v$version, $vip, unicast $unicast', (pair) => {
  it('have one master at any time and take over as required', async () => {
    const segment = openSegment(['a', 'b']);
    try {
      await live(segment, pair);
    } finally {
      await segment.close();
    }
  });
});

async function live(segment: Segment, { master, backup, version, vip, unicast }: Pair): Promise<void> {
  const advertInt = version === 2 ? 1 : 0.3;
  const skewOf = (priority: number): number => ((256 - priority) / 256) * advertInt * 1000;
  const confOf = (own: number, peer: number, priority: number): string =>
    instance({ version, priority, advertInt, addresses: [vip], more: unicast ? peers(vip, own, peer) : [] });
  const [confA, confB] = [confOf(1, 2, 150), confOf(2, 1, 100)];
  const wire = await capture(segment);
  const startA = (): ReturnType<typeof startRouter> => startRouter(segment, 'a', master, confA);
  const owner = (): string => ['a', 'b'].filter((host) => segment.holds(host, vip)).join(' and ');
  const becomes = (who: string): Promise<void> => eventually(`${who} holds ${vip}`, () => owner() === who);

  const b = startRouter(segment, 'b', backup, confB);
  await becomes('b');
  let a = startA();
  await becomes('a');
  await eventually('a announces the address', () => announced(wire, A, vip));

  // Resignation: priority 0, so the backup waits only its skew time (RFC 9568 §6.4.2).
  await a.stop();
  await becomes('b');
  const resigned = (await wire.adverts()).find(({ from, priority }) => from === A && priority === 0);
  expect(resigned).toBeDefined();
  await eventually('b advertises', () => firstAfter(wire, B, resigned?.at ?? 0) > 0);
  expectBetween(firstAfter(wire, B, resigned?.at ?? 0) - (resigned?.at ?? 0), skewOf(100), skewOf(100) + SLACK);

  // Preemption: the higher priority takes over again, and the other stops advertising.
  a = startA();
  await becomes('a');
  const returned = (): number => firstAfter(wire, A, resigned?.at ?? 0);
  await eventually('a advertises again', () =>
    wire.heard.some(({ from, at }) => from === A && at > returned() + 2500 * advertInt),
  );
  expect((await wire.adverts()).filter(({ from, at }) => from === B && at > returned() + SLACK)).toEqual([]);

  // Loss of carrier: the backup waits Master_Down_Interval after the last advert (RFC 9568 §6.1).
  segment.cable('a', 'cut');
  await eventually(`b holds ${vip}`, () => segment.holds('b', vip));
  const last = (await wire.adverts()).findLast(({ from }) => from === A)?.at ?? 0;
  await eventually('b advertises', () => firstAfter(wire, B, last) > 0);
  const down = 3 * advertInt * 1000 + skewOf(100);
  expectBetween(firstAfter(wire, B, last) - last, down, down + SLACK);
  segment.cable('a', 'whole');
  await becomes('a');

  // Both release their addresses on exit.
  await a.stop();
  await b.stop();
  expect(owner()).toBe('');
  // keepalived 2.2.7 sends IPv6 unicast with the kernel's hop limit of 64, unlike the agent.
  const agents = [...(master === 'keepalived' ? [] : [A]), ...(backup === 'keepalived' ? [] : [B])];
  expect((await wire.adverts()).filter(({ from, hops }) => agents.includes(from) && hops !== 255)).toEqual([]);
}

function peers(vip: string, own: number, peer: number): readonly string[] {
  const address = (number: number): string => (vip.includes(':') ? `fd77::${number}` : `10.77.0.${number}`);
  return [`unicast_src_ip ${address(own)}`, 'unicast_peer {', `  ${address(peer)}`, '}'];
}

function firstAfter(wire: Capture, from: string, at: number): number {
  return wire.soFar().find((one) => one.from === from && one.at > at)?.at ?? Number.NaN;
}

/** Gratuitous ARP, or an unsolicited neighbour advertisement with the override flag. */
function announced(wire: Capture, from: string, vip: string): boolean {
  const says = (one: Heard): boolean =>
    (one.kind === 'arp' && one.sender === vip && one.target === vip) ||
    (one.kind === 'neighbour-advertisement' && one.target === vip && (one.flags & 0x20) !== 0);
  return wire.heard.some((one) => one.from === from && says(one));
}

function expectBetween(value: number, low: number, high: number): void {
  // Both hosts share a clock, but a timer may fire up to a millisecond early by rounding.
  expect(value).toBeGreaterThan(low - 2);
  expect(value).toBeLessThan(high);
}
