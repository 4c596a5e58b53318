import { EXIT_MEANINGS } from '../failure.ts';

/** Printed by `lvsctl` without arguments: the verbs to start with. */
export const START = `lvsctl builds a web load-balancing cluster over SSH and verifies it.

  lvsctl lab up                   start a test lab of five hosts on this machine
  lvsctl lint inventory.yml       check the inventory
  lvsctl deploy inventory.yml     show the plan, confirm, apply, verify
  lvsctl verify                   check the cluster from the client
  lvsctl failover-test            inject faults and measure the outage

\`lvsctl --help\` lists all verbs, \`lvsctl VERB --help\` describes one.`;

/** An example of `lvsctl init`. */
export const INIT =
  'lvsctl init --vip 10.0.0.9 --director 10.0.0.1 10.0.0.2 --real-server 10.0.0.3 10.0.0.4 --client local';

/** The end of `lvsctl --help`. */
export const EXIT_CODES = `\nExit codes:\n${exitCodeLines().join('\n')}`;

/** All exit codes in two columns. */
function exitCodeLines(): readonly string[] {
  const texts = Object.entries(EXIT_MEANINGS).map(([code, means]) => `${code}  ${means}`);
  const rows = Math.ceil(texts.length / 2);
  return texts.slice(0, rows).map((left, row) => `  ${left.padEnd(35)}${texts[rows + row] ?? ''}`.trimEnd());
}
