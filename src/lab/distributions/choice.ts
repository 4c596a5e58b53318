import { Failure } from '../../failure.ts';
import type { LabHost, Topology } from '../topology.ts';
import { DISTRIBUTIONS, distributionNamed } from './distributions.ts';

/** A part of `--distro`: the distribution of a host or of a group of hosts. */
export interface DistributionChoice {
  readonly hosts: string;
  readonly distribution: string;
}

/** The distribution of each host that has another one than the base. */
export type ChosenDistributions = Readonly<Record<string, string>>;

const GROUPS: ReadonlyMap<string, (host: LabHost) => boolean> = new Map(
  Object.entries<(host: LabHost) => boolean>({
    all: () => true,
    directors: ({ roles }) => roles.includes('director'),
    real_servers: ({ roles }) => roles.includes('real-server'),
  }),
);

/** Reads `dr1=rpm,real_servers=debian13`; a part without `=` has an empty distribution. */
export function readChoices(text: string): readonly DistributionChoice[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.indexOf('=');
      return at < 0
        ? { hosts: part, distribution: '' }
        : { hosts: part.slice(0, at).trim(), distribution: part.slice(at + 1).trim() };
    });
}

/**
 * A host by its name takes precedence over `directors` and `real_servers`, these over `all`; among equals the last one.
 * @throws Failure `lab` with all mistakes at once
 */
export function chooseDistributions(
  choices: readonly DistributionChoice[],
  { hosts }: Pick<Topology, 'hosts'>,
): ChosenDistributions {
  const mistakes = choices.flatMap((choice) => mistakesOf(choice, hosts));
  if (mistakes.length > 0) {
    throw new Failure('lab', `--distro: ${[...new Set(mistakes)].join('; ')}`, {
      hint: `Use HOST=DISTRIBUTION. Hosts: ${[...hosts.map(({ name }) => name), ...GROUPS.keys()].join(', ')}. Distributions: ${DISTRIBUTIONS.map(({ id }) => id).join(', ')}.`,
    });
  }
  const isNamed = (name: string): boolean => hosts.some((host) => host.name === name);
  const rank = ({ hosts: name }: DistributionChoice): number => (isNamed(name) ? 2 : name === 'all' ? 0 : 1);
  const sorted = choices.toSorted((one, other) => rank(one) - rank(other));
  return Object.fromEntries(
    hosts.flatMap((host) => {
      const last = sorted.findLast(({ hosts: name }) =>
        isNamed(name) ? host.name === name : GROUPS.get(name)?.(host) === true,
      );
      return last === undefined ? [] : [[host.name, last.distribution] as const];
    }),
  );
}

function mistakesOf({ hosts: name, distribution }: DistributionChoice, hosts: readonly LabHost[]): readonly string[] {
  const isKnown = GROUPS.has(name) || hosts.some((host) => host.name === name);
  return [
    ...(isKnown ? [] : [`the lab has no host or group '${name}'`]),
    ...(distribution === ''
      ? [`'${name}' has no distribution`]
      : distributionNamed(distribution) === undefined
        ? [`unknown distribution '${distribution}'`]
        : []),
  ];
}

/** Without the hosts that have the base distribution. */
export function withoutBase(chosen: ChosenDistributions, base: string): ChosenDistributions {
  return Object.fromEntries(Object.entries(chosen).filter(([, id]) => id !== base));
}
