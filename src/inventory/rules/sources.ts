import { type Finding, type Linted, mistake } from '../finding.ts';
import { SOURCES, type SourceName } from '../package-sources.ts';

const AT = ['packages', 'from'];

/** Sources that have an order of their own, because a package manager prefers one to the other. */
const ORDERED: readonly SourceName[] = ['local_mount', 'bundle', 'distribution'];

/** The order of sources is one that can be kept, and names what there is. */
export function packageSources({ cluster, input }: Linted): readonly Finding[] {
  const { from, localMount, bundle, source, versions } = cluster.packages;
  const given = input.packages ?? {};
  const findings: Finding[] = [];
  if (given.from !== undefined) {
    const ordered = from.filter((name) => ORDERED.includes(name));
    const usual = ORDERED.filter((name) => ordered.includes(name));
    if (new Set(from).size < from.length) findings.push(mistake(AT, 'A source is named twice.', NAME_ONCE));
    else if (ordered.join() !== usual.join())
      findings.push(
        mistake(
          AT,
          `Package managers prefer a folder on the host, then a bundle: ${ordered.join(', ')} cannot be kept.`,
          `Write them as ${usual.join(', ')}; source and agent can have any place.`,
        ),
      );
    const there = { local_mount: localMount, bundle, source } as const;
    for (const [name, value] of Object.entries(there)) {
      const listed = from.some((one) => one === name);
      if (listed && value === undefined)
        findings.push(mistake(AT, `There is no packages.${name}.`, `Add it, or remove ${name} here.`));
      if (!listed && value !== undefined)
        findings.push(
          mistake(AT, `It leaves out packages.${name}, which is given.`, `Add ${name}, or remove the key.`),
        );
    }
  }
  return [...findings, ...builds(cluster, versions, given.source?.keepalived !== undefined)];
}

const NAME_ONCE = `Each of ${SOURCES.join(', ')} can be named once.`;

/** @param given whether there is a source of keepalived, whatever is wrong with it */
function builds(
  { packages: { source }, ...cluster }: Linted['cluster'],
  versions: Readonly<Record<string, string>>,
  given: boolean,
): readonly Finding[] {
  if (source === undefined) return [];
  const at = ['packages', 'source'];
  const names = [
    ...cluster.directors,
    ...cluster.realServers,
    ...(cluster.client === undefined ? [] : [cluster.client]),
  ];
  const unknown = source.buildOn.filter((name) => !names.some((host) => host.name === name));
  return [
    ...(given
      ? []
      : [mistake([...at, 'keepalived'], 'There is no source of keepalived.', 'ipvsadm is built where keepalived is.')]),
    ...(source.buildOn.length > 0
      ? []
      : [
          mistake(
            [...at, 'build_on'],
            'No host builds the tarballs.',
            'Name one of the platform of the directors, such as a real server or the client.',
          ),
        ]),
    ...unknown.map((name) =>
      mistake(
        [...at, 'build_on'],
        `No host of this inventory is called ${name}.`,
        `Its hosts are ${[...new Set(names.map((host) => host.name))].join(', ')}.`,
      ),
    ),
    ...source.tarballs.flatMap(({ program, version }): readonly Finding[] => {
      const pin = versions[program];
      return pin === undefined || version === pin || version.startsWith(`${pin}.`)
        ? []
        : [
            mistake(
              ['packages', 'versions', program],
              `The tarball of ${program} is ${version}, and ${pin} is pinned.`,
              'Remove the pin, or name another tarball.',
            ),
          ];
    }),
  ];
}
