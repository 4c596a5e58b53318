import type { Change } from './change.ts';
import { type Plan, changesIn } from './plan.ts';
import { hide } from './render.ts';

/** Identifies a change in events; its fields are in the plan only. */
export function subjectOf({ host, role, kind, key, action }: Change) {
  return { host, role, kind, key, action };
}

/** A change as JSON, without steps and with secrets redacted. */
export function changeAsJson(change: Change) {
  const { reason, disruptive } = change;
  const clean = (text: string | undefined) => (text === undefined ? null : hide(text, change.secrets));
  const fields = change.fields.map(({ name, before, after }) => ({ name, before: clean(before), after: clean(after) }));
  const bytes = change.uploads?.reduce((sum, { size }) => sum + size, 0) ?? 0;
  return { ...subjectOf(change), fields, reason: reason ?? null, disruptive, ...(bytes > 0 && { bytes }) };
}

export function planAsJson(plan: Plan) {
  return {
    hosts: plan.hosts,
    engines: plan.engines.map(({ host, engine, because, runs, unverified }) => ({
      host,
      engine,
      because,
      runs: runs ?? null,
      unverified: unverified?.missing ?? null,
    })),
    waves: plan.waves.map(({ title, changes }) => ({ title, changes: changes.map(changeAsJson) })),
    warnings: plan.warnings.map(({ host, code, message, fix }) => ({ host, code, message, fix })),
    unreadable: plan.unreadable.map(({ host, failure }) => ({ host, code: failure.code, message: failure.message })),
    changes: changesIn(plan).length,
  };
}
