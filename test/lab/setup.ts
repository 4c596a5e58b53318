import { LAB, LENT_LAB, lvsctl } from '../support/lab.ts';

/** A bare lab before the first test, and nothing of it after the last. */
export async function setup(): Promise<() => Promise<void>> {
  if (LENT_LAB === undefined) await lvsctl(['lab', 'down', '--name', LAB]);
  const { exitCode, output } = await lvsctl(['lab', 'up', '--name', LAB, '--install']);
  if (exitCode !== 0) throw new Error(`the lab did not come up:\n${output}`);
  return async () => {
    if (LENT_LAB === undefined) await lvsctl(['lab', 'down', '--name', LAB]);
  };
}
