import type { Script } from '../../../keepalived/model/conf.ts';
import type { DownCause } from '../messages/check-failures.ts';
import type { HealthEffect } from './event.ts';
import type { RealState, VirtualState } from './state.ts';
import { usesSorryServer } from './wanted.ts';
import { placeKey, placeName } from './build.ts';

type Word = 'UP' | 'DOWN';

/** Reports that a real server went up or down to log, script, FIFO and mail. @param cause undefined if it went up */
export function reportReal(
  virtual: VirtualState,
  real: RealState,
  cause: DownCause | undefined,
): readonly HealthEffect[] {
  const names = namesOf(virtual, real);
  const entry =
    cause === undefined ? ({ code: 'real-up', ...names } as const) : ({ code: 'real-down', ...names, cause } as const);
  return [
    { kind: 'log', ...entry },
    ...notifyReal(virtual, real, cause === undefined ? 'UP' : 'DOWN'),
    ...(real.conf.smtp_alert ? [{ kind: 'mail', code: 'real-state', entry } as const] : []),
  ];
}

/** Reports that a virtual server gained or lost its quorum. */
export function reportVirtual(virtual: VirtualState): readonly HealthEffect[] {
  const { name, conf, quorumUp, liveWeight: weight } = virtual;
  const { quorum, hysteresis, sorry_server } = conf;
  const sorry = usesSorryServer(virtual) ? sorry_server?.address : undefined;
  const code = quorumUp ? 'quorum-gained' : 'quorum-lost';
  const entry = { code, virtual: name, weight, quorum, hysteresis, sorry } as const;
  return [
    { kind: 'log', ...entry },
    ...notifyVirtual(virtual, quorumUp ? 'UP' : 'DOWN'),
    ...(conf.smtp_alert ? [{ kind: 'mail', code: 'virtual-state', entry } as const] : []),
  ];
}

export function notifyReal(virtual: VirtualState, { conf, name }: RealState, word: Word): readonly HealthEffect[] {
  const script = word === 'UP' ? conf.notify_up : conf.notify_down;
  return [{ kind: 'fifo', line: `RS ${name} ${virtual.name} ${word}` }, ...run(script)];
}

export function notifyVirtual({ conf, name }: VirtualState, word: Word): readonly HealthEffect[] {
  const script = word === 'UP' ? conf.quorum_up : conf.quorum_down;
  return [{ kind: 'fifo', line: `VS ${name} ${word}` }, ...run(script)];
}

function run(script: Script | undefined): readonly HealthEffect[] {
  return script === undefined ? [] : [{ kind: 'run', script, args: [] }];
}

/** The arguments of log entries about a real server. */
export function namesOf(
  virtual: VirtualState,
  { name }: RealState,
): { readonly real: string; readonly virtual: string } {
  return { real: name, virtual: virtual.name };
}

/** Reports real servers that are ignored because the kernel cannot distinguish them from another one. */
export function reportDuplicates({ name, conf, reals }: VirtualState): readonly HealthEffect[] {
  if (conf.real_server.length === reals.size) return [];
  return conf.real_server.flatMap((real) => {
    const first = reals.get(placeKey(real));
    if (first === undefined || first.conf === real) return [];
    const place = placeName(real, conf.protocol);
    return [{ kind: 'log', code: 'real-duplicate', real: place, virtual: name, first: first.name } as const];
  });
}
