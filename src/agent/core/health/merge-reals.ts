import type { Checker, RealServer } from '../../../keepalived/model-check.ts';
import { addReal, buildCheck, checkersOf } from './build.ts';
import type { HealthEffect } from './event.ts';
import { placeKey, placeName } from './identity.ts';
import { rest } from './schedule.ts';
import type { CheckState, HealthState, RealState, VirtualState } from './state.ts';
import { weightOf } from './weight.ts';

export interface Merged {
  /** Real servers that the new file does not have. */
  readonly gone: readonly RealState[];
  /** Real servers whose health is another one by the new checkers. */
  readonly turned: readonly RealState[];
}

/** Takes the real servers of a virtual server over into those of its new `conf`. */
export function mergeReals(state: HealthState, virtual: VirtualState, effects: HealthEffect[]): Merged {
  const before = virtual.reals;
  const turned: RealState[] = [];
  virtual.reals = new Map();
  virtual.liveWeight = 0;
  for (const conf of virtual.conf.real_server) {
    const key = placeKey(conf);
    const known = before.get(key);
    if (known === undefined || virtual.reals.has(key)) {
      addReal(state, virtual, conf);
      continue;
    }
    virtual.reals.set(key, known);
    if (takeOver(state, known, conf, effects)) turned.push(known);
    if (known.alive) virtual.liveWeight += known.weight;
  }
  const gone = [...before.values()].filter((real) => virtual.reals.get(real.key) !== real);
  for (const real of gone) dropChecks(state, real.checks, effects);
  return { gone, turned };
}

/**
 * A checker that is the same in both keeps what it knows and when its turn is. A new one begins as the real server is:
 * a file that only changes how it is checked takes nothing out of use, and brings nothing back unseen.
 * @returns whether its health is another one now
 */
function takeOver(state: HealthState, real: RealState, conf: RealServer, effects: HealthEffect[]): boolean {
  const { alive } = real;
  const left = [...real.checks];
  real.conf = conf;
  real.name = placeName(conf, real.virtual.conf.protocol);
  real.checks = checkersOf(real).map((checker) => {
    const index = left.findIndex((check) => sameChecker(check.checker, checker));
    const [kept] = index < 0 ? [] : left.splice(index, 1);
    return kept ?? buildCheck(state, real, checker, alive);
  });
  dropChecks(state, left, effects);
  real.failing = real.checks.filter((check) => !check.up).length;
  real.alive = real.failing === 0;
  real.weight = weightOf(conf.weight, real.checks);
  return real.alive !== alive;
}

export function dropChecks(state: HealthState, checks: readonly CheckState[], effects: HealthEffect[]): void {
  for (const check of checks) {
    rest(check, effects);
    state.checks.delete(check.id);
  }
}

function sameChecker(a: Checker, b: Checker): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
