import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { counts, frameOf, fuzzedPackets, type Target } from '../support/fuzzed-advert.ts';
import { eventually, instance, startRouter, type Router } from '../support/router.ts';
import { openSegment, type Segment } from '../support/segment.ts';

// An attacker sends 20,000 packets that resemble adverts of higher priority, and valid ones of lower priority. No
// instance may yield, and neither memory nor journal may grow with their number.

const SENT = 20_000;
/** Fixed for reproducible failures. */
const SEED = 20_260_101;
/** Permitted growth of memory in KiB; a leak of 26 bytes per packet would exceed it. */
const MORE_MEMORY = 512;
/** Permitted journal lines: one per reason (12) and instance (4), and some for state changes. */
const MORE_LINES = 100;

const BASE = { priority: 254, source: '10.77.0.3', interval: 20 } as const;
const ADDRESSES = { M2: '10.77.0.97', M3: '10.77.0.98', M6: 'fe80::99', B3: '10.77.0.99' } as const;

/** Three instances of priority 100 are MASTER, one is BACKUP and accepts every valid advert. */
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

interface Status {
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

it('survives 20,000 fuzzed adverts without state changes or growth', async () => {
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

  // The first packets fill caches.
  await send(hex.slice(SENT, 1.1 * SENT));
  const before = { memory: memory(router), lines: lines(router), seen: seen(router) };
  await send(hex.slice(0, SENT));
  // The kernel drops packets with invalid source addresses.
  await eventually('most of them are processed', () => seen(router) - before.seen > 0.9 * SENT);

  const status = router.status() as Status;
  expect(status.vrrp.instances.map(({ name, state }) => `${name} ${state}`)).toEqual([
    'M2 MASTER',
    'M3 MASTER',
    'M6 MASTER',
    'B3 BACKUP',
  ]);
  // Logged once each at the start.
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

/** Number of packets read by the agent, accepted or not. */
function seen(router: Router): number {
  const { vrrp } = router.status() as Status;
  const of = vrrp.instances.flatMap(({ counters }) => [counters.received, ...Object.values(counters.dropped)]);
  return of.reduce((sum, count) => sum + count, vrrp.foreign);
}

const lines = (router: Router): number => router.program.output().split('\n').length;

/** Proportional set size, KiB (proc(5)). */
function memory(router: Router): number {
  const rollup = readFileSync(`/proc/${router.program.pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? Number.NaN);
}
