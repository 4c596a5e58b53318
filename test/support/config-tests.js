// `lvs-agent --config-test` on Node of many files, in one process: node config-tests.js ID FILE...
// For each, what it says goes to stderr, and then its exit code between two NULs.
import { writeSync } from 'node:fs';
import { nodeSys } from '../../dist/agent/host-node/node-sys.js';
import { main } from '../../dist/agent/main.js';

const [id = '', ...files] = process.argv.slice(2);
for (const file of files) {
  const exit = await main(nodeSys(['-t', '-i', id, '-f', file]));
  writeSync(2, `\0${exit}\0`);
}
