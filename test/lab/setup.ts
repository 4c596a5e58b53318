import { LANES, LENT_LAB, agentLabBeside, labOfLane, shapedLabBeside } from '../support/lanes.ts';
import { lvsctl } from '../support/lab.ts';

/** No lab before the first test, so that it finds bare hosts, and none after the last; each lane brings up its own. */
export async function setup(): Promise<() => Promise<void>> {
  await down();
  return down;
}

async function down(): Promise<void> {
  if (LENT_LAB !== undefined) return;
  for (let lane = 1; lane <= LANES; lane += 1)
    for (const name of [labOfLane(lane), agentLabBeside(labOfLane(lane)), shapedLabBeside(labOfLane(lane))])
      await lvsctl(['lab', 'down', '--name', name]);
}
