import type { Checker, CheckConf, RealServer, VirtualServer } from '../../../keepalived/model-check.ts';
import { serviceIds } from '../../../keepalived/ipvs/expand.ts';
import { placeKey, placeName, virtualKey, virtualName } from './identity.ts';
import { judgeFile } from './judge-file.ts';
import type { CheckState, HealthState, RealState, VirtualState } from './state.ts';
import { weightOf } from './weight.ts';

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
    weight: 0,
    checks: [],
  };
  real.checks = checkersOf(real).map((checker) => buildCheck(state, real, checker, !checker.alpha));
  real.failing = real.checks.filter((check) => !check.up).length;
  real.alive = real.failing === 0;
  real.told = real.alive;
  real.weight = weightOf(conf.weight, real.checks);
  if (real.alive) virtual.liveWeight += real.weight;
  virtual.reals.set(key, real);
}

/** The checkers of its file; where HTTP is told no host, that of the real server, or of the virtual server. */
export function checkersOf({ conf, virtual }: RealState): readonly Checker[] {
  const virtualhost = conf.virtualhost ?? virtual.conf.virtualhost;
  return conf.checkers.map((checker) => {
    if (checker.kind !== 'HTTP_GET' && checker.kind !== 'SSL_GET') return checker;
    return checker.virtualhost === undefined ? { ...checker, virtualhost } : checker;
  });
}

/** A file that is known already is judged at once; everything else begins as `up` says. */
export function buildCheck(state: HealthState, real: RealState, checker: Checker, up: boolean): CheckState {
  const known = checker.kind === 'FILE_CHECK' && state.files.has(checker.file);
  const verdict = known ? judgeFile(checker, state.files.get(checker.file)) : undefined;
  const check: CheckState = {
    id: `${checker.kind} ${state.nextCheck}`,
    checker,
    real,
    up: verdict?.passed ?? up,
    ran: false,
    tries: 0,
    due: 0,
    activity: 'resting',
    asked: undefined,
    extra: verdict?.extra ?? 0,
    last: undefined,
  };
  state.nextCheck += 1;
  state.checks.set(check.id, check);
  return check;
}
