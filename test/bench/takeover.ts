// Measures takeover times in comparison with keepalived: milliseconds between the master's last advert and the backup's
// first advert and gratuitous ARP, by kernel timestamps.
//
//   node test/bench/run.js takeover [ROUNDS]
import { setTimeout as sleep } from 'node:timers/promises';
import { capture } from '../support/capture.ts';
import { eventually, instance, startRouter, type Engine } from '../support/router.ts';
import { openSegment } from '../support/segment.ts';

const ROUNDS = Number(process.argv[2] ?? 9);
const PRIORITY = 100;
const BACKUP = '02:77:00:00:00:02';
const CASES = [
  { version: 2, advertInt: 1 },
  { version: 3, advertInt: 0.1 },
  { version: 3, advertInt: 0.01 },
] as const;

interface Times {
  readonly advert: readonly number[];
  readonly announced: readonly number[];
}

async function measure(engine: Engine, version: 2 | 3, advertInt: number): Promise<Times> {
  const segment = openSegment(['master', 'backup']);
  const advert: number[] = [];
  const announced: number[] = [];
  try {
    const wire = await capture(segment);
    const conf = (priority: number): string => instance({ version, priority, advertInt, addresses: ['10.77.0.99'] });
    const master = startRouter(segment, 'master', 'keepalived', conf(200));
    await eventually('the master is master', () => segment.holds('master', '10.77.0.99'), 15_000);
    startRouter(segment, 'backup', engine, conf(PRIORITY));
    await sleep(1500);
    const children = segment
      .run('master', 'pgrep', '-P', String(master.program.pid))
      .stdout.trim()
      .split('\n')
      .map(Number);
    for (let round = 0; round < ROUNDS; round += 1) {
      // Stopped so that it does not resign, each time at a different point of its interval.
      await sleep(1000 * advertInt * ((round * 0.37) % 1));
      for (const pid of children) process.kill(pid, 'SIGSTOP');
      await sleep(1000 * advertInt * 4 + 400);
      const last = (await wire.adverts()).findLast(({ from }) => from !== BACKUP)?.at ?? Number.NaN;
      const first = wire.heard.filter(({ from, at }) => from === BACKUP && at > last);
      advert.push((first.find(({ kind }) => kind === 'advert')?.at ?? Number.NaN) - last);
      announced.push((first.find(({ kind }) => kind === 'arp')?.at ?? Number.NaN) - last);
      for (const pid of children) process.kill(pid, 'SIGCONT');
      await sleep(1000 * advertInt * 4 + 400);
    }
  } finally {
    await segment.close();
  }
  return { advert, announced };
}

const spread = (values: readonly number[]): string => {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (part: number): string =>
    (sorted[Math.round(part * (sorted.length - 1))] ?? Number.NaN).toFixed(1).padStart(8);
  return `${at(0)} ${at(0.5)} ${at(1)}`;
};
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

console.log(`priority ${PRIORITY}, ${ROUNDS} rounds; minimum, median, maximum in ms after the master's last advert`);
for (const { version, advertInt } of CASES) {
  const theory = 3000 * advertInt + ((256 - PRIORITY) / 256) * 1000 * advertInt;
  console.log(`\nv${version}, advert_int ${advertInt} s: 3 × advert_int + skew = ${theory.toFixed(1)} ms`);
  const late: Record<string, number> = {};
  for (const engine of ['agent', 'keepalived'] as const) {
    const { advert, announced } = await measure(engine, version, advertInt);
    late[engine] = median(announced) - theory;
    console.log(`  ${engine.padEnd(11)} first advert ${spread(advert)}   address announced ${spread(announced)}`);
  }
  const [agent = Number.NaN, keepalived = Number.NaN] = [late['agent'], late['keepalived']];
  console.log(
    `  late by ${agent.toFixed(2)} ms against ${keepalived.toFixed(2)} ms of keepalived: ${(agent / keepalived).toFixed(2)} ×`,
  );
}
