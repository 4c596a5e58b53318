import type { HealthEffect } from './event.ts';
import type { RealState, VirtualState } from './state.ts';
import { usesSorryServer } from './wanted.ts';
import { placeKey, placeName } from './build.ts';

type Word = 'UP' | 'DOWN';

/** Reports that a real server went up or down to journal, script, FIFO and mail. @param why undefined if it went up */
export function reportReal(real: RealState, why: string | undefined, effects: HealthEffect[]): void {
  const word = why === undefined ? 'UP' : 'DOWN';
  const reason = why === undefined ? '' : `: ${why}`;
  const text = `real server ${real.name} of ${real.virtual.name} is ${word.toLowerCase()}${reason}`;
  effects.push({ kind: 'log', level: levelOf(word), text });
  notifyReal(real, word, effects);
  if (real.conf.smtp_alert)
    effects.push(mail(`Real server ${real.name} of virtual server ${real.virtual.name} is ${word}`, text));
}

/** Reports that a virtual server gained or lost its quorum. */
export function reportVirtual(virtual: VirtualState, effects: HealthEffect[]): void {
  const word = virtual.quorumUp ? 'UP' : 'DOWN';
  const text = describeQuorum(virtual);
  effects.push({ kind: 'log', level: levelOf(word), text });
  notifyVirtual(virtual, word, effects);
  if (virtual.conf.smtp_alert) effects.push(mail(`Virtual server ${virtual.name} is ${word}`, text));
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

/** For example `virtual server [192.0.2.10]:tcp:80 has no quorum: live weight 1, quorum 2`. */
function describeQuorum(virtual: VirtualState): string {
  const { quorum, hysteresis, sorry_server } = virtual.conf;
  const limit = hysteresis === 0 ? `${quorum}` : `${quorum} with a hysteresis of ${hysteresis}`;
  const sorry = usesSorryServer(virtual) ? `; using sorry server ${sorry_server?.address ?? ''}` : '';
  const quorumState = virtual.quorumUp ? 'has quorum' : 'has no quorum';
  return `virtual server ${virtual.name} ${quorumState}: live weight ${virtual.liveWeight}, quorum ${limit}${sorry}`;
}

function levelOf(word: Word): 'notice' | 'warning' {
  return word === 'UP' ? 'notice' : 'warning';
}

function mail(subject: string, text: string): HealthEffect {
  return { kind: 'mail', subject, body: `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}.` };
}

/** Reports real servers that are ignored because the kernel cannot distinguish them from another one. */
export function reportDuplicates({ name, conf, reals }: VirtualState, effects: HealthEffect[]): void {
  if (conf.real_server.length === reals.size) return;
  for (const real of conf.real_server) {
    const first = reals.get(placeKey(real));
    if (first === undefined || first.conf === real) continue;
    const text = `real server ${placeName(real, conf.protocol)} of ${name} is ignored: the kernel cannot distinguish it from ${first.name}. Use another address or NAT forwarding.`;
    effects.push({ kind: 'log', level: 'warning', text });
  }
}
