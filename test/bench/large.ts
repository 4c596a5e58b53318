/**
 * Seconds of processor time and megabytes of lint, render and the table of the directors, for n, 2n and 4n services.
 * node test/bench/run.js large [SERVICES [REAL-SERVERS]]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const LVSCTL = path.join(import.meta.dirname, '../../bin/lvsctl.js');
const VIPS = 25;
const [services = 125, realServers = 200] = process.argv.slice(2).map(Number);

/** @param own what every service has of its own; a kind of real server more or less changes what is alike */
function inventory(count: number, own: (index: number) => string): string {
  const address = (third: number, index: number): string =>
    `10.0.${third + Math.floor(index / 250)}.${1 + (index % 250)}`;
  return [
    'directors: [10.0.0.1, 10.0.0.2]',
    'network: 10.0.0.0/16',
    `vip: [${Array.from({ length: VIPS }, (_, index) => address(1, index)).join(', ')}]`,
    'real_servers:',
    ...Array.from({ length: realServers }, (_, index) => `  - ${address(2, index)}`),
    'virtual_servers:',
    ...Array.from(
      { length: count },
      (_, index) => `  - {vip: ${address(1, index % VIPS)}, port: ${1000 + index}${own(index)}}`,
    ),
    '',
  ].join('\n');
}

const SHAPES: Readonly<Record<string, (index: number) => string>> = {
  'all alike': () => '',
  'a check each': (index) => `, check: http /health/${index}`,
};

const folder = mkdtempSync(path.join(tmpdir(), 'bench-'));
try {
  for (const [shape, own] of Object.entries(SHAPES)) {
    for (const verb of ['lint', 'render']) {
      for (const count of [services, 2 * services, 4 * services]) {
        const file = path.join(folder, `${count}.yml`);
        writeFileSync(file, inventory(count, own));
        const { seconds, megabytes, status } = measured([verb, file]);
        const what = `${verb}, ${shape}, ${count} services × ${realServers} real servers`;
        console.log(
          `${what}: ${seconds.toFixed(2)} s, ${megabytes.toFixed(0)} MB${status === 0 ? '' : `, exit ${status}`}`,
        );
      }
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

interface Measured {
  readonly seconds: number;
  readonly megabytes: number;
  readonly status: number | null;
}

/** The child writes its own usage to the fourth descriptor when it ends. */
function measured(args: readonly string[]): Measured {
  const usage = `data:text/javascript,${encodeURIComponent(
    `import{writeSync}from'node:fs';process.on('exit',()=>{const{userCPUTime:u,systemCPUTime:s,maxRSS:m}=process.resourceUsage();writeSync(3,(u+s)/1e6+' '+m/1024)})`,
  )}`;
  const { output, status } = spawnSync(process.execPath, ['--import', usage, LVSCTL, ...args], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  const [seconds = 0, megabytes = 0] = String(output[3]).split(' ').map(Number);
  return { seconds, megabytes, status };
}
