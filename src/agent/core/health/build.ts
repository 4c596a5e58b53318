import type {
  CheckConf,
  Checker,
  FileCheck,
  Forwarding,
  Protocol,
  RealServer,
  VirtualServer,
} from '../../../keepalived/model/check.ts';
import { serviceIds } from '../../../keepalived/ipvs/expand.ts';
import type { CheckFailure } from '../messages/check-failures.ts';
import type { CheckState, HealthState, RealState, VirtualState } from './state.ts';

/** The initial state of a virtual server: without quorum, real servers up unless `alpha` is set. */
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

/** Of two real servers with the same key the first wins, as the kernel cannot hold both. */
export function addReal(state: HealthState, virtual: VirtualState, conf: RealServer): void {
  const key = placeKey(conf);
  if (virtual.reals.has(key)) return;
  const real: RealState = {
    key,
    name: placeName(conf, virtual.conf.protocol),
    virtual,
    conf,
    alive: true,
    reported: true,
    failing: 0,
    weight: 0,
    checks: [],
  };
  real.checks = checkersOf(real).map((checker) => buildCheck(state, real, checker, !checker.alpha));
  real.failing = real.checks.filter((check) => !check.up).length;
  real.alive = real.failing === 0;
  real.reported = real.alive;
  real.weight = weightOf(conf.weight, real.checks);
  if (real.alive) virtual.liveWeight += real.weight;
  virtual.reals.set(key, real);
}

/** The configured checkers. HTTP checkers without virtualhost inherit that of the real or virtual server. */
export function checkersOf({ conf, virtual }: RealState): readonly Checker[] {
  const virtualhost = conf.virtualhost ?? virtual.conf.virtualhost;
  return conf.checkers.map((checker) => {
    if (checker.kind !== 'HTTP_GET' && checker.kind !== 'SSL_GET') return checker;
    return checker.virtualhost === undefined ? { ...checker, virtualhost } : checker;
  });
}

/** A FILE_CHECK whose file has been read is evaluated at once; any other check starts as `up`. */
export function buildCheck(state: HealthState, real: RealState, checker: Checker, up: boolean): CheckState {
  const isRead = checker.kind === 'FILE_CHECK' && state.files.has(checker.file);
  const verdict = isRead ? judgeFile(checker, state.files.get(checker.file)) : undefined;
  const check: CheckState = {
    id: `${checker.kind} ${state.nextCheck}`,
    checker,
    real,
    up: verdict === undefined ? up : verdict.failure === undefined,
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

/** Identifies a virtual server across reloads. */
export function virtualKey(virtual: VirtualServer): string {
  return `${virtual.protocol} ${targetText(virtual)}`;
}

/**
 * Identifies a server within a virtual server, including the sorry server. With direct routing and tunnels the kernel
 * always uses the port of the service, so two ports of one address are the same server.
 */
export function placeKey(server: {
  readonly address: string;
  readonly port: number;
  readonly lb_kind: Forwarding;
}): string {
  return server.lb_kind === 'NAT' ? `${server.address} ${server.port}` : server.address;
}

/** In the format of keepalived's notify FIFO: `[192.0.2.10]:tcp:80`, `FWM 5`, or `[name]:0` for a group. */
export function virtualName({ target, protocol }: VirtualServer): string {
  if (target.kind === 'group') return `[${target.group}]:0`;
  return target.kind === 'fwmark' ? `FWM ${target.fwmark}` : placeName(target, protocol);
}

/** For example `[192.0.2.1]:tcp:80`. A real server has the protocol of its virtual server. */
export function placeName(place: { readonly address: string; readonly port: number }, protocol: Protocol): string {
  return `[${place.address}]:${protocol.toLowerCase()}:${place.port}`;
}

function targetText({ target }: VirtualServer): string {
  if (target.kind === 'group') return `group ${target.group}`;
  if (target.kind === 'fwmark') return `fwmark ${target.fwmark} ${target.family}`;
  return `${target.address}-${target.last ?? ''} ${target.port}`;
}

/** keepalived's limit; the kernel accepts 31 bits. */
const LARGEST_WEIGHT = 65_535;

/** The configured weight adjusted by the checkers and clamped; a server with weight 0 gets no new connections. */
export function weightOf(weight: number, checks: readonly CheckState[]): number {
  let sum = weight;
  for (const { asked, extra } of checks) sum += extra + (asked === undefined ? 0 : asked - weight);
  return Math.max(0, Math.min(LARGEST_WEIGHT, sum));
}

/** Recomputes the weight, also in the total of the virtual server. @returns whether it changed */
export function weigh(real: RealState): boolean {
  const weight = weightOf(real.conf.weight, real.checks);
  if (weight === real.weight) return false;
  if (real.alive) real.virtual.liveWeight += weight - real.weight;
  real.weight = weight;
  return true;
}

/** At or below this value a file takes its real server down (keepalived.conf(5), "Track files"). */
const FAULT = -2_147_483_648;

export interface FileVerdict {
  /** Adjustment of the real server's weight. */
  readonly extra: number;
  /** Undefined if it passes. */
  readonly failure: CheckFailure | undefined;
}

/** With weight 0 any number other than 0 fails; `reverse` inverts this. An unreadable file counts as 0. */
export function judgeFile({ file, weight, reverse }: FileCheck, value = 0): FileVerdict {
  if (weight === 0) {
    const passed = (value === 0) !== reverse;
    return { extra: 0, failure: passed ? undefined : { code: 'file', file, value } };
  }
  const extra = value * weight * (reverse ? -1 : 1);
  if (extra > FAULT) return { extra, failure: undefined };
  return { extra: 0, failure: { code: 'file-range', file, value } };
}
