import { NOTHING, sh } from '../remote/command.ts';
import { saneLines } from '../text/lines.ts';
import { probeEach, requireGuard } from './guarded-path.ts';
import type { Action, Field, ResourceKind } from './resource.ts';

/** Rules in the firewall of a host, which a script keeps. */
export interface FirewallWant {
  readonly kind: 'firewall';
  readonly path: string;
  /** The unit that starts the script, and starts it again when its file changes. */
  readonly unit: string;
  /** What the rules accept, and where they are; none removes all. As the script lists it: `connections to 192.0.2.1:80 (nft inet filter input)`. */
  readonly accepts: readonly string[];
}

/** What the rules accept that are in effect. */
export type FirewallHave = readonly string[];

const KEY = 'rules';

/** Of the rules of lvsctl only; those of others are facts, which a want is made from. */
export const firewall: ResourceKind<FirewallWant, FirewallHave> = {
  kind: 'firewall',
  wave: 'turn',
  backup: false,
  summary: 'values',
  verifiedBy: 'configuration',

  key: () => KEY,

  probe: (paths) =>
    paths.length === 0
      ? NOTHING
      : probeEach(
          paths,
          sh`[ -f "$f" ] && [ -x "$f" ] || continue
echo rules
"$f" list 2>/dev/null | while IFS= read -r line; do printf '|%s\\n' "$line"; done`,
        ),

  parse: (output) => {
    const lines = saneLines(output);
    const accepts = lines.filter((line) => line.startsWith('|')).map((line) => line.slice(1));
    return new Map(lines.includes(KEY) ? [[KEY, accepts]] : []);
  },

  diff: (want, have) => {
    const fields: readonly Field[] = [
      ...want.accepts
        .filter((one) => have?.includes(one) !== true)
        .map((after) => ({ name: 'accepts', before: undefined, after })),
      ...(have ?? [])
        .filter((one) => !want.accepts.includes(one))
        .map((before) => ({ name: 'accepts', before, after: undefined })),
    ];
    if (fields.length === 0) return undefined;
    return { action: actionOf(want, have), disruptive: false, fields };
  },

  dependsOn: (want) => [want.unit, want.path],

  steps: (want) => [requireGuard([want.path]), sh`${want.path} ${want.accepts.length === 0 ? 'stop' : 'start'}`],
};

function actionOf({ accepts }: FirewallWant, have: FirewallHave | undefined): Action {
  if (accepts.length === 0) return 'remove';
  return have === undefined || have.length === 0 ? 'create' : 'update';
}
