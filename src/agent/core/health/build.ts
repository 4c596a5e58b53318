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
import { firstByKey } from '../../../keepalived/ipvs/key.ts';
import { type CheckState, type HealthState, type RealState, type VirtualState, realTable } from './state.ts';

/** What numbers and evaluates new checks. */
export type Numbering = Pick<HealthState, 'files' | 'nextCheck'>;

/** The initial state of a virtual server: without quorum, real servers up unless `alpha` is set. */
export function buildVirtual(conf: VirtualServer, file: CheckConf, numbering: Numbering): VirtualState {
  const reals: RealState[] = [];
  let { nextCheck } = numbering;
  for (const one of firstByKey(conf.real_server, placeKey).values()) {
    const real = buildReal(one, conf, { ...numbering, nextCheck });
    nextCheck += real.checks.length;
    reals.push(real);
  }
  return {
    key: virtualKey(conf),
    name: virtualName(conf),
    conf,
    groups: file.virtual_server_group,
    services: serviceIds(conf, file.virtual_server_group),
    reals: realTable(reals),
    quorumUp: false,
    liveWeight: liveWeightOf(reals),
    sorryInstalled: undefined,
  };
}

export function buildReal(conf: RealServer, virtual: VirtualServer, { files, nextCheck }: Numbering): RealState {
  const checks = checkersOf(conf, virtual).map((checker, index) =>
    buildCheck(checker, !checker.alpha, { files, nextCheck: nextCheck + index }),
  );
  const alive = checks.every((check) => check.up);
  return {
    key: placeKey(conf),
    name: placeName(conf, virtual.protocol),
    conf,
    alive,
    reported: alive,
    weight: weightOf(conf.weight, checks),
    checks,
    installed: undefined,
  };
}

/** The configured checkers. HTTP checkers without virtualhost inherit that of the real or virtual server. */
export function checkersOf(conf: RealServer, virtual: VirtualServer): readonly Checker[] {
  const virtualhost = conf.virtualhost ?? virtual.virtualhost;
  return conf.checkers.map((checker) => {
    if (checker.kind !== 'HTTP_GET' && checker.kind !== 'SSL_GET') return checker;
    return checker.virtualhost === undefined ? { ...checker, virtualhost } : checker;
  });
}

/** A FILE_CHECK whose file has been read is evaluated at once; any other check starts as `up`. */
export function buildCheck(checker: Checker, up: boolean, { files, nextCheck }: Numbering): CheckState {
  const isRead = checker.kind === 'FILE_CHECK' && files.has(checker.file);
  const verdict = isRead ? judgeFile(checker, files.get(checker.file)) : undefined;
  return {
    id: `${checker.kind} ${nextCheck}`,
    checker,
    up: verdict === undefined ? up : verdict.failure === undefined,
    ran: false,
    tries: 0,
    due: 0,
    activity: 'resting',
    asked: undefined,
    extra: verdict?.extra ?? 0,
    last: undefined,
  };
}

export function liveWeightOf(reals: readonly RealState[]): number {
  return reals.reduce((sum, { alive, weight }) => (alive ? sum + weight : sum), 0);
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
