import { afterAll, afterEach, beforeAll } from 'vitest';
import { type Ended, LAB, ROOT, deployed, endStarted, labUp, lvsctl, onHost, restarted } from '../support/lab.ts';
import { LENT_LAB, shapedLabBeside } from '../support/lanes.ts';
import path from 'node:path';

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

/** A lab of the hosts of an inventory, beside the one of the lane. */
export interface InventoryLab {
  /** Runs a verb on the inventory. */
  readonly lvsctl: (verb: string, ...more: readonly string[]) => Promise<Ended>;
  readonly on: (host: string, script: string) => Promise<string>;
  /** Reboots a host and waits until it is back. */
  readonly restarted: (host: string) => Promise<void>;
}

/**
 * The bare hosts of an inventory, in a lab that goes with the last test.
 * @param inventory file in `inventories`, or an absolute path
 */
export function useLabOf(inventory: string): InventoryLab {
  const name = shapedLabBeside(LAB);
  const file = path.resolve(ROOT, 'inventories', inventory);
  const down = async (): Promise<void> => void (await lvsctl(['lab', 'down', '--name', name]));
  beforeAll(async () => {
    await down();
    await labUp(name, file);
  }, ANEW_MS);
  afterAll(down);
  return {
    // Further `-i` are laid over it.
    lvsctl: (verb, ...more) => lvsctl([verb, '-i', file, `--lab=${name}`, ...more]),
    on: (host, script) => onHost(host, script, name),
    restarted: (host) => restarted(host, name),
  };
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
