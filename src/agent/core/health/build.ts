import type {
  CheckConf,
  Checker,
  FileCheck,
  Forwarding,
  Protocol,
  RealServer,
  VirtualServer,
} from '../../../keepalived/model-check.ts';
import { serviceIds } from '../../../keepalived/ipvs/expand.ts';
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

/** Two virtual servers with the same key are the same one, whatever else changed between two files. */
export function virtualKey(virtual: VirtualServer): string {
  return `${virtual.protocol} ${targetText(virtual)}`;
}

/**
 * What tells the servers of one virtual server apart, the sorry server too. With direct routing and tunnels the kernel
 * takes the service's own port whatever the file says: two ports of one address are one place.
 */
export function placeKey(server: {
  readonly address: string;
  readonly port: number;
  readonly lb_kind: Forwarding;
}): string {
  return server.lb_kind === 'NAT' ? `${server.address} ${server.port}` : server.address;
}

/** As keepalived writes it into the notify FIFO: `[192.0.2.10]:tcp:80`, `FWM 5`, and `[name]:0` of a group. */
export function virtualName({ target, protocol }: VirtualServer): string {
  if (target.kind === 'group') return `[${target.group}]:0`;
  return target.kind === 'fwmark' ? `FWM ${target.fwmark}` : placeName(target, protocol);
}

/** As `[192.0.2.1]:tcp:80`; the protocol of a real server is its virtual server's. */
export function placeName(place: { readonly address: string; readonly port: number }, protocol: Protocol): string {
  return `[${place.address}]:${protocol.toLowerCase()}:${place.port}`;
}

function targetText({ target }: VirtualServer): string {
  if (target.kind === 'group') return `group ${target.group}`;
  if (target.kind === 'fwmark') return `fwmark ${target.fwmark} ${target.family}`;
  return `${target.address}-${target.last ?? ''} ${target.port}`;
}

/** The kernel's weights are 31 bits; keepalived stops at 16. */
const LARGEST_WEIGHT = 65_535;

/** The weight of the file with what its checkers add; what would be below 0 is 0, which takes no new connections. */
export function weightOf(weight: number, checks: readonly CheckState[]): number {
  let sum = weight;
  for (const { asked, extra } of checks) sum += extra + (asked === undefined ? 0 : asked - weight);
  return Math.max(0, Math.min(LARGEST_WEIGHT, sum));
}

/** Sets the weight anew, in the sum of its virtual server too. False when it is as it was. */
export function weigh(real: RealState): boolean {
  const weight = weightOf(real.conf.weight, real.checks);
  if (weight === real.weight) return false;
  if (real.alive) real.virtual.liveWeight += weight - real.weight;
  real.weight = weight;
  return true;
}

/** At or below it a file takes its real server out of use (keepalived.conf(5), "Track files"). */
const FAULT = -2_147_483_648;

export interface FileVerdict {
  readonly passed: boolean;
  /** What it adds to the weight of the real server. */
  readonly extra: number;
  readonly reason: string | undefined;
}

/** With weight 0 any number but 0 fails, and `reverse` turns it round. A file that cannot be read counts as 0. */
export function judgeFile({ file, weight, reverse }: FileCheck, value = 0): FileVerdict {
  if (weight === 0) {
    const passed = (value === 0) !== reverse;
    return { passed, extra: 0, reason: passed ? undefined : `${file} holds ${value}` };
  }
  const extra = value * weight * (reverse ? -1 : 1);
  if (extra > FAULT) return { passed: true, extra, reason: undefined };
  return { passed: false, extra: 0, reason: `${file} holds ${value}, which takes more than all weight away` };
}
