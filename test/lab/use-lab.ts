import { afterEach, beforeAll } from 'vitest';
import { LAB, deployed, endStarted, labUp, lvsctl, onHost } from '../support/lab.ts';
import { LENT_LAB } from '../support/lanes.ts';

/** How long a lab may take that is built anew, with all packages, while another one works beside it. */
const ANEW_MS = 600_000;

/** Hosts on which nothing was ever deployed. */
export function useBareLab(): void {
  beforeAll(async () => {
    await labUp(LAB);
    if (LENT_LAB !== undefined || (await isBare())) return;
    await lvsctl(['lab', 'down', '--name', LAB]);
    await labUp(LAB);
  }, ANEW_MS);
}

async function isBare(): Promise<boolean> {
  return (await onHost('dr1', 'command -v keepalived || echo none')) === 'none';
}

/** The article's cluster as its inventory wants it: before the first test of a file, and again after one that failed. */
export function useCluster(): void {
  deployFirst();
  putBackAfterFailure();
}

/** The same before the first test only, for files that then work on something else. */
export function deployFirst(): void {
  beforeAll(async () => {
    await labUp(LAB);
    await deployed();
  }, ANEW_MS);
}

/** After a test that failed halfway the next one finds the cluster as it would have been. */
export function putBackAfterFailure(): void {
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    endStarted();
    await putBack();
  }, ANEW_MS);
}

/** By a deploy, or on new hosts where a test left them so that a deploy cannot. */
async function putBack(): Promise<void> {
  try {
    await deployed();
  } catch (error) {
    if (LENT_LAB !== undefined) throw error;
    await lvsctl(['lab', 'down', '--name', LAB]);
    await labUp(LAB);
    await deployed();
  }
}
