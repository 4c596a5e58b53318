import { matchesPatterns } from '../pattern.ts';
import type { ConfigLine } from './read.ts';

/** What Host and Match compare with. */
export interface Subject {
  /** The destination as the user gave it. */
  readonly originalHost: string;
  /** The name that is connected to, as far as it is determined. */
  readonly host: string;
  readonly user: string;
  readonly localUser: string;
  /** Whether this is the second pass, in which `final` and `canonical` hold. */
  readonly final: boolean;
}

export interface Matching {
  readonly matches: boolean;
  /** Whether `Match final` asks for a second pass. */
  readonly wantsFinal: boolean;
  /** A criterion that is not evaluated, on a block that matches otherwise. */
  readonly skipped: string | undefined;
  /** Why the line is none of ssh_config(5). */
  readonly problem: string | undefined;
}

const NOT_EVALUATED = new Set(['exec', 'localnetwork', 'tagged', 'sessiontype', 'command', 'version']);

export function matchesHost({ words }: ConfigLine, host: string): boolean {
  return matchesPatterns(words, host);
}

/** Evaluates the criteria of a Match line from left to right. */
export function matchLine({ words }: ConfigLine, subject: Subject): Matching {
  const refused = (problem: string): Matching => ({ matches: false, wantsFinal: false, skipped: undefined, problem });
  let matches = true;
  let wantsFinal = false;
  let skipped: string | undefined;
  for (let at = 0; at < words.length; at += 1) {
    // `host=a` is a criterion and its argument, as `host a` is.
    const [, word = '', given] = /^([^=]*)(?:=(.*))?$/s.exec(words[at] ?? '') ?? [];
    const negated = word.startsWith('!');
    const criterion = (negated ? word.slice(1) : word).toLowerCase();
    if (criterion === 'all') {
      const before = words.slice(0, at).every((one) => /^!?(?:canonical|final)$/i.test(one));
      if (!before || at + 1 < words.length) return refused('combines `all` with other criteria');
      return { matches: matches && !negated, wantsFinal, skipped, problem: undefined };
    }
    if (criterion === 'canonical' || criterion === 'final') {
      wantsFinal ||= criterion === 'final';
      if (subject.final === negated) matches = false;
      continue;
    }
    if (given === undefined) at += 1;
    const argument = given ?? words[at];
    if (argument === undefined) return refused(`has no argument for \`${criterion}\``);
    if (NOT_EVALUATED.has(criterion)) {
      skipped ??= criterion;
      continue;
    }
    const met = compare(criterion, argument, subject);
    if (met === undefined) return refused(`has the unknown criterion \`${criterion}\``);
    if (met === negated) matches = false;
  }
  return {
    matches: matches && skipped === undefined,
    wantsFinal,
    skipped: matches ? skipped : undefined,
    problem: undefined,
  };
}

function compare(criterion: string, argument: string, subject: Subject): boolean | undefined {
  const list = argument.split(',');
  const lowered = argument.toLowerCase().split(',');
  switch (criterion) {
    case 'host':
      return matchesPatterns(lowered, subject.host.toLowerCase());
    case 'originalhost':
      return matchesPatterns(lowered, subject.originalHost.toLowerCase());
    case 'user':
      return matchesPatterns(list, subject.user);
    case 'localuser':
      return matchesPatterns(list, subject.localUser);
    default:
      return undefined;
  }
}
