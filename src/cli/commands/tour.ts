import path from 'node:path';
import { EXIT, type ExitCode } from '../../failure.ts';
import type { FailoverReport } from '../../failover/report.ts';
import { DEFAULT_LAB } from '../../lab/connection.ts';
import { labPaths } from '../../lab/paths.ts';
import type { Context } from '../context.ts';
import type { UpFlags } from '../program-lab.ts';
import { deploy } from './deploy.ts';
import { failoverTest } from './failover-test.ts';
import { up } from './lab.ts';
import { verify } from './verify.ts';

const ARTICLE = path.join(import.meta.dirname, '..', '..', '..', 'inventories', 'article.yml');
const FORKS = 50;

/** From nothing to a proven cluster, each step as the user would type it. Stops at the first that fails. */
export async function tour(context: Context, flags: UpFlags): Promise<ExitCode> {
  const { screen } = context;
  const inventory = flags.name === DEFAULT_LAB ? ARTICLE : labPaths(flags.name).inventory;
  const named = path.relative(context.cwd, inventory);
  const step = (number: number, command: string, why: string): void => {
    screen.line('');
    screen.line(`${number}/5  ${command}`, 'title');
    screen.line(`     ${why}`, 'faint');
  };

  step(1, 'lvsctl lab up', 'Five real hosts on this machine: two directors, two real servers, a client.');
  const upped = await up(context, flags);
  if (upped !== EXIT.done) return upped;

  step(2, `lvsctl deploy ${named} --yes`, 'The plan, every change in its wave, and the proof.');
  const deployFlags = { yes: true, verify: true, diff: false, forks: FORKS };
  const first = await deploy(context, inventory, deployFlags);
  if (first.exitCode !== EXIT.done) return first.exitCode;

  step(3, `lvsctl deploy ${named} --yes`, 'The same again: a cluster that is as it must be is left alone.');
  const second = await deploy(context, inventory, deployFlags);
  if (second.exitCode !== EXIT.done) return second.exitCode;
  if (second.status !== 'unchanged') {
    screen.error('The second deploy found something to change; it must not. Please report this with the plan above.');
    return EXIT.failed;
  }

  step(4, `lvsctl verify ${named}`, "Seen from the client, held against the kernel's tables.");
  const verified = await verify(context, inventory, { forks: FORKS, wait: 0 });
  if (verified !== EXIT.done) return verified;

  step(5, `lvsctl failover-test ${named} --yes`, 'Broken on purpose, measured, and put back.');
  const tested = await failoverTest(context, inventory, { forks: FORKS, cut: 8, rate: 50, yes: true });
  if (tested.exitCode !== EXIT.done || tested.report === undefined) return tested.exitCode;
  closing(context, named, tested.report);
  return EXIT.done;
}

/** What was built, how it fared, and where to go from here. */
function closing({ screen }: Context, inventory: string, report: FailoverReport): void {
  const row = (left: string, right: string): void => screen.line(`  ${left.padEnd(34)}${right}`);
  screen.line('');
  screen.line('What you have now', 'title');
  row('directors', 'dr1 (master) and dr2 (backup), keepalived');
  row('real servers', 'rs1 and rs2, nginx, silent on ARP for the address');
  row('virtual service', `${report.service}, round robin, direct routing`);
  row('the inventory', inventory);
  screen.line('');
  screen.line(`What ${report.client} saw when it was broken`, 'title');
  for (const scenario of report.scenarios) {
    if (scenario.state !== 'measured') row(scenario.fault, scenario.state);
    else {
      const failed =
        scenario.failed === 0 ? 'no request failed' : `${scenario.failed} of ${scenario.requests} requests failed`;
      row(scenario.title, `longest gap ${Math.round(scenario.longestGapMs)} ms, ${failed}`);
    }
  }
  screen.line('');
  screen.line('What to try next', 'title');
  row('see the rotation', `node bin/lvsctl.js lab exec c1 -- curl -s http://${report.service}/`);
  row("see the master's table", 'node bin/lvsctl.js lab exec dr1 -- ipvsadm -Ln');
  row('undo something by hand', 'node bin/lvsctl.js lab exec rs1 -- ip addr del 192.168.168.12/32 dev lo');
  row('see it named', `node bin/lvsctl.js verify ${inventory}`);
  row('see it mended, and nothing else', `node bin/lvsctl.js deploy ${inventory}`);
  row('on machines of your own', 'README.md, "Your own machines"');
  row('take it all down', 'node bin/lvsctl.js lab down');
}
