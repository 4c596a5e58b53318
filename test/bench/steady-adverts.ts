// How evenly a MASTER advertises while its real servers are as odd as can be: the longest gap between two advertisements
// in parts of advert_int, and how long the machine kept the lab's whole kernel waiting meanwhile.
//
//   node test/bench/run.js steady-adverts [SECONDS]
//
// It runs on a director of the lab; LVSCTL_TEST_LAB names one that is up, else one is made for it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setup } from '../lab/setup.ts';
import { ARTICLE, LAB, deployed, labUp, lvsctl, onHost } from '../support/lab.ts';
import { LOADS, measureSteadiness, startRealServers, type Steadiness } from '../support/steady-adverts.ts';

const SECONDS = Number(process.argv[2] ?? 60);

function row(advertInt: number, name: string, { gaps, longest, stolen, changes }: Steadiness): string {
  return [
    `${advertInt} s`.padEnd(12),
    name.padEnd(20),
    String(gaps).padStart(6),
    (longest / advertInt).toFixed(3).padStart(9),
    `${(stolen * 1000).toFixed(1)} ms`.padStart(10),
    String(changes).padStart(9),
  ].join('');
}

const folder = mkdtempSync(path.join(tmpdir(), 'lvsctl-bench-'));
const down = await setup();
try {
  await labUp(LAB);
  const engine = path.join(folder, 'agent.yml');
  writeFileSync(engine, 'engine: agent\n');
  const { exitCode, output } = await lvsctl(['deploy', ...ARTICLE, '-i', engine, '--yes']);
  if (exitCode !== 0) throw new Error(output);
  await onHost('dr2', 'systemctl stop lvs-agent');
  const realServers = await startRealServers(LAB);
  console.log(`${'advert_int'.padEnd(12)}${'real servers'.padEnd(20)}  gaps  longest    stolen  changes`);
  try {
    for (const advertInt of [1, 0.1])
      for (const [name, load] of Object.entries(LOADS))
        console.log(row(advertInt, name, await measureSteadiness(LAB, { advertInt, load, seconds: SECONDS })));
  } finally {
    await realServers.stop();
    await deployed();
  }
} finally {
  rmSync(folder, { recursive: true });
  await down();
}
