import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { cpus, release } from 'node:os';
import path from 'node:path';
import { makeOwnFolder } from '../disk/own-folder.ts';
import { replaceFile } from '../disk/replace-file.ts';
import type { Failure } from '../failure.ts';
import type { Candidate } from './kernel-choice.ts';

/** A guest kernel that died on this machine will die again: `auto` then saves the wait. A time-out proves nothing. */
interface Refusal {
  readonly machine: string;
  readonly why: string;
}

const machine = (): string => `${release()} on ${cpus()[0]?.model ?? 'an unknown CPU'}`;

const fileOf = (cache: string, candidate: Candidate): string =>
  path.join(cache, `refused-${candidate.kernel}${candidate.kernel === 'uml' ? `-${candidate.suite}` : ''}.json`);

/** Why this way did not work here before; undefined when that is not known. */
export function knownRefusal(cache: string, candidate: Candidate): string | undefined {
  try {
    const refusal = JSON.parse(readFileSync(fileOf(cache, candidate), 'utf8')) as Refusal;
    return refusal.machine === machine() ? refusal.why : undefined;
  } catch {
    return undefined;
  }
}

export async function rememberRefusal(cache: string, candidate: Candidate, failure: Failure): Promise<void> {
  if (failure.detail.retryable !== false) return;
  await makeOwnFolder(cache, { code: 'lab', hint: 'Set XDG_CACHE_HOME to a folder that only you can write to.' });
  const refusal: Refusal = { machine: machine(), why: failure.message };
  await replaceFile(fileOf(cache, candidate), `${JSON.stringify(refusal, undefined, 2)}\n`, 0o644);
}

export async function forgetRefusal(cache: string, candidate: Candidate): Promise<void> {
  await rm(fileOf(cache, candidate), { force: true });
}
