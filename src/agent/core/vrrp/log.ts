import type { Log } from '../step.ts';

export function log(level: Log['level'], text: string): Log {
  return { kind: 'log', level, text };
}

/** About one instance. */
export function logOf(level: Log['level'], instance: { readonly conf: { readonly name: string } }, text: string): Log {
  return log(level, `(${instance.conf.name}) ${text}`);
}
