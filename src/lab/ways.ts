import { Failure } from '../failure.ts';
import { prepareHost } from './host-way.ts';
import type { Workshop } from './ingredients.ts';
import type { Candidate } from './kernel-choice.ts';
import { meetNeeds } from './needs.ts';
import { LAB_HOSTS } from './network.ts';
import type { LabPaths } from './paths.ts';
import { prepareQemu } from './qemu-way.ts';
import { startLab } from './start.ts';
import type { StartingLab } from './state.ts';
import { prepareUml } from './uml-way.ts';
import { forgetRefusal, knownRefusal, rememberRefusal } from './verdict.ts';
import type { PreparedWay } from './way.ts';

/**
 * Starts a claimed lab in the first way that works, and says in one line which and why.
 * @throws Failure the last way's, when none works
 */
export async function startFirstThatWorks(
  paths: LabPaths,
  ways: readonly Candidate[],
  claimed: StartingLab,
  workshop: Workshop,
): Promise<void> {
  const { cache, report, signal } = workshop;
  const passedOver: string[] = [];
  for (const [index, candidate] of ways.entries()) {
    const isLast = index === ways.length - 1;
    const known = isLast ? undefined : knownRefusal(cache, candidate);
    if (known !== undefined) {
      passedOver.push(`${titleOf(candidate)} did not work here before (${known})`);
      continue;
    }
    const because = [candidate.because, ...passedOver].join('; ');
    report(`kernel ${candidate.kernel}: ${because}`);
    try {
      await meetNeeds(candidate.kernel, workshop);
      const way = await prepare(candidate, workshop);
      report(`starting ${String(LAB_HOSTS.length)} hosts on ${way.title}`);
      await startLab(paths, way, { ...claimed, phase: 'up', kernel: way.kernel, because }, workshop);
      await forgetRefusal(cache, candidate);
      return;
    } catch (error) {
      if (isLast || signal.aborted || !(error instanceof Failure)) throw error;
      await rememberRefusal(cache, candidate, error);
      passedOver.push(`${titleOf(candidate)} does not work here (${error.message})`);
    }
  }
}

function prepare(candidate: Candidate, workshop: Workshop): Promise<PreparedWay> {
  switch (candidate.kernel) {
    case 'host':
      return prepareHost(workshop);
    case 'uml':
      return prepareUml(workshop, candidate.suite);
    case 'qemu':
      return prepareQemu(workshop);
  }
}

function titleOf(candidate: Candidate): string {
  return candidate.kernel === 'uml' ? `uml of ${candidate.suite}` : candidate.kernel;
}
