import { setMaxListeners } from 'node:events';
import { Failure } from '../failure.ts';
import { DistributionFailure } from './distributions/build.ts';
import { prepareHost } from './host-way.ts';
import type { BuildContext } from '../toolbox/build-context.ts';
import { type WayIngredients, gatherIngredients } from './ingredients.ts';
import { type Candidate, forgetRefusal, knownRefusal, meetNeeds, rememberRefusal } from './kernel.ts';
import type { LabPaths } from './paths.ts';
import { prepareQemu } from './qemu.ts';
import { startLab } from './start.ts';
import type { StartingLab } from './state.ts';
import { prepareUml } from './uml.ts';
import type { PreparedWay } from './way.ts';

/**
 * Starts a claimed lab in the first way that works, and says in one line which and why.
 * @throws Failure the last way's, when none works; at once when something is missing that every way needs
 */
export async function startFirstThatWorks(
  paths: LabPaths,
  ways: readonly Candidate[],
  claimed: StartingLab,
  context: BuildContext,
): Promise<void> {
  const end = new AbortController();
  const shop = { ...context, signal: AbortSignal.any([context.signal, end.signal]) };
  setMaxListeners(0, shop.signal);
  let ingredients: WayIngredients | undefined;
  let hostsFailed = false;
  const passedOver: string[] = [];
  try {
    for (const [index, candidate] of ways.entries()) {
      const isLast = index === ways.length - 1;
      const known = isLast ? undefined : knownRefusal(shop.cache, candidate);
      if (known !== undefined) {
        passedOver.push(`${titleOf(candidate)} failed here before (${known})`);
        continue;
      }
      const because = [candidate.because, ...passedOver].join('; ');
      shop.report(`kernel ${candidate.kernel}: ${because}`);
      await meetNeeds(candidate.kernel, shop);
      if (ingredients === undefined) {
        ingredients = await gatherIngredients(shop, claimed.distributions);
        ingredients.hosts.catch(() => (hostsFailed = true));
      }
      try {
        const way = await prepare(candidate, shop, ingredients);
        shop.report(`starting ${String(claimed.topology.hosts.length)} hosts on ${way.title}`);
        await startLab(
          paths,
          way,
          { ...claimed, phase: 'up', kernel: way.kernel, because, base: ingredients.base },
          shop,
        );
        await forgetRefusal(shop.cache, candidate);
        return;
      } catch (error) {
        if (isLast || hostsFailed || shop.signal.aborted || !(error instanceof Failure)) throw error;
        if (error instanceof DistributionFailure) throw error;
        await rememberRefusal(shop.cache, candidate, error);
        passedOver.push(`${titleOf(candidate)} does not work here (${error.message})`);
      }
    }
  } finally {
    // Builds in progress are no longer needed.
    end.abort();
    await ingredients?.hosts.catch(() => undefined);
  }
}

function prepare(candidate: Candidate, context: BuildContext, ingredients: WayIngredients): Promise<PreparedWay> {
  switch (candidate.kernel) {
    case 'host':
      return prepareHost(context, ingredients);
    case 'uml':
      return prepareUml(context, ingredients, candidate.suite);
    case 'qemu':
      return prepareQemu(context, ingredients);
  }
}

function titleOf(candidate: Candidate): string {
  return candidate.kernel === 'uml' ? `uml of ${candidate.suite}` : candidate.kernel;
}
