import type { Change } from './change.ts';
import { type Plan, changesIn } from './plan.ts';
import { hide } from './render.ts';

/** A change as programs read it: without its steps, and with every secret taken out. */
export function changeAsJson(change: Change) {
  const { host, role, kind, key, action, reason, disruptive } = change;
  const clean = (text: string | undefined) => (text === undefined ? null : hide(text, change.secrets));
  const fields = change.fields.map(({ name, before, after }) => ({ name, before: clean(before), after: clean(after) }));
  return { host, role, kind, key, action, fields, reason: reason ?? null, disruptive };
}

export function planAsJson(plan: Plan) {
  return {
    hosts: plan.hosts,
    waves: plan.waves.map(({ title, changes }) => ({ title, changes: changes.map(changeAsJson) })),
    unreadable: plan.unreadable.map(({ host, failure }) => ({ host, code: failure.code, message: failure.message })),
    changes: changesIn(plan).length,
  };
}
