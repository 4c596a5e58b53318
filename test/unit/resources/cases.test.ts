import { describe, expect, it } from 'vitest';
import { type Command, lines, quote, sh } from '../../../src/remote/command.ts';
import { KINDS, parseHave, resourceOf } from '../../../src/resources/kinds.ts';
import { SHELLS, type Shell, unreadable, runIn, temporaryFolder } from '../../support/shells.ts';
import { CASES, type NamedCase, aroundOf, filesIn, makeFiles, probeOf, readCase, wantOf } from './case.ts';

/**
 * Every kind of resource by cases, as data: what is wanted and what there is, the difference, and the steps. Cases with
 * `before` are done for real: probe, steps, and the plan is empty then.
 */

/** Programs that would change this machine; they only note how they were called. Functions, because busybox prefers its own. */
const FAKES = ['ip', 'ipvsadm', 'systemctl', 'modprobe'].map(
  (name) => sh`${name}() { printf '%s\\n' ${name}" $*" >&3; }`,
);

/** What lvsctl keeps for itself stays below the folder. */
function inside(place: string, command: Command): Command {
  const script = command.script
    .replaceAll('/run/lvsctl', () => `${quote(place)}/run`)
    .replaceAll('/var/lib/lvsctl', () => `${quote(place)}/lib`);
  return { ...command, script };
}

function read(shell: Shell, named: NamedCase) {
  const place = temporaryFolder();
  const given = readCase(named, place);
  const want = wantOf(named.kind, given);
  const resource = resourceOf(want);
  const around = aroundOf(given);
  const look = () => {
    const printed =
      given.before === undefined
        ? `${(given.have ?? []).join('\n')}\n`
        : runIn(shell, inside(place, probeOf(want))).stdout;
    const have = parseHave((kind) => (kind === named.kind ? printed : ''));
    return {
      diff: resource.diff(have, around),
      refused: resource.refuse(have, around)?.because,
      left: resource.leaves(have, around).map(({ because }) => because),
    };
  };
  return { place, given, resource, around, look };
}

describe.each(SHELLS)('in $name', (shell) => {
  it.each(CASES)('$name', (named) => {
    const { place, given, resource, around, look } = read(shell, named);
    makeFiles(given.before ?? {});
    const { diff, refused, left } = look();
    expect(refused).toBe(given.refused);
    expect(left).toEqual(given.left ?? []);
    expect(diff ?? null).toEqual(given.diff);
    if (diff === undefined || refused !== undefined) return;

    const steps = resource.steps(diff, around);
    expect(given.before === undefined ? steps.map(({ script }) => script) : undefined).toEqual(given.steps);
    const scripts = new Map(steps.map(({ script }, place) => [`step ${place}`, script]));
    expect(unreadable(shell, scripts)).toEqual([]);
    if (given.before === undefined && given.runs === undefined) return;

    const script = inside(place, lines([...FAKES, sh`umask 022`, sh`set -e`, ...steps]));
    const { exitCode, stdout, stderr } = runIn(shell, sh`(${script}) 3>&1 >&2`);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout.split('\n').slice(0, -1)).toEqual(given.runs ?? []);
    if (given.before === undefined) return;
    expect(filesIn(place)).toEqual(given.after);
    expect(look().diff).toBeUndefined();
  });
});

it('there are cases of every kind, and of each one that needs no change', () => {
  for (const kind of Object.keys(KINDS)) {
    const own = CASES.filter((named) => named.kind === kind).map((named) => readCase(named, ''));
    expect(own.length, kind).toBeGreaterThan(1);
    expect(
      own.some(({ diff }) => diff === null),
      kind,
    ).toBe(true);
  }
});
