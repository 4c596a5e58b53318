import type { DownCause } from '../messages/check-failures.ts';
import type { HealthEffect } from './event.ts';
import type { RealState, VirtualState } from './state.ts';
import { usesSorryServer } from './wanted.ts';
import { placeKey, placeName } from './build.ts';

type Word = 'UP' | 'DOWN';

/** Reports that a real server went up or down to journal, script, FIFO and mail. @param cause undefined if it went up */
export function reportReal(real: RealState, cause: DownCause | undefined, effects: HealthEffect[]): void {
  const names = namesOf(real);
  const entry =
    cause === undefined ? ({ code: 'real-up', ...names } as const) : ({ code: 'real-down', ...names, cause } as const);
  effects.push({ kind: 'log', ...entry });
  notifyReal(real, cause === undefined ? 'UP' : 'DOWN', effects);
  if (real.conf.smtp_alert) effects.push({ kind: 'mail', code: 'real-state', entry });
}

/** Reports that a virtual server gained or lost its quorum. */
export function reportVirtual(virtual: VirtualState, effects: HealthEffect[]): void {
  const { name, conf, quorumUp, liveWeight: weight } = virtual;
  const { quorum, hysteresis, sorry_server } = conf;
  const sorry = usesSorryServer(virtual) ? sorry_server?.address : undefined;
  const code = quorumUp ? 'quorum-gained' : 'quorum-lost';
  const entry = { code, virtual: name, weight, quorum, hysteresis, sorry } as const;
  effects.push({ kind: 'log', ...entry });
  notifyVirtual(virtual, quorumUp ? 'UP' : 'DOWN', effects);
  if (conf.smtp_alert) effects.push({ kind: 'mail', code: 'virtual-state', entry });
}

export function notifyReal({ conf, name, virtual }: RealState, word: Word, effects: HealthEffect[]): void {
  effects.push({ kind: 'fifo', line: `RS ${name} ${virtual.name} ${word}` });
  const script = word === 'UP' ? conf.notify_up : conf.notify_down;
  if (script !== undefined) effects.push({ kind: 'run', script, args: [] });
}

export function notifyVirtual({ conf, name }: VirtualState, word: Word, effects: HealthEffect[]): void {
  effects.push({ kind: 'fifo', line: `VS ${name} ${word}` });
  const script = word === 'UP' ? conf.quorum_up : conf.quorum_down;
  if (script !== undefined) effects.push({ kind: 'run', script, args: [] });
}

/** The arguments of log entries about a real server. */
export function namesOf({ name, virtual }: RealState): { readonly real: string; readonly virtual: string } {
  return { real: name, virtual: virtual.name };
}

/** Reports real servers that are ignored because the kernel cannot distinguish them from another one. */
export function reportDuplicates({ name, conf, reals }: VirtualState, effects: HealthEffect[]): void {
  if (conf.real_server.length === reals.size) return;
  for (const real of conf.real_server) {
    const first = reals.get(placeKey(real));
    if (first === undefined || first.conf === real) continue;
    const place = placeName(real, conf.protocol);
    effects.push({ kind: 'log', code: 'real-duplicate', real: place, virtual: name, first: first.name });
  }
}
