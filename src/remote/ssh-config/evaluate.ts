import { REPEATED } from './keywords.ts';
import { matchesHost, matchLine } from './match.ts';
import type { ConfigLine, ConfigMistake } from './read.ts';
import { expandTokens } from './tokens.ts';

/** What ssh would get on its command line. */
export interface Destination {
  readonly name: string;
  readonly user: string | undefined;
  readonly port: number | undefined;
}

/** The lines that hold for a destination, by keyword; one each, several of those that are repeated. */
export type Settings = ReadonlyMap<string, readonly ConfigLine[]>;

/** At most this many lines of a repeated keyword, as OpenSSH. */
const MOST_REPEATED = 100;

/**
 * Evaluates files in order for one destination: the first value of a keyword wins. Where a `Match final` exists, a
 * second pass follows in which it holds.
 */
export function evaluate(
  files: readonly (readonly ConfigLine[])[],
  destination: Destination,
  localUser: string,
  report: (mistake: ConfigMistake) => void,
): Settings {
  const settings = new Map<string, ConfigLine[]>();
  let wantsFinal = false;

  const add = (line: ConfigLine): void => {
    const { keyword } = line;
    // Whichever of the two comes first counts for both.
    if (keyword === 'proxyjump' && settings.has('proxycommand')) return;
    if (keyword === 'proxycommand' && settings.has('proxyjump')) return;
    const earlier = settings.get(keyword);
    if (earlier === undefined) settings.set(keyword, [line]);
    else if (
      REPEATED.has(keyword) &&
      earlier.length < MOST_REPEATED &&
      !earlier.some((one) => one.words[0] === line.words[0])
    ) {
      earlier.push(line);
    }
  };
  const walk = (lines: readonly ConfigLine[], outer: boolean, final: boolean): void => {
    let active = outer;
    for (const line of lines) {
      if (line.keyword === 'host') {
        // In the second pass the name that is connected to takes the place of the destination.
        active =
          outer && matchesHost(line, final ? hostNameOf(settings, destination.name).toLowerCase() : destination.name);
      } else if (line.keyword === 'match') {
        const result = matchLine(line, {
          originalHost: destination.name,
          host: hostNameOf(settings, destination.name),
          user: destination.user ?? settings.get('user')?.[0]?.words[0] ?? localUser,
          localUser,
          final,
        });
        if (result.problem !== undefined) report(refused(line, result.problem));
        else if (result.skipped !== undefined && outer) report(notEvaluated(line, result.skipped, destination));
        // As OpenSSH, also in a file that an inactive block includes.
        wantsFinal ||= result.wantsFinal;
        active = outer && result.matches;
      } else if (line.keyword === 'include') {
        for (const included of line.included) walk(included, active, final);
      } else if (active) add(line);
    }
  };
  for (const lines of files) walk(lines, true, false);
  if (wantsFinal) {
    // The name is settled by the first pass.
    if (!settings.has('hostname')) settings.set('hostname', []);
    for (const lines of files) walk(lines, true, true);
  }
  return settings;
}

/** The name that is connected to; HostName may contain the destination as %h. */
export function hostNameOf(settings: Settings, destination: string): string {
  const given = settings.get('hostname')?.[0]?.words[0];
  if (given === undefined) return destination;
  const expanded = expandTokens(given, { h: destination });
  return 'text' in expanded ? expanded.text : given;
}

function refused({ file, line }: ConfigLine, problem: string): ConfigMistake {
  return { severity: 'error', file, line, what: `The Match line ${problem}.`, hint: 'See ssh_config(5).' };
}

function notEvaluated({ file, line }: ConfigLine, criterion: string, { name }: Destination): ConfigMistake {
  return {
    severity: 'warning',
    file,
    line,
    what: `\`Match ${criterion}\` is not evaluated: its block does not apply to ${name}.`,
    hint: 'Set what it holds in the inventory, or use `ssh.client: openssh`.',
  };
}
