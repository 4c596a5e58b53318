import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { counts, frameOf, fuzzedPackets, type Target } from '../support/fuzzed-advert.ts';
import { eventually, instance, startRouter, type Router } from '../support/router.ts';
import { openSegment, type Segment } from '../support/segment.ts';

// Somebody on the wire sends 20,000 packets that are nearly adverts of a better router, and adverts of worse ones. None is
// what an instance has to give way to, so that none does; and neither memory nor journal grow with their number.

const SENT = 20_000;
/** Fixed, so that a failure comes again. */
const SEED = 20_260_101;
/** How much more memory it may have in the end, KiB; a leak of 26 bytes for each packet is more. */
const MORE_MEMORY = 512;
/** The journal tells each of 4 instances once of each of 12 reasons, and of what comes between. */
const MORE_LINES = 100;

const BASE = { priority: 254, source: '10.77.0.3', interval: 20 } as const;
const ADDRESSES = { M2: '10.77.0.97', M3: '10.77.0.98', M6: 'fe80::99', B3: '10.77.0.99' } as const;

/** Three instances of priority 100 that are MASTER, and one that is BACKUP: to that one every good advert counts. */
const TARGETS: readonly Target[] = [
  {
    source: BASE.source,
    from: 100,
    advert: {
      version: 2,
      vrid: 7,
      priority: 254,
      interval: 1,
      addresses: [ADDRESSES.M2],
      authType: 1,
      authData: 'secret',
    },
  },
  { source: BASE.source, from: 100, advert: { ...BASE, version: 3, vrid: 8, addresses: [ADDRESSES.M3] } },
  { source: 'fe80::77:3', from: 100, advert: { ...BASE, version: 3, vrid: 9, addresses: [ADDRESSES.M6] } },
  { source: BASE.source, from: 0, advert: { ...BASE, version: 3, vrid: 10, addresses: [ADDRESSES.B3] } },
];

let segment: Segment;
beforeEach(() => (segment = openSegment(['a', 'b', 'c'])));
afterEach(async () => segment.close());

interface Told {
  readonly problems: readonly string[];
  readonly vrrp: {
    readonly foreign: number;
    readonly instances: readonly {
      readonly name: string;
      readonly state: string;
      readonly counters: { readonly received: number; readonly dropped: Readonly<Record<string, number>> };
    }[];
  };
}

test('20,000 fuzzed adverts change no state, and leave memory and journal as they were', async () => {
  const better = named('B3', { vrid: 10, priority: 200 });
  startRouter(segment, 'b', 'agent', better);
  await eventually('b is master of one', () => segment.holds('b', ADDRESSES.B3));
  const router = startRouter(segment, 'a', 'agent', configuration());
  await eventually('a is master of three', () =>
    [ADDRESSES.M2, ADDRESSES.M3, ADDRESSES.M6].every((address) => segment.holds('a', address)),
  );
  const packets = fuzzedPackets(TARGETS, 2 * SENT, SEED).filter((packet) => !counts(packet, TARGETS));
  expect(packets.length).toBeGreaterThan(1.1 * SENT);
  const hex = packets.map((packet) => Buffer.from(frameOf(packet, 3)).toString('hex'));

  // The first ones fill what is there to be filled.
  await send(hex.slice(SENT, 1.1 * SENT));
  const before = { memory: memory(router), lines: lines(router), seen: seen(router) };
  await send(hex.slice(0, SENT));
  // The kernel keeps back those from addresses that cannot be a sender.
  await eventually('most of them were looked at', () => seen(router) - before.seen > 0.9 * SENT);

  const status = router.status() as Told;
  expect(status.vrrp.instances.map(({ name, state }) => `${name} ${state}`)).toEqual([
    'M2 MASTER',
    'M3 MASTER',
    'M6 MASTER',
    'B3 BACKUP',
  ]);
  // Once each in the beginning.
  expect(router.program.output().match(/becomes (?:MASTER|BACKUP|FAULT)/g)).toHaveLength(4 + 3);
  expect(lines(router) - before.lines).toBeLessThan(MORE_LINES);
  expect(memory(router) - before.memory).toBeLessThan(MORE_MEMORY);
  expect(status.problems).toEqual([]);
});

function configuration(): string {
  const password = ['authentication {', '  auth_type PASS', '  auth_pass secret', '}'];
  return [
    named('M2', { vrid: 7, version: 2, advertInt: 1, more: password }),
    named('M3', { vrid: 8 }),
    named('M6', { vrid: 9 }),
    named('B3', { vrid: 10 }),
  ].join('');
}

function named(name: keyof typeof ADDRESSES, but: Partial<Parameters<typeof instance>[0]>): string {
  const text = instance({ version: 3, priority: 100, advertInt: 0.2, addresses: [ADDRESSES[name]], ...but });
  return text.replace('vrrp_instance V', `vrrp_instance ${name}`);
}

async function send(hex: readonly string[]): Promise<void> {
  const file = path.join(segment.folder, 'frames');
  writeFileSync(file, `${hex.join('\n')}\n`);
  const script = path.join(import.meta.dirname, '../support/send-frames.js');
  const sender = segment.start('c', process.execPath, script, file);
  expect(await sender.ended, sender.output()).toBe(0);
}

/** Packets that the agent has read, whatever it thought of them. */
function seen(router: Router): number {
  const { vrrp } = router.status() as Told;
  const of = vrrp.instances.flatMap(({ counters }) => [counters.received, ...Object.values(counters.dropped)]);
  return of.reduce((sum, count) => sum + count, vrrp.foreign);
}

const lines = (router: Router): number => router.program.output().split('\n').length;

/** Proportional set size, KiB (proc(5)). */
function memory(router: Router): number {
  const rollup = readFileSync(`/proc/${router.program.pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? Number.NaN);
}
