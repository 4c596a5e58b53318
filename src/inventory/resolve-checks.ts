import { readConf } from '../keepalived/read-conf.ts';
import type { Directive } from '../keepalived/write.ts';
import type { CheckTiming } from './cluster.ts';
import { DEFAULTS } from './defaults.ts';
import { partedChecks } from './keywords.ts';
import type { PathParts } from './place.ts';
import { overlaid } from './resolve-entries.ts';
import { type ShortCheck, checkersOf } from './short-check.ts';

/** What one place of the inventory says of the health checks of a real server. */
export interface CheckLayer {
  /** Its place in the inventory. */
  readonly at: PathParts;
  readonly check: ShortCheck | undefined;
  readonly tcp_check: GivenTcpCheck | undefined;
  /** Keywords of the place, with their places. */
  readonly keywords: readonly Directive[];
  /** Those of its tcp_check. */
  readonly tcp: readonly Directive[];
}

export interface GivenTcpCheck {
  readonly connect_timeout?: number | undefined;
  readonly nb_get_retry?: number | undefined;
  readonly delay_before_retry?: number | undefined;
}

/** The checks of a real server, from the nearest place that says anything of them. */
export interface Checks {
  readonly directives: readonly Directive[];
  /** undefined where keepalived has to say it. */
  readonly timing: CheckTiming | undefined;
}

/** @param layers the nearest first */
export function checksOf(layers: readonly CheckLayer[], otherwise: ShortCheck): Checks {
  const nearest = layers.find(
    ({ check, tcp_check, keywords }) =>
      check !== undefined || tcp_check !== undefined || partedChecks(keywords).checks.length > 0,
  );
  const written = partedChecks(nearest?.keywords ?? []).checks;
  // Both of one place are meant.
  const beside = nearest?.tcp_check === undefined ? [] : [tcpCheckOf(layers)];
  if (written.length > 0) return { directives: [...beside, ...written], timing: undefined };
  const short = nearest?.check ?? (nearest?.tcp_check === undefined ? otherwise : TCP);
  if (short.kind === 'tcp') return { directives: [tcpCheckOf(layers)], timing: timingIn(layers) };
  const checkers = checkersOf(short, timingKeywords(layers));
  if (nearest === undefined) return { directives: checkers, timing: undefined };
  return { directives: checkers.map((one) => placed([...nearest.at, 'check'], one)), timing: undefined };
}

const TCP: ShortCheck = { kind: 'tcp', argument: '' };

function tcpCheckOf(layers: readonly CheckLayer[]): Directive {
  return {
    keyword: 'TCP_CHECK',
    words: [],
    block: [...timingKeywords(layers), ...overlaid(...layers.toReversed().map(({ tcp }) => tcp))],
  };
}

/** Everything of a short check comes from its one key. */
function placed(at: PathParts, directive: Directive): Directive {
  const { block } = directive;
  return { ...directive, at, ...(block !== undefined && { block: block.map((inner) => placed(at, inner)) }) };
}

function timingIn(layers: readonly CheckLayer[]): CheckTiming {
  return { retry: valueOf(layers, 'nb_get_retry'), delay_before_retry: valueOf(layers, 'delay_before_retry') };
}

function valueOf(layers: readonly CheckLayer[], key: keyof GivenTcpCheck): number {
  return layerOf(layers, key)?.tcp_check?.[key] ?? DEFAULTS.tcp_check[key].value;
}

function layerOf(layers: readonly CheckLayer[], key: keyof GivenTcpCheck): CheckLayer | undefined {
  return layers.find(({ tcp_check }) => tcp_check?.[key] !== undefined);
}

/** nb_get_retry has been named retry since keepalived 2.0. What the inventory says has its place there. */
function timingKeywords(layers: readonly CheckLayer[]): readonly Directive[] {
  return [
    timingKeyword(layers, 'connect_timeout', 'connect_timeout'),
    timingKeyword(layers, 'retry', 'nb_get_retry'),
    timingKeyword(layers, 'delay_before_retry', 'delay_before_retry'),
  ];
}

function timingKeyword(layers: readonly CheckLayer[], keyword: string, key: keyof GivenTcpCheck): Directive {
  const layer = layerOf(layers, key);
  const at = layer === undefined ? undefined : [...layer.at, 'tcp_check', key];
  return { keyword, words: [String(valueOf(layers, key))], ...(at !== undefined && { at }) };
}

/** Timing of the checker of a real server that takes longest to fail, read from its part of keepalived.conf. */
export function timingOf(virtualServer: string, realServer: string): CheckTiming {
  const text = `virtual_server 192.0.2.1 1 {
lb_kind NAT
${virtualServer}
real_server 192.0.2.2 1 {
${realServer}
}
}
`;
  const name = 'keepalived.conf';
  const read = (pattern: string) => (pattern === name ? [{ name, text }] : []);
  const { understood } = readConf({ main: name, read }, { configId: undefined, hostname: '', tls: true });
  const checkers = understood?.check.virtual_server[0]?.real_server[0]?.checkers ?? [];
  return checkers.reduce<CheckTiming>(
    (slowest, { retry, delay_before_retry }) =>
      retry * delay_before_retry > slowest.retry * slowest.delay_before_retry * 1000
        ? { retry, delay_before_retry: delay_before_retry / 1000 }
        : slowest,
    { retry: 0, delay_before_retry: 0 },
  );
}
