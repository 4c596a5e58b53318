import { Failure } from '../failure.ts';
import { type Cluster, type Director, pushedTo } from '../inventory/cluster.ts';
import { exitOf } from '../keepalived/config-test.ts';
import type { ConfDiagnostic } from '../keepalived/diagnostic.ts';
import type { ConfHost } from '../keepalived/host.ts';
import type { Facts } from '../observe/facts.ts';
import type { ScriptFacts, ScriptProgram } from '../observe/script-facts.ts';
import { condensedServers } from '../render/condensed.ts';
import { userName } from '../render/named-scripts.ts';
import { readRendered } from '../render/rendered-conf.ts';

/** Scripts of keepalived.conf that a director cannot run, as both engines judge them. */
export function scriptProblems(
  cluster: Cluster,
  director: Director,
  { scripts, keepalivedFrom }: Pick<Facts, 'scripts' | 'keepalivedFrom'>,
): readonly ConfDiagnostic[] {
  if (scripts === undefined) return [];
  const pushed = new Map(
    pushedTo(cluster, director).map(({ path, mode }): readonly [string, ScriptProgram] => [
      path,
      { executable: (mode & 0o111) !== 0, exposed: undefined },
    ]),
  );
  const condensed = condensedServers(cluster);
  const anywhere = new Set(readRendered(cluster, director, condensed).diagnostics.map(({ text }) => text));
  const programs = new Map([...scripts.programs, ...pushed]);
  const host = hostOf({ ...scripts, programs }, keepalivedFrom === 'installed');
  const here = readRendered(cluster, director, condensed, host).diagnostics.filter(({ text }) => !anywhere.has(text));
  // A script of several services is judged for each.
  return [...new Map(here.map((one) => [one.text, one])).values()];
}

/** Why the engine would refuse keepalived.conf because of a script; undefined when it would not. */
export function withoutScripts(cluster: Cluster, director: Director, facts: Facts): Failure | undefined {
  const refused = scriptProblems(cluster, director, facts).filter((one) => exitOf(one) !== 0);
  const [first] = refused;
  if (first === undefined) return undefined;
  const { name } = director;
  return new Failure('unsupported', `${name}: ${refused.map(({ text }) => text).join('; ')}`, {
    host: name,
    hint: first.hint === undefined ? PROVIDE : `${sentence(first.hint)} ${PROVIDE}`,
  });
}

const PROVIDE = 'Put a script on the directors with `files` of the inventory.';

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** Places of packages, some of which a deploy may install: ipvsadm for one. */
const OF_PACKAGES = /^\/(?:usr\/(?!local\/)|s?bin\/)/;

/**
 * Programs of the search path and interfaces are left to the engine.
 * @param installed whether the packages of a director are there
 */
function hostOf({ programs, users }: ScriptFacts, installed: boolean): ConfHost {
  return {
    hasInterface: () => true,
    hasAccount: (user) => users.has(userName(user)),
    program: (path, user) => {
      if (!path.startsWith('/')) return 'runs';
      const program = programs.get(path);
      if (program === undefined) return !installed && OF_PACKAGES.test(path) ? 'runs' : 'absent';
      if (!program.executable) return 'not-executable';
      const byRoot = user === 'default' ? !users.has(userName(user)) : user.user === 'root';
      return byRoot && program.exposed !== undefined ? 'insecure' : 'runs';
    },
  };
}
