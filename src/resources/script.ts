import { NOTHING, sh } from '../remote/command.ts';
import { saneLines } from '../text/lines.ts';
import { probeEach, requireGuard } from './guarded-path.ts';
import type { ResourceKind } from './resource.ts';

/** A script with `start` and `status`, as init scripts have them, which sets up more than one thing. */
export interface ScriptWant {
  readonly kind: 'script';
  readonly path: string;
  /** The unit that starts it, and starts it again when its file changes. */
  readonly unit: string;
}

/** What `status` reported as wrong; empty when all is set up. */
export type ScriptHave = readonly string[];

/** Longer reports would fill a plan. */
const MOST_LINES = 20;

/**
 * What a script has set up, as its own `status` reports it: routes, rules, tunnels that were undone by hand. A script
 * that is not there yet is started by its unit, so its absence is no difference.
 */
export const script: ResourceKind<ScriptWant, ScriptHave> = {
  kind: 'script',
  wave: 'turn',
  backup: false,
  recorded: false,
  summary: 'values',
  verifiedBy: 'configuration',

  // Its file has the path as key.
  key: (want) => nameOf(want.path),

  probe: (paths) =>
    paths.length === 0
      ? NOTHING
      : probeEach(
          paths,
          sh`[ -f "$f" ] && [ -x "$f" ] || continue
status=$("$f" status 2>&1) && status=
printf '%s\\n' "$f"
[ -z "$status" ] || printf '%s\\n' "$status" | while IFS= read -r line; do printf '|%s\\n' "$line"; done`,
        ),

  parse: (output) => {
    const found = new Map<string, string[]>();
    let current: string[] = [];
    for (const line of saneLines(output)) {
      if (line.startsWith('/')) {
        current = [];
        found.set(nameOf(line), current);
      } else if (line.startsWith('|') && current.length < MOST_LINES) current.push(line.slice(1));
    }
    return found;
  },

  diff: (want, have) => {
    if (have === undefined || have.length === 0) return undefined;
    const prefix = `${nameOf(want.path)}: `;
    const wrong = have.map((line) => (line.startsWith(prefix) ? line.slice(prefix.length) : line));
    return {
      action: 'update',
      disruptive: false,
      fields: [{ name: 'status', before: wrong.join('; '), after: 'running' }],
    };
  },

  dependsOn: (want) => [want.unit, want.path],

  // Its unit is about to start it, also where it is stopped because the unit is.
  followUp: (_want, own, changed) => (changed.size > 0 ? undefined : own),

  steps: (want) => [requireGuard([want.path]), sh`${want.path} start`],
};

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
