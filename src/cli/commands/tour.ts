import path from 'node:path';
import { EXIT, type ExitCode } from '../../failure.ts';
import type { FailoverReport } from '../../failover/report.ts';
import { DEFAULT_LAB } from '../../lab/connection.ts';
import { labPaths } from '../../lab/paths.ts';
import type { Context } from '../context.ts';
import type { TourFlags } from '../program-lab.ts';
import { deploy } from './deploy.ts';
import { failoverTest } from './failover-test.ts';
import { up } from './lab.ts';
import { verify } from './verify.ts';

const ARTICLE = path.join(import.meta.dirname, '..', '..', '..', 'inventories', 'article.yml');
const FORKS = 50;

/** Demonstrates the verbs on a new lab, from `up` to `failover-test`. Stops at the first failure. */
export async function tour(context: Context, flags: TourFlags): Promise<ExitCode> {
  const { screen } = context;
  const inventory = flags.name === DEFAULT_LAB ? ARTICLE : labPaths(flags.name).inventory;
  const named = path.relative(context.cwd, inventory);
  const step = (number: number, command: string, why: string): void => {
    screen.line('');
    screen.line(`${number}/5  ${command}`, 'title');
    screen.line(`     ${why}`, 'faint');
  };

  step(1, 'lvsctl lab up', 'Five real hosts on this machine: two directors, two real servers, a client.');
  const upped = await up(context, undefined, { ...flags, withoutPackages: [] });
  if (upped !== EXIT.done) return upped;

  step(2, `lvsctl deploy ${named} --yes`, 'Plan, apply in waves, verify.');
  const deployFlags = { yes: true, verify: true, diff: false, forks: FORKS };
  const first = await deploy(context, inventory, deployFlags);
  if (first.exitCode !== EXIT.done) return first.exitCode;

  step(3, `lvsctl deploy ${named} --yes`, 'A second run finds nothing to change.');
  const second = await deploy(context, inventory, deployFlags);
  if (second.exitCode !== EXIT.done) return second.exitCode;
  if (second.status !== 'unchanged') {
    screen.error('The second deploy found changes. This is a bug; please report it with the plan above.');
    return EXIT.failed;
  }

  step(4, `lvsctl verify ${named}`, 'Requests from the client, compared with the IPVS tables.');
  const verified = await verify(context, inventory, { forks: FORKS, wait: 0 });
  if (verified !== EXIT.done) return verified;

  step(5, `lvsctl failover-test ${named} --yes`, 'Inject faults, measure, restore.');
  const tested = await failoverTest(context, inventory, { forks: FORKS, cut: 8, rate: 50, yes: true });
  if (tested.exitCode !== EXIT.done || tested.report === undefined) return tested.exitCode;
  closing(context, named, tested.report);
  return EXIT.done;
}

/** Summarizes the lab, the measurements and the next steps. */
function closing({ screen }: Context, inventory: string, report: FailoverReport): void {
  const row = (left: string, right: string): void => screen.line(`  ${left.padEnd(34)}${right}`);
  screen.line('');
  screen.line('The cluster', 'title');
  row('directors', 'dr1 (master) and dr2 (backup), keepalived');
  row('real servers', 'rs1 and rs2, nginx, no ARP replies for the VIP');
  row('virtual service', `${report.service}, round robin, direct routing`);
  row('inventory', inventory);
  screen.line('');
  screen.line(`Faults as seen by ${report.client}`, 'title');
  for (const scenario of report.scenarios) {
    if (scenario.state !== 'measured') row(scenario.fault, scenario.state);
    else {
      const failed =
        scenario.failed === 0 ? 'no request failed' : `${scenario.failed} of ${scenario.requests} requests failed`;
      row(scenario.title, `longest gap ${Math.round(scenario.longestGapMs)} ms, ${failed}`);
    }
  }
  screen.line('');
  screen.line('Next steps', 'title');
  row('see the distribution', `node bin/lvsctl.js lab exec c1 -- curl -s http://${report.service}/`);
  row("see the master's table", 'node bin/lvsctl.js lab exec dr1 -- ipvsadm -Ln');
  row('cause drift', 'node bin/lvsctl.js lab exec rs1 -- ip addr del 192.168.168.12/32 dev lo');
  row('detect the drift', `node bin/lvsctl.js verify ${inventory}`);
  row('repair it', `node bin/lvsctl.js deploy ${inventory}`);
  row('use your own machines', 'README.md, "Your own machines"');
  row('remove the lab', 'node bin/lvsctl.js lab down');
}
