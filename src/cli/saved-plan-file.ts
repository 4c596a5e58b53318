import { open } from 'node:fs/promises';
import path from 'node:path';
import { replaceFile } from '../disk/replace-file.ts';
import { Failure } from '../failure.ts';
import { type SavedPlan, readSavedPlan } from '../pipeline/saved-plan.ts';
import type { Context } from './context.ts';

/** bytes; the texts of files make up most of a plan */
const LARGEST = 256 * 1024 * 1024;

/** Only its owner reads a saved plan: it has the configuration of all hosts. @throws Failure `inventory` */
export async function writePlanFile({ cwd }: Context, file: string, plan: SavedPlan): Promise<void> {
  const place = path.resolve(cwd, file);
  if (!(await isReplaceable(place))) {
    throw new Failure('inventory', `${file} exists and is no saved plan. The plan is not saved.`, {
      hint: 'Name another file.',
    });
  }
  try {
    await replaceFile(place, `${JSON.stringify(plan, undefined, 1)}\n`, 0o600);
  } catch (cause) {
    throw notDone(file, 'cannot be written', cause);
  }
}

/** Whether there is no file, or an earlier plan: an inventory must not be lost by a mistake in a name. */
async function isReplaceable(place: string): Promise<boolean> {
  try {
    const handle = await open(place);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(64), 0, 64, 0);
      return buffer.subarray(0, bytesRead).toString('latin1').startsWith('{\n "format": "lvsctl plan');
    } finally {
      await handle.close();
    }
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT';
  }
}

/** @throws Failure `inventory` */
export async function readPlanFile({ cwd }: Context, file: string): Promise<SavedPlan> {
  return readSavedPlan(await textOf(path.resolve(cwd, file), file), file);
}

async function textOf(place: string, file: string): Promise<string> {
  try {
    const handle = await open(place);
    try {
      const { size } = await handle.stat();
      if (size > LARGEST) throw new Error(`it is larger than ${LARGEST} bytes`);
      return await handle.readFile('utf8');
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw notDone(file, 'cannot be read', cause);
  }
}

function notDone(file: string, what: string, cause: unknown): Failure {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new Failure('inventory', `${file}: the plan ${what}: ${reason}. No changes made.`, {
    hint: 'Name a file in a folder of your own.',
    cause,
  });
}
