// Compares the time of a no-op deploy with that of SSH itself, for the same hosts in one run.
//   floor     ssh2, one connection per host, `true`: nothing built on ssh2 can be faster
//   openssh   the ssh client, all hosts in parallel, `true`
//   lvsctl    `lvsctl deploy` as a user types it, which must say "No changes."
// usage: node test/bench/no-op.js INVENTORY [ROUNDS]     after `npm run build` and a deploy of that inventory
import { spawn } from 'node:child_process';
import path from 'node:path';
import { hostsOf } from '../../dist/inventory/cluster.js';
import { readInventory } from '../../dist/inventory/read.js';
import { processEnvironment } from '../../dist/inventory/source.js';
import { labConnection } from '../../dist/lab/connection.js';
import { connector } from '../../dist/cli/connect.js';
import { sh } from '../../dist/remote/command.js';

const [inventory, rounds = '7'] = process.argv.slice(2);
if (inventory === undefined) throw new Error('usage: node test/bench/no-op.js INVENTORY [ROUNDS]');
const { cluster } = await readInventory([inventory], processEnvironment());
if (cluster === undefined) throw new Error(`${inventory} has mistakes; run lvsctl lint`);
const hosts = hostsOf(cluster).map(({ host }) => host);

/** @param {string} program @param {readonly string[]} args @returns {Promise<string>} */
function run(program, args) {
  return new Promise((resolve, reject) => {
    let output = '';
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.on('data', (bytes) => (output += bytes));
    child.on('close', (code) =>
      code === 0 ? resolve(output) : reject(new Error(`${program} exited with status ${code}`)),
    );
  });
}

async function floor() {
  const options = { timeoutMs: 60_000, signal: new AbortController().signal };
  const connectTo = connector();
  const transports = await Promise.all(hosts.map((host) => connectTo(host)(options.signal)));
  await Promise.all(transports.map((transport) => transport.run(sh`true`, options)));
  for (const transport of transports) transport.close();
}

/** @param {import('../../dist/inventory/cluster.js').Host} host */
function opensshArguments({ access }) {
  const common = ['-o', 'BatchMode=yes'];
  if (access.kind === 'local') throw new Error('a local host cannot be compared');
  const way = access.kind === 'lab' ? labConnection(access.lab) : undefined;
  const ssh = access.kind === 'ssh' ? access : undefined;
  const proxy = way?.proxyCommand ?? ssh?.proxyCommand;
  const identity = way?.identityFile ?? ssh?.identityFiles[0];
  const knownHosts = way?.knownHosts ?? ssh?.knownHosts[0];
  return [
    ...common,
    ...(proxy === undefined ? [] : ['-o', `ProxyCommand=${proxy}`]),
    ...(identity === undefined ? [] : ['-o', 'IdentitiesOnly=yes', '-i', identity]),
    ...(knownHosts === undefined ? [] : ['-o', `UserKnownHostsFile=${knownHosts}`]),
    '-p',
    String(ssh?.port ?? 22),
    `${way?.user ?? ssh?.user}@${access.host}`,
    'true',
  ];
}

const PEERS = {
  floor,
  openssh: () => Promise.all(hosts.map((host) => run('ssh', opensshArguments(host)))),
  lvsctl: async () => {
    const program = path.join(import.meta.dirname, '..', '..', 'bin', 'lvsctl.js');
    const output = await run(process.execPath, [program, 'deploy', inventory, '--yes']);
    if (!output.includes('No changes.')) throw new Error('the plan is not empty; deploy first');
  },
};

/** @type {Record<string, number[]>} */
const times = { floor: [], openssh: [], lvsctl: [] };
for (let round = 0; round <= Number(rounds); round++) {
  for (const [name, peer] of Object.entries(PEERS)) {
    const began = performance.now();
    await peer();
    // The first round warms caches.
    if (round > 0) times[name]?.push(performance.now() - began);
  }
}
/** @param {readonly number[]} all */
const median = (all) => all.toSorted((a, b) => a - b)[all.length >> 1] ?? 0;
console.log(`${hosts.length} hosts, ${rounds} rounds; milliseconds: median (least to most)`);
for (const [name, all] of Object.entries(times)) {
  const ratio = (median(all) / median(times['floor'] ?? [])).toFixed(2);
  console.log(
    `${name.padEnd(8)} ${median(all).toFixed(0).padStart(6)} (${Math.min(...all).toFixed(0)} to ${Math.max(...all).toFixed(0)})   ${ratio} × floor`,
  );
}
