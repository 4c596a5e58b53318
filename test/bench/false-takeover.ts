// Counts takeovers from a healthy master with all cores busy and an interval of 10 ms. All pairs of engines run at once
// on separate segments, under the same load, unless one pair is given.
//
//   node test/bench/run.js false-takeover [SECONDS] [MASTER BACKUP]
import { spawn } from 'node:child_process';
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { capture } from '../support/capture.ts';
import { eventually, instance, startRouter, type Engine } from '../support/router.ts';
import { openSegment } from '../support/segment.ts';

const SECONDS = Number(process.argv[2] ?? 60);
const BACKUP = '02:77:00:00:00:02';
const ENGINES: readonly Engine[] = ['agent', 'keepalived'];
const [ONE, OTHER] = process.argv.slice(3);
const COUPLES = ENGINES.flatMap((master) => ENGINES.map((backup) => [master, backup] as const)).filter(
  ([master, backup]) => master === (ONE ?? master) && backup === (OTHER ?? backup),
);

const pairs = await Promise.all(
  COUPLES.map(async ([master, backup]) => {
    const segment = openSegment(['master', 'backup']);
    const conf = (priority: number): string =>
      instance({ version: 3, priority, advertInt: 0.01, addresses: ['10.77.0.99'] });
    startRouter(segment, 'master', master, conf(200));
    await eventually('the master is master', () => segment.holds('master', '10.77.0.99'));
    startRouter(segment, 'backup', backup, conf(100));
    await sleep(1500);
    return { master, backup, segment, wire: await capture(segment) };
  }),
);
const loops = cpus().map(() => spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }));
const seconds = (): readonly number[] =>
  pairs.map(({ wire }) => wire.soFar().filter(({ from }) => from === BACKUP).length);
try {
  const before = seconds();
  await sleep(SECONDS * 1000);
  const after = seconds();
  console.log(`${SECONDS} s, advert_int 0.01 s, ${loops.length} cores busy`);
  for (const [index, { master, backup, wire }] of pairs.entries()) {
    const own = wire.soFar();
    const takeovers = own.filter(({ from }, at) => from === BACKUP && own[at - 1]?.from !== BACKUP).length;
    const sent = (after[index] ?? 0) - (before[index] ?? 0);
    const times = own.filter(({ from }) => from !== BACKUP).map(({ at }) => at);
    const silence = Math.max(...times.slice(1).map((at, position) => at - (times[position] ?? at)));
    console.log(
      `  master ${master.padEnd(10)} backup ${backup.padEnd(10)} ${String(takeovers).padStart(4)} false takeovers, ${sent} adverts of the backup, longest silence of the master ${silence.toFixed(1)} ms`,
    );
  }
} finally {
  for (const loop of loops) loop.kill('SIGKILL');
  await Promise.all(pairs.map(({ segment }) => segment.close()));
}
