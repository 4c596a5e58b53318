// What keepalived and the agent on Node end with for each of many files: node judge-configs.js FOLDER ID
// It runs in a network namespace of its own, because both look at the interfaces. One line of JSON per file.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { nodeSys } from '../../dist/agent/host-node/node-sys.js';
import { loadConf } from '../../dist/agent/shell/conf/load-conf.js';
import { parseOptions } from '../../dist/agent/shell/options.js';

const [folder = '', id = ''] = process.argv.slice(2);
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.conf'))
  .sort();

/** @param {string} file */
async function keepalived(file) {
  // It never ends with some files, as with a parameter that has itself in its value.
  const child = spawn('keepalived', ['-t', '-i', id, '-f', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 5000,
    killSignal: 'SIGKILL',
  });
  const [said, [exit, signal]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  return { exit: exit ?? signal, said };
}

/** @param {string} file */
function agent(file) {
  const argv = ['-t', '-i', id, '-f', file];
  const options = parseOptions(argv);
  if (typeof options === 'string') throw new Error(options);
  // The program that is pushed has TLS; nothing is connected to here.
  const tls = /** @type {NonNullable<import('../../dist/agent/shell/sys/sys.js').Sys['tls']>} */ (
    /** @type {unknown} */ ({})
  );
  const { exit, lines } = loadConf({ ...nodeSys(argv), tls }, options);
  return { exit, said: lines.map(({ text: line }) => line).join('\n') };
}

let next = 0;
async function work() {
  while (next < names.length) {
    const name = names[next++] ?? '';
    const file = path.join(folder, name);
    const theirs = await keepalived(file);
    process.stdout.write(`${JSON.stringify({ name, keepalived: theirs, agent: agent(file) })}\n`);
  }
}
await Promise.all(Array.from({ length: Math.max(2, os.availableParallelism()) }, work));
