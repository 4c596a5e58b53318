// Compares CPU time and memory of many virtual routers with keepalived, as master and as backup, and those of one idle
// router.
//
//   node test/bench/run.js routers [ROUTERS] [SECONDS] [agent|keepalived]
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, instance, startRouter, type Engine } from '../support/router.ts';
import { openSegment } from '../support/segment.ts';

const ROUTERS = Number(process.argv[2] ?? 100);
const SECONDS = Number(process.argv[3] ?? 30);
const ENGINES = (['agent', 'keepalived'] as const).filter((engine) => engine === (process.argv[4] ?? engine));

/** Milliseconds of processor time (user and system), and KiB of proportional memory, of a process and its children. */
function cost(pid: number, children: readonly number[]): { readonly cpu: number; readonly memory: number } {
  const all = [pid, ...children];
  const cpu = all.reduce(
    (sum, one) => sum + Number(/^(\d+)/.exec(readFileSync(`/proc/${one}/schedstat`, 'utf8'))?.[1]) / 1e6,
    0,
  );
  const memory = all.reduce(
    (sum, one) => sum + Number(/^Pss: +(\d+)/m.exec(readFileSync(`/proc/${one}/smaps_rollup`, 'utf8'))?.[1]),
    0,
  );
  return { cpu, memory };
}

async function measure(engine: Engine, routers: number, role: 'master' | 'backup', advertInt: number): Promise<string> {
  const segment = openSegment(['one', 'two']);
  try {
    const conf = (priority: number): string =>
      Array.from({ length: routers }, (_, index) =>
        instance({ version: 3, priority, advertInt, vrid: index + 1, addresses: [`10.77.1.${index + 1}`] }).replace(
          'vrrp_instance V',
          `vrrp_instance V${index}`,
        ),
      ).join('\n');
    const [measured, other] = role === 'master' ? [200, 100] : [100, 200];
    const has = (host: string): Promise<void> =>
      eventually(`${host} is master of all`, () => segment.holds(host, `10.77.1.${routers}`), 20_000);
    startRouter(segment, 'two', 'keepalived', conf(other));
    // Excludes the cost of a hundred simultaneous takeovers.
    if (role === 'backup') await has('two');
    const router = startRouter(segment, 'one', engine, conf(measured));
    if (role === 'master') await has('one');
    await sleep(4000);
    const children = segment
      .run('one', 'pgrep', '-P', String(router.program.pid))
      .stdout.trim()
      .split('\n')
      .filter((line) => line !== '')
      .map(Number);
    const before = cost(router.program.pid, children);
    await sleep(SECONDS * 1000);
    const after = cost(router.program.pid, children);
    return `${((after.cpu - before.cpu) / SECONDS).toFixed(2).padStart(8)} ms of processor time per second, ${(after.memory / 1024).toFixed(1).padStart(6)} MiB`;
  } finally {
    await segment.close();
  }
}

for (const [routers, advertInt] of [
  [1, 1],
  [ROUTERS, 1],
  [ROUTERS, 0.1],
] as const)
  for (const role of ['master', 'backup'] as const) {
    console.log(
      `\n${routers} virtual router${routers === 1 ? '' : 's'} as ${role}, advert_int ${advertInt} s, ${SECONDS} s`,
    );
    for (const engine of ENGINES) {
      // Failing to reach the role is a result too.
      const result = await measure(engine, routers, role, advertInt).catch((error: unknown) => String(error));
      console.log(`  ${engine.padEnd(11)} ${result}`);
    }
  }
