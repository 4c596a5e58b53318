import type { Checker, CheckConf, RealServer, VirtualServer } from '../conf/model-check.ts';
import { serviceIds } from '../ipvs/expand.ts';
import { placeKey, placeName, virtualKey, virtualName } from './identity.ts';
import type { CheckState, HealthState, RealState, VirtualState } from './state.ts';

/** A virtual server as it begins: without quorum, its real servers up unless `alpha` says that they must show it. */
export function buildVirtual(state: HealthState, conf: VirtualServer, file: CheckConf): VirtualState {
  const virtual: VirtualState = {
    key: virtualKey(conf),
    name: virtualName(conf),
    conf,
    groups: file.virtual_server_group,
    services: serviceIds(conf, file.virtual_server_group),
    reals: new Map(),
    quorumUp: false,
    liveWeight: 0,
    installed: new Map(),
  };
  for (const real of conf.real_server) addReal(state, virtual, real);
  return virtual;
}

/** Of two real servers at one place the first counts: the kernel knows no second. */
export function addReal(state: HealthState, virtual: VirtualState, conf: RealServer): void {
  const key = placeKey(conf);
  if (virtual.reals.has(key)) return;
  const real: RealState = {
    key,
    name: placeName(conf, virtual.conf.protocol),
    virtual,
    conf,
    alive: true,
    told: true,
    failing: 0,
    weight: conf.weight,
    checks: [],
  };
  real.checks = conf.checkers.map((checker) => buildCheck(state, real, checker, !checker.alpha));
  real.failing = real.checks.filter((check) => !check.up).length;
  real.alive = real.failing === 0;
  real.told = real.alive;
  if (real.alive) virtual.liveWeight += real.weight;
  virtual.reals.set(key, real);
}

export function buildCheck(state: HealthState, real: RealState, checker: Checker, up: boolean): CheckState {
  const check: CheckState = {
    id: `${checker.kind} ${state.nextCheck}`,
    checker,
    real,
    up,
    ran: false,
    tries: 0,
    due: 0,
    activity: 'resting',
    asked: undefined,
    extra: 0,
    last: undefined,
  };
  state.nextCheck += 1;
  state.checks.set(check.id, check);
  return check;
}
