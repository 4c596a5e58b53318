import { Failure } from '../failure.ts';
import { type Plan, changesIn } from './plan.ts';

/** Hosts whose changes differ from those in the plan. @param except hosts whose changes may differ */
export function movedSince(plan: Plan, now: Plan, except: ReadonlySet<string> = new Set()): readonly string[] {
  const before = byHost(plan);
  const after = byHost(now);
  const hosts = new Set([...before.keys(), ...after.keys(), ...now.unreadable.map(({ host }) => host)]);
  return [...hosts].filter(
    (host) =>
      (before.get(host) !== after.get(host) && !except.has(host)) || now.unreadable.some((one) => one.host === host),
  );
}

function byHost(plan: Plan): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const { host, kind, key, action, fields } of changesIn(plan)) {
    texts.set(host, `${texts.get(host) ?? ''}${JSON.stringify([kind, key, action, fields])}\n`);
  }
  return texts;
}

/** @throws Failure `stale` when hosts changed after planning. */
export function requireUnmoved(plan: Plan, now: Plan, except?: ReadonlySet<string>): void {
  const hosts = movedSince(plan, now, except);
  if (hosts.length === 0) return;
  throw new Failure('stale', `${hosts.join(', ')} changed after the plan was made. No changes made.`, {
    hint: 'Run the command again to make a new plan.',
    retryable: true,
  });
}
