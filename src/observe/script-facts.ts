import { type Command, sh } from '../remote/command.ts';
import type { NamedScripts } from '../render/named-scripts.ts';
import { parseUnguarded, probeGuard } from '../resources/guarded-path.ts';
import { saneLines } from '../text/lines.ts';

/** The scripts and users of `NamedScripts` that a director has. */
export interface ScriptFacts {
  /** By path; absent ones have no entry. Links are followed. */
  readonly programs: ReadonlyMap<string, ScriptProgram>;
  readonly users: ReadonlySet<string>;
}

export interface ScriptProgram {
  readonly executable: boolean;
  /** How a user other than root could change it; undefined when none can. */
  readonly exposed: string | undefined;
}

/** Two runs of stat for all programs, and one of id for each user. */
export function scriptsProbe({ programs, users }: NamedScripts): Command {
  return sh`echo observed
for u in ${users}; do id "$u" >/dev/null 2>&1 && printf 'user %s\\n' "$u"; done
${probeGuard(programs)}
set --
for f in ${programs}; do
[ -f "$f" ] || continue
set -- "$@" "$f"
[ ! -x "$f" ] || printf 'runs %s\\n' "$f"
done
[ $# -eq 0 ] || stat -L -c '=%u %A %n' -- "$@"`;
}

/** Undefined when not observed. */
export function parseScripts(output: string): ScriptFacts | undefined {
  const lines = saneLines(output);
  if (!lines.includes('observed')) return undefined;
  const after = (prefix: string): readonly string[] =>
    lines.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length));
  const runs = new Set(after('runs '));
  const unguarded = parseUnguarded(lines.join('\n'));
  const programs = after('=').flatMap((line): readonly (readonly [string, ScriptProgram])[] => {
    const [, uid, mode = '', path] = /^(\d+) (\S{10,}) (\/.*)$/.exec(line) ?? [];
    if (path === undefined) return [];
    const own =
      uid !== '0'
        ? 'its owner is not root'
        : mode[5] === 'w' || mode[8] === 'w'
          ? 'its mode lets others write'
          : undefined;
    return [[path, { executable: runs.has(path), exposed: own ?? unguarded.get(path)?.because }]];
  });
  return { programs: new Map(programs), users: new Set(after('user ')) };
}
