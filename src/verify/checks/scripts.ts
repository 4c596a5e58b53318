import { scriptProblems, withoutScripts } from '../../desired/scripts.ts';
import { type Check, failed, passed } from '../check.ts';

/** Every script of keepalived.conf can run. Where the engine would refuse the file, preflight has reported it. */
export const scripts: Check = ({ cluster, observations }) =>
  cluster.directors.flatMap((director) => {
    const { name } = director;
    const facts = observations.get(name)?.facts;
    if (facts?.scripts === undefined || withoutScripts(cluster, director, facts) !== undefined) return [];
    const title = `${name} can run the scripts of keepalived.conf`;
    const problems = scriptProblems(cluster, director, facts);
    const expected = 'each exists, is executable, and its user exists';
    if (problems.length === 0)
      return [passed('scripts', title, expected, `${facts.scripts.programs.size} scripts checked`)];
    return problems.map(({ text, hint }) =>
      failed('scripts', title, expected, text, hint ?? 'Put it on the directors with `files` of the inventory.'),
    );
  });
